import { CpuDevice } from '../backends/cpu/device.ts';
import type { Device } from '../core/device.ts';
import { Generator } from '../core/random/generator.ts';
import { scope } from '../core/tensor/lifetime.ts';
import type { Parameter } from '../core/tensor/parameter.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import type { Samples } from '../data/dataset/dataset.ts';
import { Tape } from '../engine/gradient.ts';
import type { Network } from '../nn/network/network.ts';
import { tensor } from '../ops/create/create.ts';
import { datasetFor } from '../train/datasets.ts';
import type { Model } from '../train/model.ts';
import { drawDirection } from './case.ts';

/** The result of `gradcheck` for one weight. */
export interface WeightCheck {
  readonly name: string;
  /** The model's derivative along a random direction, as its device computes it. */
  readonly derivative: number;
  /** The same derivative from differences of the loss in float64. */
  readonly expected: number;
  /** `|derivative - expected|`. */
  readonly error: number;
  /** The largest error that rounding in float32 explains; see `gradcheck`. */
  readonly tolerance: number;
  /** Whether the error is within the tolerance. */
  readonly ok: boolean;
}

/** Step of the central difference; its own error is near the square of it. */
const STEP = 1e-5;
/** Rounding unit of float32. */
const UNIT = 2 ** -24;

/**
 * Checks a compiled model's gradients: compares each weight's derivative along a random direction with central
 * differences of the loss of a float64 copy of the model on the CPU. Both run in training mode with the same dropout
 * masks. The model is not changed. Use few samples, because the copy is slow.
 * @returns one result per trainable weight. For gradients g, directions v, n samples and sums of at most K terms, the
 * tolerance is `layers 2^-24 (K sum_i |g_i v_i| + n max |g| sum_i |v_i|) + 1e-10`, with max |g| over the layer.
 * @throws ValueError before `compile`, or if the data do not match the model.
 */
export async function gradcheck(model: Model, x: Samples, y: Samples): Promise<readonly WeightCheck[]> {
  const data = await datasetFor(model.compiled, { x, y }, { op: 'gradcheck' });
  const { loss } = model.compiled;
  const batch = data.nextBatch(data.size);
  try {
    const before = await model.getWeights();
    const gradients = await gradientsOf(model, (network) => loss(batch.y, network.call(batch.x, true)));
    model.setWeights(before); // training mode moved the running statistics
    const clone = await model.cloneOn((random) => CpuDevice.open(random));
    clone.setWeights(before);
    const samples = await moved(batch.x, clone.device);
    const labels = await moved(batch.y, clone.device);
    const lossOfClone = async (): Promise<number> => {
      using value = scope(() => loss(labels, clone.call(samples, true)));
      return value.item();
    };
    const longestSum = model.parameters.flatMap(({ shape }) => shape).reduce((a, b) => Math.max(a, b), data.size);
    const rounding = model.layers.length * longestSum * UNIT;
    // Where a sum over the samples cancels, as for a bias before batch norm, only the rounding of its terms remains. The
    // other gradients of the layer show their size.
    const noise = model.layers.length * data.size * UNIT;
    const layerOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));
    const largest = (name: string): number =>
      clone.trainableParameters
        .flatMap((other, i) => (layerOf(other.name) === layerOf(name) ? Array.from(gradients[i], Math.abs) : []))
        .reduce((most, value) => Math.max(most, value), 0);
    const results: WeightCheck[] = [];
    for (const [i, weight] of clone.trainableParameters.entries()) {
      const direction = drawDirection(weight.size, new Generator(i));
      const expected = await quotientAlong(weight, direction, lossOfClone);
      const terms = direction.map((v, j) => v * gradients[i][j]);
      const derivative = terms.reduce((sum, term) => sum + term, 0);
      const tolerance = rounding * sumOf(terms) + noise * largest(weight.name) * sumOf(direction) + STEP ** 2;
      const error = Math.abs(derivative - expected);
      results.push({ name: weight.name, derivative, expected, error, tolerance, ok: error <= tolerance });
    }
    clone.dispose();
    return results;
  } finally {
    batch.x.dispose();
    batch.y.dispose();
    data.dispose();
  }
}

const sumOf = (values: ArrayLike<number>): number =>
  Array.from(values, Math.abs).reduce((sum, value) => sum + value, 0);

const moved = async (t: Tensor, device: Device): Promise<Tensor> =>
  tensor(await t.data(), { shape: t.shape, dtype: t.dtype, device });

async function gradientsOf(model: Model, loss: (network: Network) => Tensor): Promise<ArrayLike<number>[]> {
  const gradients = scope(() => {
    using tape = new Tape();
    return tape.gradient(loss(model), model.trainableParameters);
  });
  const numbers = await Promise.all(gradients.map((gradient) => gradient.data()));
  for (const gradient of gradients) gradient.dispose();
  return numbers;
}

/** (loss(w + e v) - loss(w - e v)) / 2e; leaves w as it was. */
async function quotientAlong(weight: Parameter, direction: Float64Array, loss: () => Promise<number>): Promise<number> {
  const values = Float64Array.from(await weight.data());
  const at = async (step: number): Promise<number> => {
    weight.assign(values.map((w, j) => w + step * direction[j]));
    return loss();
  };
  const quotient = ((await at(STEP)) - (await at(-STEP))) / (2 * STEP);
  weight.assign(values);
  return quotient;
}
