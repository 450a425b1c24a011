import { show } from '../checks.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { checkShape, formatShape, MAX_RANK, type Shape } from '../shape.ts';
import type { DType, TypedArray } from './storage.ts';

/** Nested arrays of numbers, as deep as the rank; a scalar is a plain number. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * The type of `array()`'s result. TypeScript does not know the rank, so every level can be used as a number or as an
 * array.
 */
export type NestedArray = number & NestedArray[];

/** Converts numbers to the typed array from which a dtype is written. */
export function toTyped(values: TypedArray | Uint8Array | readonly number[], dtype: DType): TypedArray {
  if (dtype === 'i32') return values instanceof Int32Array ? values : checkedIntegers(values);
  return values instanceof Float32Array || values instanceof Float64Array ? values : Float32Array.from(values);
}

function checkedIntegers(values: TypedArray | Uint8Array | readonly number[]): Int32Array {
  const integers = Int32Array.from(values);
  const wrong = integers.findIndex((integer, i) => integer !== values[i]);
  if (wrong >= 0) {
    throw new ValueError({
      op: 'tensor',
      got: `${values[wrong]} at element ${wrong} for dtype i32`,
      expected: '32-bit integers',
      fix: "Round first, or use dtype 'f32'.",
    });
  }
  return integers;
}

const isList = (level: NestedNumbers): level is Exclude<NestedNumbers, number> =>
  Array.isArray(level) || (ArrayBuffer.isView(level) && 'length' in level);

/** Flattens nested numbers and returns their shape. @throws ShapeError if they are ragged. */
export function flatten(nested: NestedNumbers): { values: number[]; shape: Shape } {
  const shape: number[] = [];
  for (let level: NestedNumbers = nested; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0 || shape.length > MAX_RANK) break; // an array may contain itself
  }
  checkShape('tensor', shape);
  const values: number[] = [];
  const walk = (level: NestedNumbers, axis: number): void => {
    if (typeof level === 'number' && axis === shape.length) values.push(level);
    else if (isList(level) && level.length === shape[axis]) for (const item of level) walk(item, axis + 1);
    else {
      const isNumber = isList(level) || typeof level === 'number';
      throw new ShapeError({
        op: 'tensor',
        got: `${isList(level) ? `a list of length ${level.length}` : show(level)} at depth ${axis}`,
        expected: `nested arrays of numbers of shape ${formatShape(shape)}, the shape of the first items`,
        fix: isNumber ? 'Make all rows the same length.' : 'Convert it to a number, for example with Number().',
      });
    }
  };
  walk(nested, 0);
  return { values, shape };
}

/** Nests the elements of a tensor according to its shape. */
export function nest(data: TypedArray, shape: Shape): NestedNumbers {
  const build = (axis: number, start: number, count: number): NestedNumbers => {
    if (axis === shape.length) return data[start];
    const itemSize = shape[axis] === 0 ? 0 : count / shape[axis];
    return Array.from({ length: shape[axis] }, (_, i) => build(axis + 1, start + i * itemSize, itemSize));
  };
  return build(0, 0, data.length);
}
