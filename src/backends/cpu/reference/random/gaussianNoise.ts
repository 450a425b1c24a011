import { philox } from '../../../../core/random/philox.ts';
import { map, type NdArray } from '../ndarray.ts';

export interface GaussianNoiseAttributes {
  readonly stddev: number;
  readonly stream: number;
}

/** A number in (0, 1) from the upper 23 of 32 random bits. */
const unit = (bits: number): number => ((bits >>> 9) + 0.5) / 2 ** 23;

/** y_i = x_i + stddev z_i; `state` is [seed, step]. Draws the numbers of gaussian_noise.wgsl. */
export const gaussianNoise = {
  forward: (
    [x, { data: state }]: readonly [x: NdArray, state: NdArray],
    { stddev, stream }: GaussianNoiseAttributes,
  ): NdArray => {
    const [seed, step] = [state[0] >>> 0, state[1] >>> 0];
    let words = philox([0, step, stream, 0], [seed, 0]);
    return map(x, (value, i) => {
      if (i % 4 === 0) words = philox([i / 4, step, stream, 0], [seed, 0]);
      const pair = i % 4 < 2 ? 0 : 2;
      const angle = 2 * Math.PI * unit(words[pair + 1]);
      const radius = Math.sqrt(-2 * Math.log(unit(words[pair])));
      return value + stddev * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
  },
  backward: (dy: NdArray): readonly (NdArray | undefined)[] => [dy, undefined],
};
