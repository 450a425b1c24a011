import type { Device } from '../device.ts';
import { keep, Tensor } from '../tensor.ts';

/** Steps whose values wait on the device to be read. */
export const MOST_STEPS = 1024;

/** The scalars of each step of an epoch: kept on the device, read now and then, averaged over the samples. */
export class StepValues {
  readonly #names: readonly string[];
  readonly #device: Device;
  readonly #waiting: Tensor;
  #sizes: number[] = [];
  #sums: number[];
  #samples = 0;

  constructor(device: Device, names: readonly string[]) {
    this.#device = device;
    this.#names = names;
    this.#sums = names.map(() => 0);
    const shape = [MOST_STEPS, names.length];
    this.#waiting = keep(new Tensor(device, device.allocate(MOST_STEPS * names.length, 'f32'), shape, 'f32'));
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
      sizes.forEach((size, step) => {
        this.#samples += size;
        this.#sums = this.#sums.map((sum, i) => sum + size * values[step * width + i]);
      });
      return Object.fromEntries(this.#names.map((name, i) => [name, this.#sums[i] / this.#samples]));
    };
  }

  dispose(): void {
    this.#waiting.dispose();
  }
}
