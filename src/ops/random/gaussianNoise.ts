import philoxWgsl from '../../../shaders/lib/philox.wgsl';
import sineWgsl from '../../../shaders/lib/sine.wgsl';
import fourWgsl from '../../../shaders/lib/vectors/four.wgsl';
import shader from '../../../shaders/random/gaussian_noise.wgsl';
import type { GaussianNoiseAttributes } from '../../backends/cpu/reference/random/gaussianNoise.ts';
import { checkValues, countFrom0, notNegative, required } from '../../core/checks.ts';
import { drawOn } from '../../core/random/state.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { defineOp } from '../op.ts';
import { streamOf } from './stream.ts';

const gaussianNoiseOp = defineOp<[x: Tensor, state: Tensor], GaussianNoiseAttributes>({
  name: 'gaussianNoise',
  shader: elementwise(philoxWgsl, sineWgsl, shader, fourWgsl),
  reference: ({ gaussianNoise }) => gaussianNoise,
  dtypes: [['f32'], ['i32']],
  shape: ([x]) => x,
  forward: (run, [x, state], { stddev, stream }) =>
    run('forward', [x], {
      shape: x.shape,
      uniforms: [state],
      constants: { WIDTH: 4 },
      params: { size: x.size, stream, deviation: stddev },
    }),
  backward: (_run, dy) => [dy, undefined],
});

/** Options of `gaussianNoise`. */
export interface GaussianNoiseOptions {
  /** The standard deviation of the noise, 0 or more. */
  readonly stddev: number;
  /** The random stream to draw from; default a new one, so that two calls add different noise. */
  readonly stream?: number;
}

/** The operation `gaussianNoise`, documented in src/overloads.ts. */
export function gaussianNoise(x: Tensor, options: GaussianNoiseOptions): Tensor {
  const { stddev, stream } = checkValues('gaussianNoise', options, {
    stddev: required(notNegative),
    stream: countFrom0,
  });
  if (stddev === 0) return x;
  return gaussianNoiseOp(x, drawOn(x.device), {
    stddev,
    stream: streamOf(x, 'gaussianNoise', stream),
  });
}
