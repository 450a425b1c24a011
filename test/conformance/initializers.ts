// Mean, deviation and bounds of Keras's and PyTorch's initializers, which have no numbers of their own to compare.

import { Generator } from '../../src/core/random/generator.ts';
import type { Shape } from '../../src/core/shape.ts';
import {
  getInitializer,
  type Initializer,
  initializers,
  type VarianceScalingOptions,
} from '../../src/nn/initializers.ts';
import { checkDistribution } from '../harness/distribution.ts';
import { Case, type FullCase } from './case.ts';

/** PyTorch's `[out, in, height, width]` as the engine has kernels, `[height, width, in, out]`. */
function kernelShape(c: Case): Shape {
  const shape = c.list('shape') ?? [];
  const [outputs, inputs, ...spatial] = shape;
  return c.text('layout').startsWith('[out') ? [...spatial, inputs, outputs] : shape;
}

const modes: ReadonlyMap<string, VarianceScalingOptions['mode']> = new Map([
  ['fan_in', 'fanIn'],
  ['fan_out', 'fanOut'],
]);

/** PyTorch's are told apart by gain, fan and distribution; its Xavier initializers average the fans without saying so. */
const fromGain = (c: Case): Initializer =>
  initializers.varianceScaling({
    scale: c.number('gain') ** 2,
    mode: modes.get(c.text('mode')) ?? 'fanAvg',
    distribution: c.text('distribution') === 'uniform' ? 'uniform' : 'untruncatedNormal',
  });

/** Draws from the initializer of a case and holds the numbers to what it says. */
export function checkInitializer(given: FullCase): void {
  const c = new Case(given);
  const initialize = given.name.startsWith('keras.') ? getInitializer(c.text('initializer')) : fromGain(c);
  const { std, low, high } = Object.fromEntries(given.expected.map(({ name, data }) => [name, Number(data[0])]));
  const generator = new Generator(1);
  checkDistribution(() => initialize(kernelShape(c), generator), {
    deviation: std,
    uniform: c.text('distribution') === 'uniform',
    ...(low !== undefined && { low, high }),
  });
}
