import { ShapeError } from '../../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../../core/shape.ts';
import type { DType } from '../../core/tensor/storage.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { rowsAlong } from '../lib/rows.ts';

/** Parameters, constants and grid for rows of logits and the dtype of their targets. */
export const rowsWith = ({ dtype }: Tensor, logits: Tensor) =>
  rowsAlong(logits, logits.ndim - 1, { T: dtype, SPARSE: `${dtype === 'i32'}` });

/** The shape of the loss, one number per row of logits. */
export function rowShape(logits: Shape, targets: Shape, dtype: DType): Shape {
  if (logits.length === 0 || logits[logits.length - 1] === 0) {
    throw new ShapeError({
      op: 'softmaxCrossEntropy',
      got: `logits of shape ${formatShape(logits)}`,
      expected: 'rank 1 or more, and at least one class along the last axis',
      fix: 'Pass one logit per class: [batch, classes].',
    });
  }
  const rows = logits.slice(0, -1);
  const expected = dtype === 'i32' ? rows : logits;
  if (!sameShape(targets, expected)) {
    throw new ShapeError({
      op: 'softmaxCrossEntropy',
      got: `logits ${formatShape(logits)} and ${dtype} targets ${formatShape(targets)}`,
      expected: `targets of shape ${formatShape(expected)}`,
      fix: 'Pass class indices as i32 without the last axis, or weights as f32 of the shape of the logits.',
    });
  }
  return rows;
}
