import shader from '../../../shaders/movement/gather.wgsl';
import { checkOptions } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { checkShape, formatShape, normalizeAxis, sizeOf, viewAround } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { defineOp } from '../op.ts';

function sizes(x: Tensor, indices: Tensor, axis: number) {
  const { length, inner } = viewAround(x.shape, axis);
  return { length, inner, count: indices.size };
}

const gatherOp = defineOp<[x: Tensor, indices: Tensor], { readonly axis: number }>({
  name: 'gather',
  shader: elementwise(shader),
  reference: ({ gather }) => gather,
  dtypes: [['f32', 'i32'], ['i32']],
  shape: ([x, indices], { axis }) => {
    if (x[axis] === 0 && sizeOf(indices) > 0) {
      throw new ShapeError({
        op: 'gather',
        got: `x of shape ${formatShape(x)}`,
        expected: `at least one element along axis ${axis}`,
        fix: 'Skip empty tensors.',
      });
    }
    const shape = [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)];
    checkShape('gather', shape);
    return shape;
  },
  forward: (run, [x, indices], { axis }, shape) =>
    run('forward', [x, indices], {
      shape,
      dtype: x.dtype,
      params: { size: sizeOf(shape), ...sizes(x, indices, axis) },
    }),
  backward: (run, dy, { inputs: [x, indices], attributes: { axis } }) => [
    run('backward', [dy, indices], { shape: x.shape, params: { size: x.size, ...sizes(x, indices, axis) } }),
    undefined,
  ],
});

/**
 * Selects elements along an axis by position, as NumPy's `take`: `y[..., k, ...] = x[..., indices[k], ...]`. The
 * gradient of an element selected several times is the sum of its gradients, added in the order of the indices.
 * @param x f32 or i32, rank 1 or more.
 * @param indices i32 of any shape; a negative index counts from the end, and an index out of range is clamped.
 * @param options `axis`, default the first.
 * @returns the shape of `x` with the shape of `indices` in place of the axis.
 * @throws ShapeError if there is no such axis, or it is empty and `indices` is not; DTypeError if `indices` is not i32.
 */
export function gather(x: Tensor, indices: Tensor, options: { readonly axis?: number } = {}): Tensor {
  const { axis = 0 } = checkOptions('gather', options, ['axis']);
  return gatherOp(x, indices, { axis: normalizeAxis('gather', axis, x.ndim) });
}
