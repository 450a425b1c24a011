import { viewAround } from '../../../../core/shape.ts';
import { type NdArray, toInt, zeros } from '../ndarray.ts';

export interface CumsumAttributes {
  /** Non-negative. */
  readonly axis: number;
  /** Whether an element is excluded from its own sum. */
  readonly exclusive: boolean;
  /** Whether the sums run from the end. */
  readonly reverse: boolean;
}

/** y_j = sum of x_k for k <= j along an axis. The gradient is the same sum in the opposite direction. */
export const cumsum = {
  forward: ([x]: readonly [NdArray], { axis, exclusive, reverse }: CumsumAttributes): NdArray => {
    const { outer, length, inner } = viewAround(x.shape, axis);
    const y = zeros(x.shape);
    const isInteger = x.data instanceof Int32Array;
    for (let row = 0; row < outer * inner; row++) {
      let sum = 0;
      for (let step = 0; step < length; step++) {
        const j = reverse ? length - 1 - step : step;
        const i = (Math.floor(row / inner) * length + j) * inner + (row % inner);
        const next = isInteger ? (sum + x.data[i]) | 0 : sum + x.data[i];
        y.data[i] = exclusive ? sum : next;
        sum = next;
      }
    }
    return isInteger ? toInt(y) : y;
  },
};
