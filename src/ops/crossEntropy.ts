import scaffold from '../../shaders/rows.wgsl';
import shader from '../../shaders/softmax_cross_entropy.wgsl';
import { ShapeError } from '../errors.ts';
import { defineOp } from '../op.ts';
import { softmaxCrossEntropy as reference } from '../reference/crossEntropy.ts';
import { formatShape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { rowsAlong } from './rows.ts';
import { runSeveral } from './several.ts';

/** Rows of scores, and the form of their targets. */
const rowsWith = ({ dtype }: Tensor, scores: Tensor) =>
  rowsAlong(scores, scores.ndim - 1, { T: dtype, SPARSE: `${dtype === 'i32'}` });

/**
 * The cross-entropy of softmax(logits) with targets, per row along the last axis:
 * `-sum_j t_j log p_j` with `p_j = exp(x_j) / sum_k exp(x_k)`, in one kernel each way.
 *
 * Sparse targets are class numbers 0 .. n-1; any other number is no class: its loss and its gradient are 0, so it
 * serves as the label to ignore. Dense targets are weights, usually probabilities that sum to 1, as label smoothing
 * makes them. Targets have no gradient.
 * @param logits scores, `[..., n]`, f32; any finite size, the maximum is subtracted first.
 * @param targets i32 of shape `[...]` (sparse), or f32 of the shape of `logits` (dense).
 * @returns the loss per row, `[...]`; `.outputs` gives `[loss, probabilities]`, probabilities without a gradient.
 * @throws ShapeError if the shapes do not fit, or `logits` has rank 0 or no classes.
 */
export const softmaxCrossEntropy = defineOp<[logits: Tensor, targets: Tensor]>({
  name: 'softmaxCrossEntropy',
  shader: [scaffold, shader],
  reference,
  dtypes: [['f32'], ['f32', 'i32']],
  shape: ([logits, given], _, [, { dtype }]) => {
    if (logits.length === 0 || logits[logits.length - 1] === 0) {
      throw new ShapeError({
        op: 'softmaxCrossEntropy',
        got: `logits of shape ${formatShape(logits)}`,
        expected: 'rank 1 or more, and at least one class along the last axis',
        fix: 'Give one score per class: [batch, classes].',
      });
    }
    const rows = logits.slice(0, -1);
    const expected = dtype === 'i32' ? rows : logits;
    if (!sameShape(given, expected)) {
      throw new ShapeError({
        op: 'softmaxCrossEntropy',
        got: `logits ${formatShape(logits)} and ${dtype} targets ${formatShape(given)}`,
        expected: `targets of shape ${formatShape(expected)}`,
        fix: 'Class numbers are i32 of the shape without the last axis; weights are f32 of the shape of the logits.',
      });
    }
    return rows;
  },
  forward: (run, [logits, targets], _, shape) =>
    runSeveral(run, 'forward', [logits, targets], {
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
