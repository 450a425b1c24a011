import shader from '../../../shaders/reduce/arg_max.wgsl';
import type { ArgAttributes } from '../../backends/cpu/reference/reduce/argMax.ts';
import { checkedLater, checkValues, flag, named } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeAxis, reducedShape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor.ts';
import { rowsAlong, walkingRows } from '../lib/rows.ts';
import { defineOp } from '../op.ts';

export interface ArgOptions {
  /** Default the last. */
  readonly axis?: number;
  /** Keeps the reduced axis with length 1; default false. */
  readonly keepDims?: boolean;
  /** Of ties, the last rather than the first; default false. */
  readonly selectLast?: boolean;
}

// @__NO_SIDE_EFFECTS__
function positionOf(name: 'argMax' | 'argMin') {
  const op = defineOp<[x: Tensor], ArgAttributes>({
    name,
    shader: walkingRows(shader),
    reference: (all) => all[name],
    dtypes: [['f32', 'i32']],
    shape: ([x], { axis, keepDims }) => {
      if (x[axis] === 0) {
        throw new ShapeError({
          op: name,
          got: `shape ${formatShape(x)}`,
          expected: `at least one element along axis ${axis} to choose from`,
          fix: 'Leave empty tensors out.',
        });
      }
      return reducedShape(x, [axis], keepDims);
    },
    forward: (run, [x], { axis, selectLast }, shape) =>
      run('forward', [x], {
        shape,
        dtype: 'i32',
        ...rowsAlong(x, axis, { T: x.dtype, LARGEST: `${name === 'argMax'}`, LAST: `${selectLast}` }),
      }),
    backward: () => [],
  });
  return named(name, (x: Tensor, options: ArgOptions = {}): Tensor => {
    const checks = { axis: checkedLater, keepDims: flag, selectLast: flag };
    const { axis = -1, keepDims = false, selectLast = false } = checkValues(name, options, checks);
    return op(x, { axis: normalizeAxis(name, axis, x.ndim), keepDims, selectLast });
  });
}

/**
 * The position of the largest element along an axis (default the last), i32; of ties the first; NaN, if there is one.
 * x is f32 or i32 of rank 1 or more. No gradient. @throws ShapeError if the axis is empty.
 */
export const argMax = positionOf('argMax');

/**
 * The position of the smallest element along an axis (default the last), i32; of ties the first; NaN, if there is one.
 * x is f32 or i32 of rank 1 or more. No gradient. @throws ShapeError if the axis is empty.
 */
export const argMin = positionOf('argMin');
