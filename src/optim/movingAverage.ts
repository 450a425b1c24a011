import shader from '../../shaders/optim/moving_average.wgsl';
import { checkSameShape } from '../core/tensor/checks.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { elementwise } from '../ops/lib/elements.ts';
import { defineKernel } from '../ops/op.ts';

/**
 * Updates a moving average in place: `average += (value - average) * weight`; f32, no gradient. With
 * `weight = size / seen` it is the running mean of batches, with `1 - momentum` an exponential average.
 * @throws ShapeError if the shapes differ.
 */
export function updateMovingAverage(average: Tensor, value: Tensor, weight: number): void {
  checkSameShape('updateMovingAverage', 'value', value, average.shape);
  update(average.device, average, value, weight);
}

const update = defineKernel<[average: Tensor, value: Tensor, weight: number]>({
  name: 'movingAverage',
  shader: elementwise(shader),
  run: (run, average, value, weight) =>
    run.into('update', [value], [average], { params: { size: average.size, weight } }),
  reference: (device, average, value, weight) =>
    device.references.movingAverage(device.view(average), device.view(value), weight),
});
