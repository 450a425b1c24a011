import exponentialsWgsl from '../../../shaders/lib/rows/exponentials.wgsl';
import shader from '../../../shaders/loss/softmax_cross_entropy.wgsl';
import type { Tensor } from '../../core/tensor.ts';
import { reducingRows } from '../lib/rows.ts';
import { defineOp } from '../op.ts';
import { rowShape, rowsWith } from './crossEntropyRows.ts';

/**
 * The cross-entropy of softmax(logits) with targets, per row along the last axis:
 * `-sum_j t_j log p_j` with `p_j = exp(x_j) / sum_k exp(x_k)`, in one kernel each way.
 *
 * Sparse targets are class numbers 0 .. n-1; any other number is no class: its loss and its gradient are 0, so it
 * serves as the label to ignore. Dense targets are weights, usually probabilities that sum to 1, as label smoothing
 * makes them. Targets have no gradient.
 * @param logits scores, `[..., n]`, f32; any finite size, the maximum is subtracted first. Minus infinity masks a class out: it
 * counts for nothing where its target is 0, and makes the loss infinite where not.
 * @param targets i32 of shape `[...]` (sparse), or f32 of the shape of `logits` (dense).
 * @returns the loss per row, `[...]`; `.outputs` gives `[loss, probabilities]`, probabilities without a gradient.
 * @throws ShapeError if the shapes do not fit, or `logits` has rank 0 or no classes.
 */
export const softmaxCrossEntropy = defineOp<[logits: Tensor, targets: Tensor]>({
  name: 'softmaxCrossEntropy',
  shader: reducingRows(exponentialsWgsl, shader),
  reference: ({ softmaxCrossEntropy }) => softmaxCrossEntropy,
  dtypes: [['f32'], ['f32', 'i32']],
  shape: ([logits, given], _, [, { dtype }]) => rowShape(logits, given, dtype),
  forward: (run, [logits, targets], _, shape) =>
    run.several('forward', [logits, targets], {
      shapes: [shape, logits.shape],
      ...rowsWith(targets, logits),
    }),
  // dlogits = dy (p sum(t) - t) needs the probabilities, not the logits.
  backward: (run, dy, { inputs: [, targets], outputs: [, p] }) => [
    run('backward', [p, targets, dy], {
      shape: p.shape,
      ...rowsWith(targets, p),
    }),
    undefined,
  ],
});
