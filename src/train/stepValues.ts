import type { Device } from '../device.ts';
import { emptyOn, keep, type Tensor } from '../tensor.ts';

/** Steps whose values wait on the device to be read. */
export const MOST_STEPS = 1024;

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
  #read: Sums;
  #firstBad: { readonly step: number; readonly loss: number } | undefined;

  /** @param before the steps that the epoch had already. */
  constructor(device: Device, names: readonly string[], before?: Sums) {
    this.#device = device;
    this.#names = names;
    this.#read = before ?? { steps: 0, samples: 0, sums: names.map(() => 0) };
    const shape = [MOST_STEPS, names.length];
    this.#waiting = keep(emptyOn(device, shape));
  }

  /** The steps whose values were read. */
  get read(): Sums {
    return this.#read;
  }

  /** The first of them whose first value, the loss, is no finite number. */
  get firstBad(): { readonly step: number; readonly loss: number } | undefined {
    return this.#firstBad;
  }

  /** Takes in the values of a step on `size` samples, in the order of the names. */
  add(values: readonly Tensor[], size: number): void {
    const row = this.#sizes.length * this.#names.length;
    values.forEach(({ storage }, i) => {
      this.#device.copy(storage, this.#waiting.storage, 1, row + i);
    });
    this.#sizes.push(size);
  }

  /** Asks for the values that wait; calling the result awaits them, and returns the means of the epoch so far. */
  request(): () => Promise<Readonly<Record<string, number>>> {
    const sizes = this.#sizes;
    const width = this.#names.length;
    const arrived = this.#device.readLater(this.#waiting.storage, sizes.length * width, 'f32');
    this.#sizes = [];
    return async () => {
      const values = await arrived();
      sizes.forEach((size, i) => {
        const { steps, samples, sums } = this.#read;
        const loss = values[i * width];
        if (!Number.isFinite(loss)) this.#firstBad ??= { step: steps, loss };
        this.#read = {
          steps: steps + 1,
          samples: samples + size,
          sums: sums.map((sum, j) => sum + size * values[i * width + j]),
        };
      });
      const { samples, sums } = this.#read;
      return Object.fromEntries(this.#names.map((name, i) => [name, sums[i] / samples]));
    };
  }

  dispose(): void {
    this.#waiting.dispose();
  }
}
