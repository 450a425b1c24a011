import shader from '../../shaders/optim/accumulate.wgsl';
import type { Tensor } from '../core/tensor/tensor.ts';
import { elementwise } from '../ops/lib/elements.ts';
import { defineKernel } from '../ops/op.ts';
import { LANES } from './arena.ts';

/** Adds gradients to the total (`add`), or adds the total to the gradients and resets it to 0 (`take`). */
export const accumulate = defineKernel<[entry: 'add' | 'take', total: Tensor, gradient: Tensor]>({
  name: 'accumulate',
  shader: elementwise(shader),
  run: (run, entry, total, gradient) => {
    const size = total.size / LANES;
    run.into(entry, [], [total, gradient], { params: { size }, grid: { invocations: size } });
  },
  reference: (device, entry, total, gradient) =>
    device.references.accumulate[entry](device.view(total).data, device.view(gradient).data),
});
