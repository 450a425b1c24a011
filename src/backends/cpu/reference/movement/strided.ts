import { type Shape, stridesOf } from '../../../../core/shape.ts';
import { broadcastPosition, eachIndex, type NdArray, toInt, zeros } from '../ndarray.ts';

/** The elements of x that `pick` selects, in the same dtype. */
function gathered(x: NdArray, shape: Shape, pick: (index: readonly number[]) => number): NdArray {
  const y = zeros(shape);
  eachIndex(shape, (index, flat) => {
    y.data[flat] = x.data[pick(index)];
  });
  return x.data instanceof Int32Array ? toInt(y) : y;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

export const transpose = {
  forward: ([x]: readonly [NdArray], { permutation }: { readonly permutation: readonly number[] }): NdArray => {
    const strides = stridesOf(x.shape);
    const permuted = permutation.map((axis) => strides[axis]);
    return gathered(
      x,
      permutation.map((axis) => x.shape[axis]),
      (index) => dot(index, permuted),
    );
  },
};

export const broadcastTo = {
  forward: ([x]: readonly [NdArray], { shape }: { readonly shape: Shape }): NdArray =>
    gathered(x, shape, (index) => broadcastPosition(index, x.shape)),
};

export const reshape = {
  forward: ([x]: readonly [NdArray], { shape }: { readonly shape: Shape }): NdArray => ({
    data: x.data.slice(),
    shape,
  }),
};

export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

export const slice = {
  forward: ([x]: readonly [NdArray], { starts, sizes, steps }: SliceAttributes): NdArray => {
    const strides = stridesOf(x.shape);
    return gathered(x, sizes, (index) =>
      dot(
        index.map((i, axis) => starts[axis] + i * steps[axis]),
        strides,
      ),
    );
  },
  backward: (
    dy: NdArray,
    { inputs: [x] }: { readonly inputs: readonly [NdArray] },
    { starts, steps }: SliceAttributes,
  ) => {
    const dx = zeros(x.shape);
    const strides = stridesOf(x.shape);
    eachIndex(dy.shape, (index, flat) => {
      dx.data[
        dot(
          index.map((i, axis) => starts[axis] + i * steps[axis]),
          strides,
        )
      ] += dy.data[flat];
    });
    return [dx];
  },
};

export interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

export const pad = {
  forward: ([x]: readonly [NdArray], { before, after, value }: PadAttributes): NdArray => {
    const y = zeros(x.shape.map((length, axis) => before[axis] + length + after[axis]));
    y.data.fill(value);
    const strides = stridesOf(y.shape);
    eachIndex(x.shape, (index, flat) => {
      y.data[
        dot(
          index.map((i, axis) => i + before[axis]),
          strides,
        )
      ] = x.data[flat];
    });
    return x.data instanceof Int32Array ? toInt(y) : y;
  },
};

export const concat = {
  forward: (inputs: readonly NdArray[], { axis }: { readonly axis: number }): NdArray => {
    const shape = [...inputs[0].shape];
    shape[axis] = inputs.reduce((sum, x) => sum + x.shape[axis], 0);
    const y = zeros(shape);
    const strides = stridesOf(shape);
    let start = 0;
    for (const x of inputs) {
      eachIndex(x.shape, (index, flat) => {
        y.data[dot(index, strides) + start * strides[axis]] = x.data[flat];
      });
      start += x.shape[axis];
    }
    return inputs[0].data instanceof Int32Array ? toInt(y) : y;
  },
};

/** Converts between float64 and int32: truncates towards 0 and saturates; NaN becomes 0. */
export const cast = {
  forward: ([x]: readonly [NdArray], { dtype }: { readonly dtype: 'f32' | 'i32' }): NdArray => ({
    data:
      dtype === 'i32'
        ? Int32Array.from(x.data, (value) => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1))
        : Float64Array.from(x.data),
    shape: x.shape,
  }),
};
