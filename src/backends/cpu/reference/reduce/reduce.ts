import { reducedShape, sizeOf, stridesOf } from '../../../../core/shape.ts';
import { broadcastPosition, eachIndex, map, type NdArray, toInt, zeros, zeroWins } from '../ndarray.ts';

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

type Combine = (sum: number, value: number) => number;

/** A reduction by `combine`; `integer` combines int32, where float64 is not exact, and returns the low 32 bits. */
function reduce(combine: Combine, initial: number, integer = combine) {
  return ([x]: readonly [NdArray], { axes, keepDims }: ReduceAttributes): NdArray => {
    const y = zeros(reducedShape(x.shape, axes, keepDims));
    const isInteger = x.data instanceof Int32Array;
    const of = isInteger ? integer : combine;
    y.data.fill(initial);
    eachPair(x, axes, (from, to) => {
      y.data[to] = of(y.data[to], x.data[from]);
    });
    return isInteger ? toInt(y) : y;
  };
}

export const sum = {
  forward: reduce(
    (a, b) => a + b,
    0,
    (a, b) => (a + b) | 0,
  ),
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
    dx.data[from] = zeroWins(dy.data[to], Number(x.data[from] === y.data[to]) / ties[to]); // NaN if y is NaN
  });
  return [dx];
}

export const max = { forward: reduce(Math.max, Number.NEGATIVE_INFINITY), backward: extremeBackward };
export const min = { forward: reduce(Math.min, Number.POSITIVE_INFINITY), backward: extremeBackward };

export const prod = {
  forward: reduce((a, b) => a * b, 1, Math.imul),
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

/**
 * log(sum(exp(x))). The gradient of an infinite element that makes the sum infinite is 1; if all elements are minus
 * infinity, it is 0.
 */
export const logSumExp = {
  forward: (inputs: readonly [NdArray], attributes: ReduceAttributes): NdArray => {
    const y = max.forward(inputs, attributes);
    const sums = zeros(y.shape);
    eachPair(inputs[0], attributes.axes, (from, to) => {
      sums.data[to] += Math.exp(inputs[0].data[from] - y.data[to]);
    });
    return map(y, (largest, i) => (Math.abs(largest) === Infinity ? largest : largest + Math.log(sums.data[i])));
  },
  backward: (dy: NdArray, { inputs: [x], y }: Saved, { axes }: ReduceAttributes) => {
    const dx = zeros(x.shape);
    eachPair(x, axes, (from, to) => {
      const [value, total] = [x.data[from], y.data[to]];
      dx.data[from] = dy.data[to] * (value === total ? Number(value !== -Infinity) : Math.exp(value - total));
    });
    return [dx];
  },
};
