import shader from '../../../shaders/optim/rules/adamax.wgsl';
import { fraction, positive } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `adamax`, besides those of every optimizer. */
export interface AdamaxOptions extends OptimizerOptions {
  /** The fraction of the gradients' running mean kept in each step; default 0.9. */
  readonly beta1?: number;
  /** The fraction of the largest gradient kept in each step; default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor away from 0; default 1e-7, PyTorch's 1e-8. */
  readonly epsilon?: number;
}

const CHECKS = { beta1: fraction, beta2: fraction, epsilon: positive };
const DEFAULTS = {
  keras: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  pytorch: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

/**
 * Adam with the largest gradient in place of the root mean square:
 * `m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g|)`, then in step t = 1, 2, ...
 * `w -= rate / (1 - beta1^t) m / (u + epsilon)`. Default rate 0.001, PyTorch's 0.002. In PyTorch's convention
 * `u = max(beta2 u, |g| + epsilon)` and the divisor is u.
 * @throws ValueError for an option out of range.
 * @see Kingma and Ba (2015), "Adam: a method for stochastic optimization", section 7.1.
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  const settings = settingsOf('adamax', { options, defaults: DEFAULTS, checks: CHECKS });
  const { beta1, beta2, epsilon, convention } = settings;
  return new FusedOptimizer(
    {
      name: 'adamax',
      shader,
      moments: { mean: true, largest: true },
      numbers: ({ rate, t }) => {
        const inside = convention === 'keras' ? 0 : epsilon;
        return [1 - beta1, beta2, rate / (1 - beta1 ** t), inside, epsilon - inside];
      },
      reference: ({ adamax }, arrays, { rate, t }) => adamax(arrays, settings, rate, t),
    },
    settings,
  );
}
