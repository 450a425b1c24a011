import shader from '../../../shaders/reduce/cumsum.wgsl';
import type { CumsumAttributes } from '../../backends/cpu/reference/reduce/cumsum.ts';
import { checkedLater, checkValues, flag } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor.ts';
import { rowsAlong, walkingRows } from '../lib/rows.ts';
import { defineOp, type Op } from '../op.ts';

const cumsumOp: Op<[x: Tensor], CumsumAttributes> = defineOp<[x: Tensor], CumsumAttributes>({
  name: 'cumsum',
  shader: walkingRows(shader),
  reference: ({ cumsum }) => cumsum,
  dtypes: [['f32', 'i32']],
  shape: ([x]) => x,
  forward: (run, [x], { axis, exclusive, reverse }) =>
    run('forward', [x], {
      shape: x.shape,
      dtype: x.dtype,
      ...rowsAlong(x, axis, { T: x.dtype, EXCLUSIVE: `${exclusive}`, REVERSE: `${reverse}` }),
    }),
  // dx_k adds up the dy_j of all sums that x_k is part of.
  backward: (_run, dy, { attributes }) => [cumsumOp(dy, { ...attributes, reverse: !attributes.reverse })],
});

export interface CumsumOptions {
  /** Default the last. */
  readonly axis?: number;
  /** Leaves the element itself out of its sum; default false. */
  readonly exclusive?: boolean;
  /** Sums from the end; default false. */
  readonly reverse?: boolean;
}

/**
 * Running sums along an axis: `y_j = sum_{k <= j} x_k`, f32 or i32.
 * @returns the shape of `x`; each element within `n 2^-24 sum_k |x_k|` of the exact sum for rows of n.
 * @throws ShapeError if `x` has rank 0.
 */
export function cumsum(x: Tensor, options: CumsumOptions = {}): Tensor {
  const checks = { axis: checkedLater, exclusive: flag, reverse: flag };
  const { axis = -1, exclusive = false, reverse = false } = checkValues('cumsum', options, checks);
  return cumsumOp(x, { axis: normalizeAxis('cumsum', axis, x.ndim), exclusive, reverse });
}
