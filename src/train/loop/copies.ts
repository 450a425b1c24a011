import { emptyOn, keep, type Tensor } from '../../core/tensor.ts';

/** Copies of tensors beside them on their device: taking them and putting them back waits for nothing. */
export class Copies {
  readonly #originals: readonly Tensor[];
  readonly #copies: readonly Tensor[];

  /** Makes room for copies; `take` makes them. */
  constructor(originals: readonly Tensor[]) {
    this.#originals = originals;
    this.#copies = originals.map(({ device, shape, dtype }) => keep(emptyOn(device, shape, dtype)));
  }

  /** The copies, in the order of the tensors. */
  get tensors(): readonly Tensor[] {
    return this.#copies;
  }

  /** Copies the tensors as they are now. */
  take(): void {
    this.#move(this.#originals, this.#copies);
  }

  /** Makes the tensors what they were. */
  restore(): void {
    this.#move(this.#copies, this.#originals);
  }

  dispose(): void {
    for (const copy of this.#copies) copy.dispose();
  }

  #move(from: readonly Tensor[], to: readonly Tensor[]): void {
    from.forEach(({ device, storage, size }, i) => {
      device.copy(storage, to[i].storage, size);
    });
  }
}
