import shader from '../../../shaders/movement/one_hot.wgsl';
import type { OneHotAttributes } from '../../backends/cpu/reference/movement/oneHot.ts';
import { checkedLater, checkValues, checkWhole, finite } from '../../core/checks.ts';
import { checkShape, normalizeAxis, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { defineOp } from '../op.ts';

const oneHotOp = defineOp<[indices: Tensor], OneHotAttributes>({
  name: 'oneHot',
  shader: elementwise(shader),
  reference: ({ oneHot }) => oneHot,
  dtypes: [['i32']],
  shape: ([indices], { depth, axis }) => {
    const shape = [...indices.slice(0, axis), depth, ...indices.slice(axis)];
    checkShape('oneHot', shape);
    return shape;
  },
  forward: (run, [indices], { depth, axis, on, off }, shape) =>
    run('forward', [indices], {
      shape,
      params: { size: sizeOf(shape), depth, inner: sizeOf(indices.shape.slice(axis)), on, off },
    }),
  backward: () => [],
});

/** Options of `oneHot`. */
export interface OneHotOptions {
  /** Position of the new axis in the result; default the last. */
  readonly axis?: number;
  /** The value at the index; default 1. */
  readonly on?: number;
  /** The value elsewhere; default 0. */
  readonly off?: number;
}

/**
 * Encodes class indices: `y[..., j] = on` where j equals the index, else `off`; f32, no gradient.
 * @param indices i32, any shape; an index outside `0 .. depth - 1`, negative ones included, is `off` everywhere, as in
 * Keras.
 * @param depth the number of classes.
 * @returns the shape of `indices` with an axis of length `depth` inserted.
 * @throws ValueError if `depth` is not a whole number of 0 or more; ShapeError if there is no such axis; DTypeError for
 * f32.
 */
export function oneHot(indices: Tensor, depth: number, options: OneHotOptions = {}): Tensor {
  const {
    axis = -1,
    on = 1,
    off = 0,
  } = checkValues('oneHot', options, { axis: checkedLater, on: finite, off: finite });
  checkWhole('oneHot', 'depth', depth, 0);
  return oneHotOp(indices, { depth, axis: normalizeAxis('oneHot', axis, indices.ndim + 1), on, off });
}
