import { viewAround } from '../../../../core/shape.ts';
import { type NdArray, toInt, zeros } from '../ndarray.ts';

interface Axis {
  /** Non-negative. */
  readonly axis: number;
}

type Inputs = readonly [x: NdArray, indices: NdArray];

/** Calls `visit` with the positions in x and in y of every element of y. */
function eachPair([x, indices]: Inputs, axis: number, visit: (from: number, to: number) => void): void {
  const { outer, length, inner } = viewAround(x.shape, axis);
  const count = indices.data.length;
  for (let o = 0; o < outer; o++) {
    indices.data.forEach((index, k) => {
      const at = Math.min(Math.max(index < 0 ? index + length : index, 0), length - 1);
      for (let i = 0; i < inner; i++) visit((o * length + at) * inner + i, (o * count + k) * inner + i);
    });
  }
}

/** y[o, k, i] = x[o, indices[k], i]; negative indices count from the end, and indices out of range are clamped. */
export const gather = {
  forward: (inputs: Inputs, { axis }: Axis): NdArray => {
    const [x, indices] = inputs;
    const y = zeros([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
    eachPair(inputs, axis, (from, to) => {
      y.data[to] = x.data[from];
    });
    return x.data instanceof Int32Array ? toInt(y) : y;
  },
  backward: (
    dy: NdArray,
    { inputs }: { readonly inputs: Inputs },
    { axis }: Axis,
  ): readonly (NdArray | undefined)[] => {
    const dx = zeros(inputs[0].shape);
    eachPair(inputs, axis, (from, to) => {
      dx.data[from] += dy.data[to];
    });
    return [dx, undefined];
  },
};
