import { viewAround } from '../../../../core/shape.ts';
import { type NdArray, zeros } from '../ndarray.ts';

interface Axis {
  /** Non-negative. */
  readonly axis: number;
}

/** Calls `visit` with the position of element j of each row along an axis. */
function eachRow(
  x: NdArray,
  axis: number,
  visit: (at: (j: number) => number, length: number, row: number) => void,
): void {
  const { outer, length, inner } = viewAround(x.shape, axis);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) visit((j) => (o * length + j) * inner + i, length, o * inner + i);
  }
}

/** log(sum_j exp(x_j)) of a row. */
function logSumExp(x: NdArray, at: (j: number) => number, length: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < length; j++) largest = Math.max(largest, x.data[at(j)]);
  let sum = 0;
  for (let j = 0; j < length; j++) sum += Math.exp(x.data[at(j)] - largest);
  return largest + Math.log(sum);
}

type Saved = { readonly inputs: readonly [NdArray]; readonly y: NdArray };

export const softmax = {
  forward: ([x]: readonly [NdArray], { axis }: Axis): NdArray => {
    const y = zeros(x.shape);
    eachRow(x, axis, (at, length) => {
      const total = logSumExp(x, at, length);
      for (let j = 0; j < length; j++) y.data[at(j)] = Math.exp(x.data[at(j)] - total);
    });
    return y;
  },
  backward: (dy: NdArray, { y }: Saved, { axis }: Axis) => {
    const dx = zeros(y.shape);
    eachRow(y, axis, (at, length) => {
      let sum = 0;
      for (let j = 0; j < length; j++) sum += dy.data[at(j)] * y.data[at(j)];
      for (let j = 0; j < length; j++) dx.data[at(j)] = y.data[at(j)] * (dy.data[at(j)] - sum);
    });
    return [dx];
  },
};

export const logSoftmax = {
  forward: ([x]: readonly [NdArray], { axis }: Axis): NdArray => {
    const y = zeros(x.shape);
    eachRow(x, axis, (at, length) => {
      const total = logSumExp(x, at, length);
      for (let j = 0; j < length; j++) y.data[at(j)] = x.data[at(j)] - total;
    });
    return y;
  },
  backward: (dy: NdArray, { y }: Saved, { axis }: Axis) => {
    const dx = zeros(y.shape);
    eachRow(y, axis, (at, length) => {
      let sum = 0;
      for (let j = 0; j < length; j++) sum += dy.data[at(j)];
      for (let j = 0; j < length; j++) dx.data[at(j)] = dy.data[at(j)] - Math.exp(y.data[at(j)]) * sum;
    });
    return [dx];
  },
};
