import { named } from '../../core/checks.ts';
import type { Tensor } from '../../core/tensor.ts';
import { reshape, slice } from '../movement/strided.ts';
import { type BatchNormOptions, batchNormAttributes, batchNormGiven, batchNormLayer } from './batchNormFused.ts';

export type { BatchNormOptions } from './batchNormFused.ts';

function trainingOutputs(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): readonly Tensor[] {
  const [y, saved] = batchNormLayer(x, gamma, beta, options);
  const row = (i: number): Tensor => reshape(slice(saved, [{ start: i, stop: i + 1 }]), [-1]);
  return [y, row(0), row(1)];
}

/**
 * Batch normalisation with the statistics of the batch: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`,
 * mean and variance over all axes but that of the channels; the variance divides by n. The gradient goes through both.
 * @param x f32, rank 1 or more.
 * @param gamma scale per channel, `[channels]`; so is `beta`, the shift.
 * @returns y, the shape of `x`; `.outputs` gives `[y, mean, variance]`, the statistics `[channels]` without a gradient.
 * The variance is taken from differences, so a large mean costs no more digits than x itself lost to it.
 * @throws ShapeError if `gamma` or `beta` is not one number per channel, or `x` has rank 0.
 * @see Ioffe and Szegedy (2015), "Batch normalization".
 */
export const batchNormTraining = /* @__PURE__ */ Object.assign(
  named(
    'batchNormTraining',
    (x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): Tensor =>
      batchNormLayer(x, gamma, beta, options)[0],
  ),
  { outputs: trainingOutputs },
);

/**
 * Batch normalisation with given statistics, as inference has it: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * All five have a gradient.
 * @param x f32, rank 1 or more.
 * @param gamma scale per channel, `[channels]`; so are `beta`, `mean` and `variance`.
 * @returns y, the shape of `x`.
 * @throws ShapeError if a vector is not one number per channel, or `x` has rank 0.
 */
export const batchNorm = (
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  options: BatchNormOptions = {},
): Tensor => batchNormGiven(x, gamma, beta, mean, variance, batchNormAttributes('batchNorm', x, options));
