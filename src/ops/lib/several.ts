import type { Shape } from '../../core/shape.ts';
import { emptyOn, type Tensor } from '../../core/tensor.ts';
import type { Run, RunOptions } from '../op.ts';

/** Dispatches an entry point that writes several new f32 tensors, in the order of `shapes`. */
export function runSeveral(
  run: Run,
  entry: string,
  reads: readonly Tensor[],
  { shapes, ...options }: RunOptions & { readonly shapes: readonly Shape[] },
): Tensor[] {
  const { device } = reads[0];
  const outputs = shapes.map((shape) => emptyOn(device, shape));
  run.into(entry, reads, outputs, options);
  return outputs;
}
