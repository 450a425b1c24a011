import shader from '../../shaders/optim/accumulate.wgsl';
import { CpuDevice } from '../backends/cpu/device.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { runner } from '../ops/op.ts';
import { LANES } from './arena.ts';

const kernel: Kernel = { name: 'accumulate', sources: [shader] };

/** Adds a call's gradients to the total (`add`), or the total to a call's gradients and starts again at 0 (`take`). */
export function accumulate(entry: 'add' | 'take', total: Tensor, gradient: Tensor): void {
  const { device } = total;
  if (device instanceof CpuDevice) {
    device.references.accumulate[entry](device.view(total).data, device.view(gradient).data);
    return;
  }
  const size = total.size / LANES;
  runner(kernel, device).into(entry, [], [total, gradient], { params: { size }, grid: { invocations: size } });
}
