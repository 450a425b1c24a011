import shader from '../../../shaders/reduce/arg_max.wgsl';
import type { ArgAttributes } from '../../backends/cpu/reference/reduce/argMax.ts';
import { checkedLater, checkValues, flag, named } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeAxis, reducedShape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { rowsAlong, walkingRows } from '../lib/rows.ts';
import { defineOp } from '../op.ts';

/** Options of `argMax` and `argMin`. */
export interface ArgOptions {
  /** The axis to search along; default the last. */
  readonly axis?: number;
  /** Keeps the reduced axis with length 1; default false. */
  readonly keepDims?: boolean;
  /** On ties, selects the last position rather than the first; default false. */
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
          expected: `at least one element along axis ${axis}`,
          fix: 'Skip empty tensors.',
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
 * The position of the maximum along an axis, i32, without a gradient. On ties the first position; if the row contains
 * NaN, the position of NaN. x is f32 or i32.
 * @throws ShapeError if there is no such axis, or it is empty.
 */
export const argMax = positionOf('argMax');

/**
 * The position of the minimum along an axis, i32, without a gradient. On ties the first position; if the row contains
 * NaN, the position of NaN. x is f32 or i32.
 * @throws ShapeError if there is no such axis, or it is empty.
 */
export const argMin = positionOf('argMin');
