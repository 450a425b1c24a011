import { reducedShape, sizeOf, stridesOf } from '../shape.ts';
import { broadcastPosition, eachIndex, type NdArray, toInt, zeros } from './ndarray.ts';

export interface ReduceAttributes {
  /** Sorted and non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

type Saved = { readonly inputs: readonly [NdArray]; readonly y: NdArray };

/** Calls `visit` with the positions in x and in the reduced array of every element of x. */
function eachPair(x: NdArray, axes: readonly number[], visit: (from: number, to: number) => void): void {
  const kept = reducedShape(x.shape, axes, true);
  const strides = stridesOf(kept);
  eachIndex(x.shape, (index, flat) => visit(flat, broadcastPosition(index, kept, strides)));
}

function reduce(combine: (sum: number, value: number) => number, initial: number) {
  return ([x]: readonly [NdArray], { axes, keepDims }: ReduceAttributes): NdArray => {
    const y = zeros(reducedShape(x.shape, axes, keepDims));
    y.data.fill(initial);
    eachPair(x, axes, (from, to) => {
      y.data[to] = combine(y.data[to], x.data[from]);
    });
    return x.data instanceof Int32Array ? toInt(y) : y;
  };
}

export const sum = {
  forward: reduce((a, b) => a + b, 0),
  backward: (dy: NdArray, { inputs: [x] }: Saved, { axes }: ReduceAttributes) => {
    const dx = zeros(x.shape);
    eachPair(x, axes, (from, to) => {
      dx.data[from] = dy.data[to];
    });
    return [dx];
  },
};

/** Shares dy evenly among the elements that equal the extreme. */
function extremeBackward(dy: NdArray, { inputs: [x], y }: Saved, { axes }: ReduceAttributes): NdArray[] {
  const ties = new Float64Array(sizeOf(y.shape));
  eachPair(x, axes, (from, to) => {
    if (x.data[from] === y.data[to]) ties[to]++;
  });
  const dx = zeros(x.shape);
  eachPair(x, axes, (from, to) => {
    dx.data[from] = (Number(x.data[from] === y.data[to]) * dy.data[to]) / ties[to]; // NaN where y is
  });
  return [dx];
}

export const max = { forward: reduce(Math.max, Number.NEGATIVE_INFINITY), backward: extremeBackward };
export const min = { forward: reduce(Math.min, Number.POSITIVE_INFINITY), backward: extremeBackward };

export const prod = {
  forward: reduce((a, b) => a * b, 1),
  backward: (dy: NdArray, { inputs: [x] }: Saved, { axes }: ReduceAttributes) => {
    const dx = zeros(x.shape);
    eachPair(x, axes, (target, group) => {
      let others = dy.data[group];
      eachPair(x, axes, (from, to) => {
        if (to === group && from !== target) others *= x.data[from];
      });
      dx.data[target] = others;
    });
    return [dx];
  },
};
