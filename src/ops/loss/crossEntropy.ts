import exponentialsWgsl from '../../../shaders/lib/rows/exponentials.wgsl';
import shader from '../../../shaders/loss/softmax_cross_entropy.wgsl';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { reducingRows } from '../lib/rows.ts';
import { defineOp } from '../op.ts';
import { rowShape, rowsWith } from './crossEntropyRows.ts';

/**
 * The cross-entropy of softmax(logits) with targets, per row along the last axis: `-sum_j t_j log p_j` with
 * `p_j = exp(x_j) / sum_k exp(x_k)`. The forward pass is one kernel, and so is the gradient.
 *
 * Sparse targets are class indices 0 .. n-1. Any other number marks a row to ignore: its loss and gradient are 0. Dense
 * targets are weights, usually probabilities that sum to 1, for example after label smoothing. Targets have no
 * gradient.
 * @param logits `[..., n]`, f32; any finite size, the maximum is subtracted first. Minus infinity masks a class
 * out: the class is ignored where its target is 0, and makes the loss infinite elsewhere.
 * @param targets i32 of shape `[...]` (sparse), or f32 of the shape of `logits` (dense).
 * @returns the loss per row, `[...]`; `.outputs` returns `[loss, probabilities]`; the probabilities have no gradient.
 * @throws ShapeError if the shapes do not match, or `logits` has rank 0 or no classes; DTypeError for other dtypes.
 */
export const softmaxCrossEntropy = defineOp<[logits: Tensor, targets: Tensor]>({
  name: 'softmaxCrossEntropy',
  shader: reducingRows(exponentialsWgsl, shader),
  reference: ({ softmaxCrossEntropy }) => softmaxCrossEntropy,
  dtypes: [['f32'], ['f32', 'i32']],
  shape: ([logits, targets], _, [, { dtype }]) => rowShape(logits, targets, dtype),
  forward: (run, [logits, targets], _, shape) =>
    run.several('forward', [logits, targets], {
      shapes: [shape, logits.shape],
      ...rowsWith(targets, logits),
    }),
  // dlogits = dy (p sum(t) - t) reads the probabilities, not the logits.
  backward: (run, dy, { inputs: [, targets], outputs: [, p] }) => [
    run('backward', [p, targets, dy], {
      shape: p.shape,
      ...rowsWith(targets, p),
    }),
    undefined,
  ],
});
