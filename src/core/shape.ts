import { show } from './checks.ts';
import { ShapeError } from './errors.ts';

/** The length of each axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** The highest rank that kernels can index. */
export const MAX_RANK = 6;

/** The number of elements: the product of the lengths, 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Formats a shape for messages: `[2, 3]`. */
export const formatShape = (shape: Shape): string => `[${shape.map(shownLength).join(', ')}]`;

/** Objects are shown by their type, because they may not convert to text. */
const shownLength = (length: unknown): unknown => (typeof length === 'object' ? show(length) : length);

/** The distance in elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Throws unless given an array, for example if one number was passed as a list of lengths, axes or tensors. */
export function checkList(op: string, what: string, list: unknown): void {
  if (Array.isArray(list)) return;
  throw new ShapeError({
    op,
    got: `${show(list)} for ${what}`,
    expected: 'an array',
    fix: 'Write it in brackets: [...].',
  });
}

/** Rejects invalid shapes: negative or fractional lengths, or more than {@link MAX_RANK} axes. */
export function checkShape(op: string, shape: Shape): void {
  checkList(op, 'the lengths of a shape', shape);
  if (shape.length > MAX_RANK || shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new ShapeError({
      op,
      got: `the shape ${show(shape)}`,
      expected: `at most ${MAX_RANK} axes, each a whole number of 0 or more`,
      fix: 'Merge axes with reshape, or correct the lengths.',
    });
  }
}

/**
 * The shape of two broadcast tensors by NumPy's rule: aligned at the last axis, lengths must be equal, or one of them
 * 1.
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const ndim = Math.max(a.length, b.length);
  const result = new Array<number>(ndim);
  for (let axis = 0; axis < ndim; axis++) {
    const fromA = a[axis - ndim + a.length] ?? 1;
    const fromB = b[axis - ndim + b.length] ?? 1;
    if (fromA !== fromB && fromA !== 1 && fromB !== 1) {
      throw new ShapeError({
        op,
        got: `shapes ${formatShape(a)} and ${formatShape(b)}`,
        expected: `lengths that are equal or 1, counted from the last axis (axis ${axis} has ${fromA} and ${fromB})`,
        fix: 'Reshape one of them, or slice it to the same length.',
      });
    }
    result[axis] = fromA === 1 ? fromB : fromA;
  }
  return result;
}

/** Converts a negative axis, which counts from the end, to a position. @throws ShapeError if it is out of range. */
export function normalizeAxis(op: string, axis: number, ndim: number): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw new ShapeError({
      op,
      got: `axis ${shownLength(axis)} for a tensor with ${ndim} ${ndim === 1 ? 'axis' : 'axes'}`,
      expected: ndim === 0 ? 'a tensor of rank 1 or more' : `a whole number from ${-ndim} to ${ndim - 1}`,
      fix: 'Count axes from 0, or from -1 at the end.',
    });
  }
  return axis < 0 ? axis + ndim : axis;
}

/** Sorted, non-negative axes without repeats; `undefined` means all axes. */
export function normalizeAxes(op: string, axes: number | readonly number[] | undefined, ndim: number): number[] {
  if (axes === undefined) return Array.from({ length: ndim }, (_, axis) => axis);
  const list = [axes].flat();
  const sorted = list.map((axis) => normalizeAxis(op, axis, ndim)).sort((a, b) => a - b);
  if (new Set(sorted).size !== sorted.length) {
    throw new ShapeError({
      op,
      got: `axes ${formatShape(list)}`,
      expected: 'each axis once',
      fix: 'Remove the repeated axes.',
    });
  }
  return sorted;
}

/** The shape after a reduction over normalized `axes`. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));

/** A tensor viewed as `[outer, length, inner]` around an axis. */
export interface AxisView {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Splits a shape around `axis`, or around the adjacent axes from `axis` to `last`. */
export const viewAround = (shape: Shape, axis: number, last = axis): AxisView => ({
  outer: sizeOf(shape.slice(0, axis)),
  length: sizeOf(shape.slice(axis, last + 1)),
  inner: sizeOf(shape.slice(last + 1)),
});
