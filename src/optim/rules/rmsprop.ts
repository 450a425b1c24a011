import shader from '../../../shaders/optim/rules/rmsprop.wgsl';
import { flag, fraction, positive, unitInterval } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `rmsprop`, besides those of every optimizer. */
export interface RmspropOptions extends OptimizerOptions {
  /** The fraction of the mean square kept in each step; default 0.9, PyTorch's 0.99. */
  readonly rho?: number;
  /** The fraction of the velocity kept in each step; default 0, no momentum. */
  readonly momentum?: number;
  /** Keeps the divisor away from 0; default 1e-7, PyTorch's 1e-8. */
  readonly epsilon?: number;
  /** Divides by the standard deviation of the gradient rather than its root mean square; default false. */
  readonly centered?: boolean;
}

const CHECKS = { momentum: unitInterval, centered: flag, rho: fraction, epsilon: positive };
const SHARED = { momentum: 0, centered: false };
const DEFAULTS = {
  keras: { ...SHARED, learningRate: 0.001, rho: 0.9, epsilon: 1e-7 },
  pytorch: { ...SHARED, learningRate: 0.01, rho: 0.99, epsilon: 1e-8 },
  lecture: { ...SHARED, learningRate: 0.001, rho: 0.9, epsilon: 1e-7 },
};

/**
 * Divides the gradient by its running root mean square: `s = rho s + (1 - rho) g^2; w -= rate g / sqrt(s + epsilon)`,
 * and with momentum `v = momentum v + rate g / sqrt(s + epsilon); w -= v`. Default rate 0.001, PyTorch's 0.01. If
 * centered, the square of the running mean is subtracted from s, down to 0. In PyTorch's convention and
 * the lecture's the divisor is `sqrt(s) + epsilon`, and `w -= rate v`.
 * @throws ValueError for an option out of range.
 * @see Tieleman and Hinton (2012), "Lecture 6.5 - rmsprop"; centered: Graves (2013), arXiv:1308.0850.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const settings = settingsOf('rmsprop', { options, defaults: DEFAULTS, checks: CHECKS });
  const { rho, momentum, epsilon, centered, convention } = settings;
  const moving = momentum > 0;
  return new FusedOptimizer(
    {
      name: 'rmsprop',
      shader,
      constants: { CENTERED: String(centered), MOMENTUM: String(moving) },
      moments: { meanSquare: true, mean: centered, velocity: moving },
      numbers: ({ rate }) =>
        convention === 'keras' ? [1 - rho, epsilon, 0, momentum, rate, 1] : [1 - rho, 0, epsilon, momentum, 1, rate],
      reference: ({ rmsprop }, arrays, { rate }) => rmsprop(arrays, settings, rate),
    },
    settings,
  );
}
