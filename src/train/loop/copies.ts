import { emptyOn, keep, type Tensor } from '../../core/tensor/tensor.ts';

/** Copies of tensors on their device, taken and restored without waiting for the GPU. */
export class Copies {
  readonly #originals: readonly Tensor[];
  readonly #copies: readonly Tensor[];

  /** Allocates the copies; `take` fills them. */
  constructor(originals: readonly Tensor[]) {
    this.#originals = originals;
    this.#copies = originals.map(({ device, shape, dtype }) => keep(emptyOn(device, shape, dtype)));
  }

  get tensors(): readonly Tensor[] {
    return this.#copies;
  }

  take(): void {
    this.#move(this.#originals, this.#copies);
  }

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
