import exponentialsWgsl from '../../../shaders/lib/rows/exponentials.wgsl';
import shader from '../../../shaders/loss/softmax_cross_entropy.wgsl';
import { sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { isOne } from '../create/ones.ts';
import { mul } from '../elementwise/binary.ts';
import { reducingRows, rowsAlong } from '../lib/rows.ts';
import { defineOp } from '../op.ts';
import { rowShape, rowsWith } from './crossEntropyRows.ts';

/**
 * The mean of `softmaxCrossEntropy` over the rows. `.outputs` returns `[mean, gradient, accuracy]`: the gradient of the
 * logits, which the same pass computes, and the fraction of rows whose largest logit has the largest target.
 */
export const meanCrossEntropy = defineOp<[logits: Tensor, targets: Tensor]>({
  name: 'meanCrossEntropy',
  shader: reducingRows(exponentialsWgsl, shader),
  reference: ({ meanCrossEntropy }) => meanCrossEntropy,
  dtypes: [['f32'], ['f32', 'i32']],
  shape: ([logits, targets], _, [, { dtype }]) => {
    rowShape(logits, targets, dtype);
    return [];
  },
  forward: (run, [logits, targets]) => {
    const rows = logits.shape.slice(0, -1);
    const count = sizeOf(rows);
    const [losses, gradient, correct] = run.several('judge', [logits, targets], {
      shapes: [[count], logits.shape, [count]],
      ...rowsWith(targets, logits),
    });
    const [mean, accuracy] = run.several('average', [losses, correct], {
      shapes: [[], []],
      ...rowsAlong(losses, 0),
    });
    return [mean, gradient, accuracy];
  },
  backward: (_run, dy, { outputs: [, gradient] }) => [isOne(dy) ? gradient.alias() : mul(gradient, dy), undefined],
});
