import philoxWgsl from '../../../shaders/lib/philox.wgsl';
import fourWgsl from '../../../shaders/lib/vectors/four.wgsl';
import shader from '../../../shaders/random/dropout.wgsl';
import keptWgsl from '../../../shaders/random/kept4.wgsl';
import type { DropoutAttributes } from '../../backends/cpu/reference/random/dropout.ts';
import { checkValues, countFrom0, fraction, required } from '../../core/checks.ts';
import { drawOn } from '../../core/random/state.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { defineOp, type Run } from '../op.ts';
import { dropoutParams } from './dropoutParams.ts';
import { streamOf } from './stream.ts';

const drop = (run: Run, x: Tensor, state: Tensor, attributes: DropoutAttributes): Tensor =>
  run('forward', [x], {
    shape: x.shape,
    uniforms: [state],
    constants: { WIDTH: 4 },
    params: { size: x.size, ...dropoutParams(attributes) },
  });

const dropoutOp = defineOp<[x: Tensor, state: Tensor], DropoutAttributes>({
  name: 'dropout',
  shader: elementwise(philoxWgsl, keptWgsl, shader, fourWgsl),
  reference: ({ dropout }) => dropout,
  dtypes: [['f32'], ['i32']],
  shape: ([x]) => x,
  forward: (run, [x, state], attributes) => drop(run, x, state, attributes),
  backward: (run, dy, { inputs: [, state], attributes }) => [drop(run, dy, state, attributes), undefined],
});

/** Options of `dropout`. */
export interface DropoutOptions {
  /** The probability that an element becomes 0, at least 0 and below 1. */
  readonly rate: number;
  /** The random stream to draw from; default a new one, so that two calls drop different elements. */
  readonly stream?: number;
}

/** The operation `dropout`, documented in src/overloads.ts. */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  const { rate, stream } = checkValues('dropout', options, { rate: required(fraction), stream: countFrom0 });
  if (rate === 0) return x;
  return dropoutOp(x, drawOn(x.device), { rate, stream: streamOf(x, 'dropout', stream) });
}
