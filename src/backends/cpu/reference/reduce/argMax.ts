import { reducedShape, viewAround } from '../../../../core/shape.ts';
import { type NdArray, toInt, zeros } from '../ndarray.ts';

export interface ArgAttributes {
  /** Non-negative. */
  readonly axis: number;
  readonly keepDims: boolean;
  /** Whether ties select the last position rather than the first. */
  readonly selectLast: boolean;
}

/** The position along an axis of the element that `beats` all others; NaN beats numbers, as in NumPy. */
const positionOf = (beats: (value: number, best: number) => boolean) => ({
  forward: ([x]: readonly [NdArray], { axis, keepDims, selectLast }: ArgAttributes): NdArray => {
    const { outer, length, inner } = viewAround(x.shape, axis);
    const y = zeros(reducedShape(x.shape, [axis], keepDims));
    for (let row = 0; row < outer * inner; row++) {
      const at = (j: number): number => x.data[(Math.floor(row / inner) * length + j) * inner + (row % inner)];
      let best = 0;
      for (let j = 1; j < length; j++) {
        const [value, top] = [at(j), at(best)];
        const asNaN = Number.isNaN(value) && (selectLast || !Number.isNaN(top));
        if (beats(value, top) || asNaN || (selectLast && value === top)) best = j;
      }
      y.data[row] = best;
    }
    return toInt(y);
  },
});

export const argMax = positionOf((value, best) => value > best);
export const argMin = positionOf((value, best) => value < best);
