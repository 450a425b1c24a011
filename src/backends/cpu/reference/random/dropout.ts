import { philox } from '../../../../core/random/philox.ts';
import { map, type NdArray } from '../ndarray.ts';

export interface DropoutAttributes {
  /** The probability that an element becomes 0, at least 0 and below 1. */
  readonly rate: number;
  readonly stream: number;
}

type Inputs = readonly [x: NdArray, state: NdArray];

/** Drops element i if its random word is below rate * 2^32; `state` is [seed, step]. */
export function drop([x, { data: state }]: Inputs, { rate, stream }: DropoutAttributes): NdArray {
  const threshold = Math.floor(rate * 2 ** 32);
  const [seed, step] = [state[0] >>> 0, state[1] >>> 0];
  let words = philox([0, step, stream, 0], [seed, 0]);
  return map(x, (value, i) => {
    if (i % 4 === 0) words = philox([i / 4, step, stream, 0], [seed, 0]);
    return words[i % 4] >= threshold ? value / (1 - rate) : 0;
  });
}

export const dropout = {
  forward: drop,
  backward: (
    dy: NdArray,
    { inputs: [, state] }: { readonly inputs: Inputs },
    attributes: DropoutAttributes,
  ): readonly (NdArray | undefined)[] => [drop([dy, state], attributes), undefined],
};
