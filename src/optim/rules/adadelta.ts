import shader from '../../../shaders/optim/rules/adadelta.wgsl';
import { fraction, positive } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

export interface AdadeltaOptions extends OptimizerOptions {
  /** What the mean squares keep of themselves in each step; default 0.95, PyTorch's 0.9. */
  readonly rho?: number;
  /** Inside both roots; default 1e-7, PyTorch's 1e-6. */
  readonly epsilon?: number;
}

const CHECKS = { rho: fraction, epsilon: positive };
const DEFAULTS = {
  keras: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  pytorch: { learningRate: 1, rho: 0.9, epsilon: 1e-6 },
};

/**
 * Steps as large as the steps before, in units of the weights: with mean squares s of the gradients and u of the steps,
 * `d = g sqrt(u + epsilon) / sqrt(s + epsilon); w -= rate d`. The paper has no rate, which is PyTorch's default of 1.
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
      numbers: (rate) => [1 - rho, epsilon, rate],
      reference: ({ adadelta }, arrays, rate) => adadelta(arrays, settings, rate),
    },
    settings,
  );
}
