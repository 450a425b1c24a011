import { fullOn } from '../ops/fill.ts';
import { updateMovingAverage } from '../ops/movingAverage.ts';
import { concat, reshape } from '../ops/strided.ts';
import { keep, scope, type Tensor } from '../tensor.ts';

/** Means over the samples of an epoch so far, kept on the device, as Keras's history has them. */
export class RunningMeans {
  readonly #names: readonly string[];
  #means: Tensor[] = [];
  #seen = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Takes in the values of a batch of `size` samples, in the order of the names. */
  update(values: readonly Tensor[], size: number): void {
    if (this.#seen === 0) this.#means = values.map(({ device }) => keep(fullOn(device, [], 0, 'f32')));
    this.#seen += size;
    values.forEach((value, i) => {
      updateMovingAverage(this.#means[i], value, size / this.#seen);
    });
  }

  async read(): Promise<Record<string, number>> {
    const values = await scope(() => concat(this.#means.map((mean) => reshape(mean, [1])))).data();
    return Object.fromEntries(this.#names.map((name, i) => [name, values[i]]));
  }

  /** Forgets everything: the next epoch begins. */
  reset(): void {
    for (const mean of this.#means) mean.dispose();
    this.#means = [];
    this.#seen = 0;
  }
}
