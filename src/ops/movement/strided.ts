import type { PadAttributes, SliceAttributes } from '../../backends/cpu/reference/movement/strided.ts';
import { checkOptions, checkValue } from '../../core/checks.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import {
  broadcastShapes,
  checkList,
  checkShape,
  formatShape,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { fullOn } from '../create/fill.ts';
import { defineOp, type Op } from '../op.ts';
import { ANY, gatherStrided, scatterStrided } from './stridedCopy.ts';

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

const broadcastToOp = defineOp<[x: Tensor], { readonly shape: Shape }>({
  name: 'broadcastTo',
  reference: ({ broadcastTo }) => broadcastTo,
  dtypes: ANY,
  shape: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('broadcastTo', x, shape), shape)) {
      throw new ShapeError({
        op: 'broadcastTo',
        got: `shape ${formatShape(x)}`,
        expected: `a shape that broadcasts to exactly ${formatShape(shape)}`,
        fix: 'Swap the shapes, or reduce x first.',
      });
    }
    return shape;
  },
  forward: (run, [x], { shape }) => {
    const strides = stridesOf(x.shape);
    const skipped = shape.length - x.ndim;
    return gatherStrided(
      run,
      x,
      shape,
      shape.map((_, axis) => (x.shape[axis - skipped] === 1 ? 0 : (strides[axis - skipped] ?? 0))),
    );
  },
  backward: (_run, dy) => [dy], // the tape sums it over the broadcast axes, as for every operation
});

/**
 * Repeats x along axes of length 1, or new leading axes, to `shape`. Copies; any dtype.
 * @throws ShapeError if `x` does not broadcast to `shape`.
 */
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => broadcastToOp(x, { shape });

const reshapeOp: Op<[x: Tensor], { readonly shape: Shape }> = defineOp<[x: Tensor], { readonly shape: Shape }>({
  name: 'reshape',
  reference: ({ reshape }) => reshape,
  dtypes: ANY,
  shape: (_, { shape }) => shape,
  forward: (_run, [x], { shape }) => x.alias(shape),
  backward: (_run, dy, { inputs: [x] }) => [reshapeOp(dy, { shape: x.shape })],
});

/** The operation `reshape`, documented in src/overloads.ts. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkList('reshape', 'the lengths of a shape', shape);
  const known = sizeOf(shape.filter((length) => length !== -1));
  const unknown = shape.filter((length) => length === -1).length;
  const full = shape.map((length) => (length === -1 && known > 0 ? x.size / known : length));
  if (unknown > 1 || sizeOf(full) !== x.size || !full.every(Number.isInteger)) {
    throw new ShapeError({
      op: 'reshape',
      got: `the shape ${formatShape(shape)} for a tensor of shape ${formatShape(x.shape)}`,
      expected: `${x.size} elements in all, with at most one -1`,
      fix: 'Correct one of the lengths.',
    });
  }
  checkShape('reshape', full);
  return reshapeOp(x, { shape: full });
}

const sliceOp = defineOp<[x: Tensor], SliceAttributes>({
  name: 'slice',
  reference: ({ slice }) => slice,
  dtypes: ANY,
  shape: (_, { sizes }) => sizes,
  forward: (run, [x], { starts, sizes, steps }) => {
    const strides = stridesOf(x.shape);
    return gatherStrided(
      run,
      x,
      sizes,
      strides.map((stride, axis) => stride * steps[axis]),
      dot(starts, strides),
    );
  },
  backward: (run, dy, { inputs: [x], attributes: { starts, steps } }) => {
    const strides = stridesOf(x.shape);
    const dx = fullOn(x.device, x.shape, 0, 'f32');
    scatterStrided(
      run,
      dy,
      dx,
      strides.map((stride, axis) => stride * steps[axis]),
      dot(starts, strides),
    );
    return [dx];
  },
});

/**
 * The bounds along one axis, as in Python: a negative bound counts from the end, and bounds are clamped to the axis.
 */
export interface SliceRange {
  /** The first position; default the first element, or the last for a negative step. */
  readonly start?: number;
  /** The position before which the range ends; default: to the end in the direction of the step. */
  readonly stop?: number;
  /** Distance between positions; default 1. A negative step walks backwards. */
  readonly step?: number;
}

/**
 * Selects a range along each axis, as `x[1:3, ::-1]` in NumPy. Axes without a range, or with `{}`, stay whole. Copies;
 * any dtype.
 * @throws ShapeError for more ranges than axes; ValueError for a bound that is not a whole number, or a step of 0.
 */
export function slice(x: Tensor, ranges: readonly SliceRange[]): Tensor {
  checkValue('slice', 'ranges', ranges, [Array.isArray, 'an array with one { start, stop, step } per axis']);
  if (ranges.length > x.ndim) {
    throw new ShapeError({
      op: 'slice',
      got: `${ranges.length} ranges for shape ${formatShape(x.shape)}`,
      expected: `at most ${x.ndim}`,
      fix: 'Give one range per axis.',
    });
  }
  const resolved = x.shape.map((length, axis) => resolveRange(ranges[axis] ?? {}, length));
  return sliceOp(x, {
    starts: resolved.map(({ start }) => start),
    sizes: resolved.map(({ size }) => size),
    steps: resolved.map(({ step }) => step),
  });
}

