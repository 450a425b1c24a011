import shader from '../../../shaders/optim/rules/nadam.wgsl';
import { fraction, notNegative, positive } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `nadam`, besides those of every optimizer. */
export interface NadamOptions extends OptimizerOptions {
  /** The final fraction of the gradients' running mean kept in each step; default 0.9. */
  readonly beta1?: number;
  /** The fraction of the squared gradients' running mean kept in each step; default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor away from 0; default 1e-7, PyTorch's 1e-8. */
  readonly epsilon?: number;
  /** How fast the momentum rises from half of beta1; default 1, PyTorch's 0.004. */
  readonly momentumDecay?: number;
}

const CHECKS = { beta1: fraction, beta2: fraction, epsilon: positive, momentumDecay: notNegative };
const DEFAULTS = {
  keras: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, momentumDecay: 1 },
  pytorch: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: 0.004 },
};

/** The momentum of step t = 1, 2, ... */
const momentumAt = (t: number, beta1: number, decay: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * decay));

/** The product of the momenta up to and including step t; one multiplication per step for consecutive steps. */
function productOfMomenta(beta1: number, decay: number): (t: number) => number {
  let [known, product] = [0, 1];
  return (t) => {
    if (t < known) [known, product] = [0, 1];
    while (known < t) product *= momentumAt(++known, beta1, decay);
    return product;
  };
}

/**
 * Adam whose mean of the gradients looks one step ahead, as Nesterov momentum does. With the momentum
 * `mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2)` and P_t the product of the momenta up to t:
 * `w -= rate (mu_{t+1} m / (1 - P_{t+1}) + (1 - mu_t) g / (1 - P_t)) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 * Default rate 0.001. PyTorch's convention differs only in its defaults, with rate 0.002.
 * @throws ValueError for an option out of range.
 * @see Dozat (2016), "Incorporating Nesterov momentum into Adam".
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const settings = settingsOf('nadam', { options, defaults: DEFAULTS, checks: CHECKS });
  const { beta1, beta2, epsilon, momentumDecay } = settings;
  const productAt = productOfMomenta(beta1, momentumDecay);
  return new FusedOptimizer(
    {
      name: 'nadam',
      shader,
      moments: { mean: true, meanSquare: true },
      numbers: ({ rate, t }) => {
        const product = productAt(t);
        const now = momentumAt(t, beta1, momentumDecay);
        const next = momentumAt(t + 1, beta1, momentumDecay);
        const root2 = Math.sqrt(1 - beta2 ** t);
        const alongMean = (rate * root2 * next) / (1 - product * next);
        const alongGradient = (rate * root2 * (1 - now)) / (1 - product);
        return [1 - beta1, 1 - beta2, alongMean, alongGradient, epsilon * root2];
      },
      reference: ({ nadam }, arrays, { rate, t }) => nadam(arrays, settings, rate, t),
    },
    settings,
  );
}
