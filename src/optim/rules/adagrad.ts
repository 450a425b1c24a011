import shader from '../../../shaders/optim/rules/adagrad.wgsl';
import { notNegative, positive } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `adagrad`, besides those of every optimizer. */
export interface AdagradOptions extends OptimizerOptions {
  /** Initial value of the sums of squares; default 0.1, PyTorch's 0. */
  readonly initialAccumulatorValue?: number;
  /** Keeps the divisor away from 0; default 1e-7, PyTorch's 1e-10. */
  readonly epsilon?: number;
}

const CHECKS = { initialAccumulatorValue: notNegative, epsilon: positive };
const DEFAULTS = {
  keras: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  pytorch: { learningRate: 0.01, initialAccumulatorValue: 0, epsilon: 1e-10 },
};

/**
 * Divides the gradient by the root of the sum of its past squares: `s = s + g^2; w -= rate g / sqrt(s + epsilon)`.
 * Default rate 0.001, PyTorch's 0.01. In PyTorch's convention the divisor is `sqrt(s) + epsilon`; its `lr_decay` is the
 * schedule `inverseTimeDecay`.
 * @throws ValueError for an option out of range.
 * @see Duchi, Hazan and Singer (2011), "Adaptive subgradient methods for online learning and stochastic optimization".
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const settings = settingsOf('adagrad', { options, defaults: DEFAULTS, checks: CHECKS });
  const { initialAccumulatorValue, epsilon, convention } = settings;
  return new FusedOptimizer(
    {
      name: 'adagrad',
      shader,
      moments: { accumulator: true },
      start: { accumulator: initialAccumulatorValue },
      numbers: ({ rate }) => (convention === 'keras' ? [rate, epsilon, 0] : [rate, 0, epsilon]),
      reference: ({ adagrad }, arrays, { rate }) => adagrad(arrays, settings, rate),
    },
    settings,
  );
}
