import shader from '../../shaders/optim/moving_average.wgsl';
import { CpuDevice } from '../backends/cpu/device.ts';
import { checkSameShape, type Tensor } from '../core/tensor.ts';
import { runner } from '../ops/op.ts';

/**
 * Moves `average` towards `value` in place: `average += (value - average) * weight`. No gradient.
 * With `weight = size / seen` it is the running mean of batches; with `1 - momentum` an exponential average.
 */
export function updateMovingAverage(average: Tensor, value: Tensor, weight: number): void {
  checkSameShape('updateMovingAverage', 'value', value, average.shape);
  const { device } = average;
  if (device instanceof CpuDevice) {
    device.references.movingAverage(device.view(average), device.view(value), weight);
    return;
  }
  const run = runner({ name: 'movingAverage', sources: [shader] }, device);
  run.into('update', [value], [average], { params: { size: average.size, weight } });
}
