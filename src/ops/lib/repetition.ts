import { type Shape, sizeOf } from '../../core/shape.ts';

/**
 * How a broadcast tensor repeats inside `shape`: element i of the result is its element (i / repeat) % period. This
 * requires that its axes of length above 1 are adjacent; undefined otherwise.
 */
export function repetitionOf(of: Shape, shape: Shape): { repeat: number; period: number } | undefined {
  const padded = [...new Array<number>(shape.length - of.length).fill(1), ...of];
  const broadcast = (axis: number): boolean => padded[axis] === 1 && shape[axis] !== 1;
  const has = (axis: number): boolean => padded[axis] !== 1;
  const first = padded.findIndex((_, axis) => has(axis));
  if (first < 0) return { repeat: sizeOf(shape), period: 1 };
  const last = padded.findLastIndex((_, axis) => has(axis));
  for (let axis = first; axis <= last; axis++) if (broadcast(axis)) return undefined;
  return { repeat: sizeOf(shape.slice(last + 1)), period: sizeOf(padded.slice(first, last + 1)) };
}
