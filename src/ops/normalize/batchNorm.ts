import { named } from '../../core/checks.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { reshape, slice } from '../movement/strided.ts';
import { type BatchNormOptions, batchNormAttributes, batchNormGiven, batchNormLayer } from './batchNormFused.ts';

export type { BatchNormOptions } from './batchNormFused.ts';

function trainingOutputs(x: Tensor, gamma: Tensor, beta: Tensor, options: BatchNormOptions = {}): readonly Tensor[] {
  const [y, saved] = batchNormLayer(x, gamma, beta, options);
  const row = (i: number): Tensor => reshape(slice(saved, [{ start: i, stop: i + 1 }]), [-1]);
  return [y, row(0), row(1)];
}

/**
 * Batch normalization with the statistics of the batch: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, with
 * mean and variance over all axes except the channels; the variance divides by n. The gradient flows through both
 * statistics.
 * @param x f32, rank 1 or more.
 * @param gamma scale per channel, `[channels]`, f32.
 * @param beta shift per channel, `[channels]`, f32.
 * @returns y, the shape of `x`; `.outputs` returns `[y, mean, variance]`; the statistics, `[channels]`, have no
 * gradient. The variance is computed from differences, so a large mean adds no cancellation beyond the rounding of x.
 * @throws ShapeError if `gamma` or `beta` is not `[channels]`, or there is no such axis; DTypeError for i32.
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
 * Batch normalization with given statistics, for inference: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 * All five inputs have a gradient.
 * @param x f32, rank 1 or more.
 * @param gamma scale per channel, `[channels]`, f32, the shape of `beta`, `mean` and `variance` too.
 * @returns y, the shape of `x`.
 * @throws ShapeError if a vector is not `[channels]`, or there is no such axis; DTypeError for i32.
 * @see Ioffe and Szegedy (2015), "Batch normalization".
 */
export const batchNorm = (
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  options: BatchNormOptions = {},
): Tensor => batchNormGiven(x, gamma, beta, mean, variance, batchNormAttributes('batchNorm', x, options));
