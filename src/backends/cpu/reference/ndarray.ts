import { type Shape, sizeOf, stridesOf } from '../../../core/shape.ts';

/** A tensor of the CPU backend: `data`, float64 or int32, row-major, and its `shape`. */
export interface NdArray {
  readonly data: Float64Array | Int32Array;
  readonly shape: Shape;
}

export const zeros = (shape: Shape): NdArray & { readonly data: Float64Array } => ({
  data: new Float64Array(sizeOf(shape)),
  shape,
});

/** An array of the same shape with `f` applied to each element. */
export function map(x: NdArray, f: (value: number, index: number) => number): NdArray {
  const y = zeros(x.shape);
  for (let i = 0; i < y.data.length; i++) y.data[i] = f(x.data[i], i);
  return y;
}

/**
 * a * b, but 0 where one factor is 0 and the other infinite: the 0 stands for an excluded element, or for a factor that
 * vanishes faster than the other grows.
 */
export const zeroWins = (a: number, b: number): number =>
  (a === 0 || b === 0) && !Number.isNaN(a) && !Number.isNaN(b) ? 0 : a * b;

/** Truncates the elements to int32, for comparisons and index arithmetic. */
export const toInt = (x: NdArray): NdArray => ({ data: Int32Array.from(x.data), shape: x.shape });

/**
 * Calls `visit` with each multi-index of `shape` and its flat position, in row-major order; the index array is reused.
 */
export function eachIndex(shape: Shape, visit: (index: readonly number[], flat: number) => void): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let flat = 0; flat < size; flat++) {
    visit(index, flat);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

/** The flat position in an array of shape `of` that broadcasting reads for `index` in the larger shape. */
export function broadcastPosition(index: readonly number[], of: Shape, strides = stridesOf(of)): number {
  const skipped = index.length - of.length;
  let position = 0;
  for (let axis = 0; axis < of.length; axis++) {
    if (of[axis] !== 1) position += index[axis + skipped] * strides[axis];
  }
  return position;
}
