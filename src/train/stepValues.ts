import type { Device } from '../device.ts';
import { emptyOn, keep, type Tensor } from '../tensor.ts';
import { MOST_STEPS, Pace } from './pace.ts';

/** What the steps of an epoch add up to so far. */
export interface Sums {
  readonly steps: number;
  readonly samples: number;
  /** Of each value, weighted by the samples of its step. */
  readonly sums: readonly number[];
}

/** The scalars of each step of an epoch: kept on the device, read now and then, averaged over the samples. */
export class StepValues {
  readonly #names: readonly string[];
  readonly #device: Device;
  readonly #waiting: Tensor;
  #sizes: number[] = [];
  #sums: Sums;
  readonly #pace: Pace;
  #firstBad: { readonly step: number; readonly loss: number } | undefined;

  /** @param before the steps that the epoch had already. */
  constructor(device: Device, names: readonly string[], before?: Sums) {
    this.#device = device;
    this.#names = names;
    this.#sums = before ?? { steps: 0, samples: 0, sums: names.map(() => 0) };
    this.#waiting = keep(emptyOn(device, [MOST_STEPS, names.length]));
    this.#pace = new Pace(device);
  }

  /** Of the steps whose values were read. */
  get sums(): Sums {
    return this.#sums;
  }

  /** The first of them whose first value, the loss, is no finite number. */
  get firstBad(): { readonly step: number; readonly loss: number } | undefined {
    return this.#firstBad;
  }

  /** The means over the samples of these steps. */
  get means(): Readonly<Record<string, number>> {
    const { samples, sums } = this.#sums;
    return Object.fromEntries(this.#names.map((name, i) => [name, sums[i] / samples]));
  }

  /** Takes in the values of a step on `size` samples, in the order of the names; whether it is time to read. */
  add(values: readonly Tensor[], size: number): boolean {
    const row = this.#sizes.length * this.#names.length;
    values.forEach(({ storage }, i) => {
      this.#device.copy(storage, this.#waiting.storage, 1, row + i);
    });
    this.#sizes.push(size);
    return this.#pace.stepDone();
  }

  /** Asks for the values that wait, and takes in those that were asked for before; whether there were any. */
  read(): Promise<boolean> {
    return this.#pace.send(this.#request());
  }

  /** Takes in the values of all steps; whether some were new. */
  async readAll(): Promise<boolean> {
    const isNew = await this.read();
    return (await this.#pace.finish()) || isNew;
  }

  #request(): () => Promise<void> {
    const sizes = this.#sizes;
    const width = this.#names.length;
    const arrived = this.#device.readLater(this.#waiting.storage, sizes.length * width, 'f32');
    this.#sizes = [];
    return async () => {
      const values = await arrived();
      sizes.forEach((size, i) => {
        const { steps, samples, sums } = this.#sums;
        const loss = values[i * width];
        if (!Number.isFinite(loss)) this.#firstBad ??= { step: steps, loss };
        this.#sums = {
          steps: steps + 1,
          samples: samples + size,
          sums: sums.map((sum, j) => sum + size * values[i * width + j]),
        };
      });
    };
  }

  dispose(): void {
    this.#waiting.dispose();
  }
}
