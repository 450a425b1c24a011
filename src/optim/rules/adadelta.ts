import shader from '../../../shaders/optim/rules/adadelta.wgsl';
import { fraction, positive } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `adadelta`, besides those of every optimizer. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** The fraction of the mean squares kept in each step; default 0.95, PyTorch's 0.9. */
  readonly rho?: number;
  /** Added inside both roots; default 1e-7, PyTorch's 1e-6. */
  readonly epsilon?: number;
}

const CHECKS = { rho: fraction, epsilon: positive };
const DEFAULTS = {
  keras: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  pytorch: { learningRate: 1, rho: 0.9, epsilon: 1e-6 },
};

/**
 * Scales each step to the size of the previous steps, so it has the units of the weights: with running mean squares s
 * of the gradients and u of the steps, `d = g sqrt(u + epsilon) / sqrt(s + epsilon); w -= rate d`. Default rate 0.001;
 * PyTorch's is 1, which is the paper's rule without a rate.
 * @throws ValueError for an option out of range.
 * @see Zeiler (2012), "ADADELTA: an adaptive learning rate method".
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const settings = settingsOf('adadelta', { options, defaults: DEFAULTS, checks: CHECKS });
  const { rho, epsilon } = settings;
  return new FusedOptimizer(
    {
      name: 'adadelta',
      shader,
      moments: { meanSquare: true, meanSquareUpdate: true },
      numbers: ({ rate }) => [1 - rho, epsilon, rate],
      reference: ({ adadelta }, arrays, { rate }) => adadelta(arrays, settings, rate),
    },
    settings,
  );
}
