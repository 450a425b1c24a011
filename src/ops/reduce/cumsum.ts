import shader from '../../../shaders/reduce/cumsum.wgsl';
import type { CumsumAttributes } from '../../backends/cpu/reference/reduce/cumsum.ts';
import { checkedLater, checkValues, flag } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
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
  // dx_k is the sum of dy_j over all j whose sum includes x_k.
  backward: (_run, dy, { attributes }) => [cumsumOp(dy, { ...attributes, reverse: !attributes.reverse })],
});

/** Options of `cumsum`. */
export interface CumsumOptions {
  /** The axis to sum along; default the last. */
  readonly axis?: number;
  /** Excludes the element itself from its sum; default false. */
  readonly exclusive?: boolean;
  /** Sums from the end; default false. */
  readonly reverse?: boolean;
}

/**
 * Cumulative sums along an axis: `y_j = sum_{k <= j} x_k`; f32 or i32.
 * @returns the shape of `x`; each element of a row of n is within `n 2^-24 sum_k |x_k|` of the exact sum.
 * @throws ShapeError if `x` has rank 0 or no such axis.
 */
export function cumsum(x: Tensor, options: CumsumOptions = {}): Tensor {
  const checks = { axis: checkedLater, exclusive: flag, reverse: flag };
  const { axis = -1, exclusive = false, reverse = false } = checkValues('cumsum', options, checks);
  return cumsumOp(x, { axis: normalizeAxis('cumsum', axis, x.ndim), exclusive, reverse });
}