function resolveRange(range: SliceRange, length: number) {
  const { start, stop, step = 1 } = range;
  const isWhole = (bound: unknown): boolean => bound === undefined || Number.isInteger(bound);
  if (typeof range !== 'object' || !isWhole(start) || !isWhole(stop)) {
    throw new ValueError({
      op: 'slice',
      got: `the range ${JSON.stringify(range)}`,
      expected: 'an object { start, stop, step } of whole numbers for each axis',
      fix: 'Write slice(x, [{ start: 1, stop: 3 }]) for x[1:3].',
    });
  }
  if (!Number.isInteger(step) || step === 0) {
    throw new ValueError({
      op: 'slice',
      got: `step ${step}`,
      expected: 'a whole number other than 0',
      fix: 'Use 1, or -1 to reverse.',
    });
  }
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const bound = (value: number | undefined, whole: number): number =>
    value === undefined ? whole : Math.min(Math.max(value < 0 ? value + length : value, low), high);
  const from = bound(start, step > 0 ? 0 : length - 1);
  const to = bound(stop, step > 0 ? length : -1);
  const size = Math.max(0, Math.ceil((to - from) / step));
  return { start: size === 0 ? 0 : from, size, step };
}

const padOp = defineOp<[x: Tensor], PadAttributes>({
  name: 'pad',
  reference: ({ pad }) => pad,
  dtypes: ANY,
  shape: ([x], { before, after }) => x.map((length, axis) => before[axis] + length + after[axis]),
  forward: (run, [x], { before, value }, shape) => {
    const y = fullOn(x.device, shape, value, x.dtype);
    const strides = stridesOf(shape);
    scatterStrided(run, x, y, strides, dot(before, strides));
    return y;
  },
  backward: (_run, dy, { inputs: [x], attributes: { before } }) => [
    sliceOp(dy, { starts: before, sizes: x.shape, steps: before.map(() => 1) }),
  ],
});

/**
 * Adds `[before, after]` elements of `value` (default 0) at the ends of each axis. Any dtype.
 * @throws ShapeError unless there is one pair of whole numbers of 0 or more per axis.
 */
export function pad(x: Tensor, widths: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
  if (widths.length !== x.ndim || widths.flat().some((width) => !Number.isInteger(width) || width < 0)) {
    throw new ShapeError({
      op: 'pad',
      got: `widths ${JSON.stringify(widths)} for shape ${formatShape(x.shape)}`,
      expected: `${x.ndim} pairs of whole numbers of 0 or more`,
      fix: 'Pass [before, after] for each axis; use slice to make x smaller.',
    });
  }
  return padOp(x, { before: widths.map(([before]) => before), after: widths.map(([, after]) => after), value });
}

const concatOp = defineOp<Tensor[], { readonly axis: number }>({
  name: 'concat',
  reference: ({ concat }) => concat,
  dtypes: ANY,
  shape: (shapes, { axis }) => {
    const [first] = shapes;
    for (const shape of shapes) {
      if (shape.length !== first.length || shape.some((length, i) => i !== axis && length !== first[i])) {
        throw new ShapeError({
          op: 'concat',
          got: `shapes ${shapes.map(formatShape).join(', ')}`,
          expected: `shapes that differ only along axis ${axis}`,
          fix: 'Reshape or pad the tensors.',
        });
      }
    }
    return first.map((length, i) => (i === axis ? shapes.reduce((sum, shape) => sum + shape[axis], 0) : length));
  },
  forward: (run, inputs, { axis }, shape) => {
    const y = fullOn(inputs[0].device, shape, 0, inputs[0].dtype);
    const strides = stridesOf(shape);
    let start = 0;
    for (const x of inputs) {
      scatterStrided(run, x, y, strides, start * strides[axis]);
      start += x.shape[axis];
    }
    return y;
  },
  backward: (_run, dy, { inputs, attributes: { axis }, needs }) => {
    let start = 0;
    return inputs.map((x, i) => {
      const starts = x.shape.map((_, other) => (other === axis ? start : 0));
      start += x.shape[axis];
      return needs[i] ? sliceOp(dy, { starts, sizes: x.shape, steps: starts.map(() => 1) }) : undefined;
    });
  },
});

/**
 * Joins tensors along `axis` (default 0). All other axes must have equal lengths; one dtype, f32 or i32.
 * @throws ShapeError if the other axes differ, or the list is empty; ValueError if the dtypes differ.
 */
export function concat(tensors: readonly Tensor[], options: { readonly axis?: number } = {}): Tensor {
  const { axis = 0 } = checkOptions('concat', options, ['axis']);
  checkList('concat', 'the tensors', tensors);
  if (tensors.length === 0) {
    throw new ShapeError({ op: 'concat', got: 'no tensors', expected: 'one or more', fix: 'Pass a list of tensors.' });
  }
  if (tensors.some(({ dtype }) => dtype !== tensors[0].dtype)) {
    throw new ValueError({
      op: 'concat',
      got: `dtypes ${tensors.map(({ dtype }) => dtype).join(', ')}`,
      expected: 'one dtype',
      fix: 'Convert with cast(x, dtype).',
    });
  }
  return concatOp(...tensors, { axis: normalizeAxis('concat', axis, tensors[0].ndim) });
}
