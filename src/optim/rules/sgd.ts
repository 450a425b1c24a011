import shader from '../../../shaders/optim/rules/sgd.wgsl';
import { flag, unitInterval } from '../../core/checks.ts';
import { ValueError } from '../../core/errors.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `sgd`, besides those of every optimizer. */
export interface SgdOptions extends OptimizerOptions {
  /** The fraction of the velocity kept in each step; default 0, no momentum. */
  readonly momentum?: number;
  /** The fraction of each gradient withheld from the velocity; default 0. Not with `nesterov`. */
  readonly dampening?: number;
  /** Looks ahead along the velocity; default false. Not with `dampening`. */
  readonly nesterov?: boolean;
}

const CHECKS = { momentum: unitInterval, dampening: unitInterval, nesterov: flag };
const SHARED = { momentum: 0, dampening: 0, nesterov: false };
const DEFAULTS = {
  keras: { ...SHARED, learningRate: 0.01 },
  pytorch: { ...SHARED, learningRate: 0.001 },
  lecture: { ...SHARED, learningRate: 0.01 },
};

/**
 * Gradient descent: `w -= rate g`; default rate 0.01, PyTorch's 0.001. With momentum `mu` and dampening `d`, as in
 * Keras: `v = mu v - (1 - d) rate g; w += v`, Nesterov `w += mu v - rate g`. In PyTorch's convention
 * `v = mu v + (1 - d) g` (the first step without d); `w -= rate v`, Nesterov `w -= rate (g + mu v)`. In the lecture's
 * `v = mu v - (1 - mu) g; w += rate v`, and for Nesterov g is the gradient at `w + rate mu v`: the weights of the model
 * are those points.
 * @throws ValueError for an option out of range, for dampening with nesterov, or in the lecture's convention.
 * @see Sutskever et al. (2013), "On the importance of initialization and momentum in deep learning".
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const settings = settingsOf('sgd', { options, defaults: DEFAULTS, checks: CHECKS });
  const { momentum, dampening, nesterov, convention } = settings;
  const other = nesterov ? 'nesterov' : convention === 'lecture' && "convention 'lecture'";
  if (other && dampening > 0) {
    throw new ValueError({
      op: 'sgd',
      got: `dampening ${dampening} and ${other}`,
      expected: 'one of them, because no known rule combines them',
      fix: `Leave out dampening or ${other}.`,
    });
  }
  const moving = momentum > 0;
  return new FusedOptimizer(
    {
      name: 'sgd',
      shader,
      constants: { MOMENTUM: String(moving) },
      moments: { velocity: moving },
      numbers: ({ rate, t, nextRate }) => {
        // v = momentum v + gain g; w += alongVelocity v + alongGradient g
        if (convention === 'lecture') {
          const gain = momentum - 1;
          return nesterov || !moving ? [momentum, gain, nextRate * momentum, rate * gain] : [momentum, gain, rate, 0];
        }
        const inside = convention === 'keras' ? -rate : 1;
        const outside = convention === 'keras' ? 1 : -rate;
        const gain = convention === 'pytorch' && t === 1 ? inside : inside * (1 - dampening);
        return nesterov || !moving
          ? [momentum, gain, outside * momentum, inside * outside]
          : [momentum, gain, outside, 0];
      },
      reference: ({ sgd }, arrays, step) => sgd(arrays, settings, step),
    },
    settings,
  );
}
