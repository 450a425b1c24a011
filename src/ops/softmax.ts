import shader from '../../shaders/softmax.wgsl';
import { defineOp } from '../op.ts';
import { softmax as reference } from '../reference/softmax.ts';
import { normalizeAxis, type Shape, viewAround } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** One workgroup per row along `axis`. */
export function rowsAlong(shape: Shape, axis: number) {
  const { outer, length, inner } = viewAround(shape, axis);
  const rows = length === 0 ? 0 : outer * inner;
  return { params: { rows, length, inner }, grid: { workgroups: rows } };
}

const softmaxOp = defineOp<[x: Tensor], { readonly axis: number }>({
  name: 'softmax',
  shader,
  reference,
  shape: ([x]) => x,
  forward: (run, [x], { axis }) => run('forward', [x], { shape: x.shape, ...rowsAlong(x.shape, axis) }),
  // dx = y * (dy - sum(dy * y)) needs the output alone.
  backward: (run, dy, { y, attributes: { axis } }) => [
    run('backward', [y, dy], { shape: y.shape, ...rowsAlong(y.shape, axis) }),
  ],
});

const logitsOfProbabilities = new WeakMap<Tensor, Tensor>();

/** The scores that `softmax` made these probabilities from, so that a loss may use them; undefined for anything else. */
export const logitsOf = (probabilities: Tensor): Tensor | undefined => logitsOfProbabilities.get(probabilities);

/**
 * Turns scores into probabilities along an axis: `y_j = exp(x_j) / sum_k exp(x_k)`.
 * @param x scores, rank 1 or more, f32; any finite size, the maximum is subtracted first.
 * @param options `axis`, default the last.
 * @returns probabilities, the shape of `x`; a row of n sums to 1 within `(n + 8) * 2^-24`.
 * @throws ShapeError if `x` has rank 0.
 * @see Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".
 */
export function softmax(x: Tensor, { axis = -1 }: { readonly axis?: number } = {}): Tensor {
  const normalized = normalizeAxis('softmax', axis, x.ndim);
  const y = softmaxOp(x, { axis: normalized });
  if (normalized === x.ndim - 1) logitsOfProbabilities.set(y, x);
  return y;
}
