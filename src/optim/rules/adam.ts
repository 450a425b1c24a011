import shader from '../../../shaders/optim/rules/adam.wgsl';
import { flag, fraction, positive } from '../../core/checks.ts';
import { FusedOptimizer } from '../fused.ts';
import type { Optimizer } from '../optimizer.ts';
import { type OptimizerOptions, settingsOf } from '../options.ts';

/** Options of `adam` and `adamW`, besides those of every optimizer. */
export interface AdamOptions extends OptimizerOptions {
  /** The fraction of the gradients' running mean kept in each step; default 0.9. */
  readonly beta1?: number;
  /** The fraction of the squared gradients' running mean kept in each step; default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor away from 0; default 1e-7, PyTorch's 1e-8. */
  readonly epsilon?: number;
  /** Divides by the largest mean square so far; default false. */
  readonly amsgrad?: boolean;
  /** Corrects the means for their start at 0; default true, in the lecture's convention false. */
  readonly biasCorrection?: boolean;
}

const CHECKS = { beta1: fraction, beta2: fraction, amsgrad: flag, biasCorrection: flag, epsilon: positive };
const SHARED = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, amsgrad: false, biasCorrection: true };
const DEFAULTS = {
  keras: { ...SHARED, epsilon: 1e-7 },
  pytorch: { ...SHARED, epsilon: 1e-8 },
  lecture: { ...SHARED, epsilon: 1e-7, biasCorrection: false },
};
const ADAM_W_DECAY = { keras: 0.004, pytorch: 0.01, lecture: 0.004 };

/**
 * Adam: `m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2`, then in step t = 1, 2, ... `w -= rate sqrt(1 -
 * beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)`; default rate 0.001. PyTorch's convention adds epsilon to the
 * corrected root, `sqrt(v / (1 - beta2^t)) + epsilon`. Without `biasCorrection` both are
 * `w -= rate m / (sqrt(v) + epsilon)`. The corrections are computed in float64: in float32, 1 - 0.999 is off by 1e-5.
 * @throws ValueError for an option out of range.
 * @see Kingma and Ba (2015), "Adam: a method for stochastic optimization"; AMSGrad: Reddi et al. (2018), "On the
 * convergence of Adam and beyond".
 */
export const adam = (options: AdamOptions = {}): Optimizer => make('adam', options);

/**
 * Adam with weight decay that bypasses the gradient, in every convention: `w -= rate weightDecay w` before the step of
 * `adam`. Default decay 0.004, PyTorch's 0.01.
 * @throws ValueError for an option out of range.
 * @see Loshchilov and Hutter (2019), "Decoupled weight decay regularization".
 */
export const adamW = (options: AdamOptions = {}): Optimizer =>
  make('adamW', { ...options, weightDecay: options.weightDecay ?? ADAM_W_DECAY[options.convention ?? 'keras'] });

function make(name: 'adam' | 'adamW', options: AdamOptions): Optimizer {
  const settings = settingsOf(name, { options, defaults: DEFAULTS, checks: CHECKS });
  const { beta1, beta2, epsilon, amsgrad, biasCorrection, convention } = settings;
  return new FusedOptimizer(
    {
      name,
      shader,
      constants: { AMSGRAD: String(amsgrad) },
      moments: { mean: true, meanSquare: true, largest: amsgrad },
      numbers: ({ rate, t }) => {
        const correction1 = biasCorrection ? 1 - beta1 ** t : 1;
        const root2 = biasCorrection ? Math.sqrt(1 - beta2 ** t) : 1;
        return [
          1 - beta1,
          1 - beta2,
          (rate * root2) / correction1,
          convention === 'pytorch' ? epsilon * root2 : epsilon,
        ];
      },
      reference: ({ adam }, arrays, { rate, t }) => adam(arrays, settings, rate, t),
      decoupled: name === 'adamW',
    },
    settings,
  );
}
