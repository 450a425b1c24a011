import type { NdArray } from '../ndarray.ts';

/** The samples at some positions; `shape` is that of one sample. */
export function batch(
  { data }: NdArray,
  { positions, shape }: { readonly positions: Iterable<number>; readonly shape: readonly number[] },
): NdArray {
  const length = shape.reduce((product, axisLength) => product * axisLength, 1);
  const rows = [...positions];
  const values = rows.flatMap((row) => [...data.subarray(row * length, (row + 1) * length)]);
  return {
    data: data instanceof Int32Array ? Int32Array.from(values) : Float64Array.from(values),
    shape: [rows.length, ...shape],
  };
}
