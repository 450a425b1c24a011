import { sizeOf } from '../../../../core/shape.ts';
import { type NdArray, zeros } from '../ndarray.ts';

export interface OneHotAttributes {
  readonly depth: number;
  /** Position of the new axis in the result, non-negative. */
  readonly axis: number;
  readonly on: number;
  readonly off: number;
}

/** y[o, j, i] = on where indices[o, i] = j, off elsewhere. */
export const oneHot = {
  forward: ([indices]: readonly [NdArray], { depth, axis, on, off }: OneHotAttributes): NdArray => {
    const y = zeros([...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)]);
    const inner = sizeOf(indices.shape.slice(axis));
    y.data.fill(off);
    indices.data.forEach((index, at) => {
      if (index >= 0 && index < depth) y.data[(Math.floor(at / inner) * depth + index) * inner + (at % inner)] = on;
    });
    return y;
  },
};
