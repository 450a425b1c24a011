import exponentialsWgsl from '../../../shaders/lib/rows/exponentials.wgsl';
import logSoftmaxWgsl from '../../../shaders/loss/log_softmax.wgsl';
import softmaxWgsl from '../../../shaders/loss/softmax.wgsl';
import { checkOptions } from '../../core/checks.ts';
import type { Source } from '../../core/kernel.ts';
import { normalizeAxis } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { softmaxLogits } from '../lib/logits.ts';
import { reducingRows, rowsAlong } from '../lib/rows.ts';
import { defineOp } from '../op.ts';

/** softmax and logSoftmax. Both gradients are computed from the output and dy alone, so the input can be freed. */
const alongRows = /* @__NO_SIDE_EFFECTS__ */ (name: 'softmax' | 'logSoftmax', shader: Source) =>
  defineOp<[x: Tensor], { readonly axis: number }>({
    name,
    shader: reducingRows(exponentialsWgsl, shader),
    reference: (all) => all[name],
    shape: ([x]) => x,
    forward: (run, [x], { axis }) => run('forward', [x], { shape: x.shape, ...rowsAlong(x, axis) }),
    backward: (run, dy, { y, attributes: { axis } }) => [
      run('backward', [y, dy], { shape: y.shape, ...rowsAlong(y, axis) }),
    ],
  });

const softmaxOp = alongRows('softmax', softmaxWgsl);
const logSoftmaxOp = alongRows('logSoftmax', logSoftmaxWgsl);

/**
 * Turns logits into probabilities along an axis: `y_j = exp(x_j) / sum_k exp(x_k)`.
 * @param x logits, rank 1 or more, f32; any finite size, the maximum is subtracted first. Minus infinity masks an
 * element out. If all elements of a row are masked, or one is plus infinity, the row is NaN.
 * @param options `axis`, default the last.
 * @returns probabilities, the shape of `x`; a row of n sums to 1 within `(n + 8) * 2^-24`.
 * @throws ShapeError if `x` has rank 0 or no such axis; DTypeError for i32.
 * @see Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".
 */
export function softmax(x: Tensor, options: { readonly axis?: number } = {}): Tensor {
  const { axis = -1 } = checkOptions('softmax', options, ['axis']);
  const normalized = normalizeAxis('softmax', axis, x.ndim);
  const y = softmaxOp(x, { axis: normalized });
  if (normalized === x.ndim - 1) softmaxLogits.remember(y, x);
  return y;
}

/**
 * The logarithm of the probabilities along an axis: `y_j = x_j - log(sum_k exp(x_k))`.
 * @param x logits, rank 1 or more, f32; any finite size, the maximum is subtracted first.
 * @param options `axis`, default the last.
 * @returns logarithms, at most 0, the shape of `x`; finite for finite logits, unlike `log(softmax(x))`.
 * @throws ShapeError if `x` has rank 0 or no such axis; DTypeError for i32.
 */
export function logSoftmax(x: Tensor, options: { readonly axis?: number } = {}): Tensor {
  const { axis = -1 } = checkOptions('logSoftmax', options, ['axis']);
  return logSoftmaxOp(x, { axis: normalizeAxis('logSoftmax', axis, x.ndim) });
}
