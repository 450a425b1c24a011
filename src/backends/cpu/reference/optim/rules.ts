import type { NdArray } from '../ndarray.ts';

type Numbers = NdArray['data'];
type Convention = 'keras' | 'pytorch' | 'lecture';

/**
 * All parameters `w`, their gradients `g` and the moments, flat and of equal length; w and moments are updated in
 * place.
 */
export type OptimizerArrays = Readonly<Record<string, Numbers>>;

export const accumulate = {
  add: (total: Numbers, g: Numbers): void => {
    for (let i = 0; i < g.length; i++) total[i] += g[i];
  },
  take: (total: Numbers, g: Numbers): void => {
    for (let i = 0; i < g.length; i++) {
      g[i] += total[i];
      total[i] = 0;
    }
  },
};

/** Scales each group `[start, end)` of the gradients down to `maxNorm` if its Euclidean norm is larger. */
export function clipByNorm(
  g: Numbers,
  groups: readonly (readonly [start: number, end: number])[],
  maxNorm: number,
): void {
  for (const [start, end] of groups) {
    let sum = 0;
    for (let i = start; i < end; i++) sum += g[i] ** 2;
    const norm = Math.sqrt(sum);
    if (norm > maxNorm) for (let i = start; i < end; i++) g[i] *= maxNorm / norm;
  }
}

/** Adds the gradient of the penalties `l1 |w| + l2 w^2 / 2`, at the scale of the gradients. */
export function penalize(
  { w, g }: OptimizerArrays,
  { scale, l1, l2 }: { scale: number; l1: number; l2: number },
): void {
  for (let i = 0; i < w.length; i++) g[i] += (l1 * Math.sign(w[i]) + l2 * w[i]) / scale;
}

/** The steps before the rule: unscale, clip by value, weight decay (`w -= decay w`, or `g += coupledDecay w`). */
export function prepareGradients(
  { w, g }: OptimizerArrays,
  options: { scale: number; clipValue: number; decay: number; coupledDecay: number },
): void {
  const { scale, clipValue, decay, coupledDecay } = options;
  for (let i = 0; i < w.length; i++) {
    g[i] = Math.min(Math.max(g[i] * scale, -clipValue), clipValue) + coupledDecay * w[i];
    w[i] -= decay * w[i];
  }
}

/** The steps after the rule: the average of the weights `a += gain (w - a)`, and `w = a` if requested. */
export function updateAverage(
  { w, average: a }: OptimizerArrays,
  { emaGain, overwrite }: { emaGain: number; overwrite: number },
): void {
  for (let i = 0; i < w.length; i++) {
    a[i] += emaGain * (w[i] - a[i]);
    if (overwrite === 1) w[i] = a[i];
  }
}

/** @see Sutskever et al. (2013), "On the importance of initialization and momentum in deep learning". */
export function sgd(
  { w, g, velocity: v }: OptimizerArrays,
  options: { momentum: number; dampening: number; nesterov: boolean; convention: Convention },
  { rate, nextRate, t }: { rate: number; nextRate: number; t: number },
): void {
  const { momentum, dampening, nesterov, convention } = options;
  for (let i = 0; i < w.length; i++) {
    if (momentum === 0) {
      w[i] -= rate * g[i];
    } else if (convention === 'keras') {
      v[i] = momentum * v[i] - (1 - dampening) * rate * g[i];
      w[i] += nesterov ? momentum * v[i] - rate * g[i] : v[i];
    } else if (convention === 'lecture') {
      if (nesterov) w[i] -= rate * momentum * v[i]; // back from the point ahead
      v[i] = momentum * v[i] - (1 - momentum) * g[i];
      w[i] += rate * v[i];
      if (nesterov) w[i] += nextRate * momentum * v[i];
    } else {
      v[i] = momentum * v[i] + (t === 1 ? g[i] : (1 - dampening) * g[i]);
      w[i] -= rate * (nesterov ? g[i] + momentum * v[i] : v[i]);
    }
  }
}

/** @see Tieleman and Hinton (2012), "Lecture 6.5 - rmsprop"; centered: Graves (2013), arXiv:1308.0850. */
export function rmsprop(
  { w, g, meanSquare, mean, velocity: v }: OptimizerArrays,
  options: { rho: number; momentum: number; epsilon: number; centered: boolean; convention: Convention },
  rate: number,
): void {
  const { rho, momentum, epsilon, centered, convention } = options;
  for (let i = 0; i < w.length; i++) {
    meanSquare[i] = rho * meanSquare[i] + (1 - rho) * g[i] ** 2;
    if (centered) mean[i] = rho * mean[i] + (1 - rho) * g[i];
    const spread = centered ? Math.max(meanSquare[i] - mean[i] ** 2, 0) : meanSquare[i];
    const d =
      convention === 'keras' ? (rate * g[i]) / Math.sqrt(spread + epsilon) : g[i] / (Math.sqrt(spread) + epsilon);
    if (momentum > 0) v[i] = momentum * v[i] + d;
    w[i] -= (convention === 'keras' ? 1 : rate) * (momentum > 0 ? v[i] : d);
  }
}

/** @see Kingma and Ba (2015), "Adam: a method for stochastic optimization"; AMSGrad: Reddi et al. (2018). */
export function adam(
  { w, g, mean, meanSquare, largest }: OptimizerArrays,
  options: {
    beta1: number;
    beta2: number;
    epsilon: number;
    amsgrad: boolean;
    biasCorrection: boolean;
    convention: Convention;
  },
  rate: number,
  t: number,
): void {
  const { beta1, beta2, epsilon, amsgrad, biasCorrection, convention } = options;
  const correction1 = biasCorrection ? 1 - beta1 ** t : 1;
  const correction2 = biasCorrection ? 1 - beta2 ** t : 1;
  for (let i = 0; i < w.length; i++) {
    mean[i] = beta1 * mean[i] + (1 - beta1) * g[i];
    meanSquare[i] = beta2 * meanSquare[i] + (1 - beta2) * g[i] ** 2;
    if (amsgrad) largest[i] = Math.max(largest[i], meanSquare[i]);
    const root = Math.sqrt(amsgrad ? largest[i] : meanSquare[i]);
    w[i] -=
      convention !== 'pytorch'
        ? (rate * (Math.sqrt(correction2) / correction1) * mean[i]) / (root + epsilon)
        : (rate * (mean[i] / correction1)) / (root / Math.sqrt(correction2) + epsilon);
  }
}

/** @see Duchi, Hazan and Singer (2011), "Adaptive subgradient methods for online learning and stochastic optimization". */
export function adagrad(
  { w, g, accumulator: s }: OptimizerArrays,
  { epsilon, convention }: { epsilon: number; convention: Convention },
  rate: number,
): void {
  for (let i = 0; i < w.length; i++) {
    s[i] += g[i] ** 2;
    w[i] -= (rate * g[i]) / (convention === 'keras' ? Math.sqrt(s[i] + epsilon) : Math.sqrt(s[i]) + epsilon);
  }
}

/** @see Zeiler (2012), "ADADELTA: an adaptive learning rate method". */
export function adadelta(
  { w, g, meanSquare, meanSquareUpdate }: OptimizerArrays,
  { rho, epsilon }: { rho: number; epsilon: number },
  rate: number,
): void {
  for (let i = 0; i < w.length; i++) {
    meanSquare[i] = rho * meanSquare[i] + (1 - rho) * g[i] ** 2;
    const d = Math.sqrt((meanSquareUpdate[i] + epsilon) / (meanSquare[i] + epsilon)) * g[i];
    meanSquareUpdate[i] = rho * meanSquareUpdate[i] + (1 - rho) * d ** 2;
    w[i] -= rate * d;
  }
}

/** @see Kingma and Ba (2015), "Adam: a method for stochastic optimization", section 7.1. */
export function adamax(
  { w, g, mean, largest }: OptimizerArrays,
  { beta1, beta2, epsilon, convention }: { beta1: number; beta2: number; epsilon: number; convention: Convention },
  rate: number,
  t: number,
): void {
  const rateNow = rate / (1 - beta1 ** t);
  for (let i = 0; i < w.length; i++) {
    mean[i] = beta1 * mean[i] + (1 - beta1) * g[i];
    const size = Math.abs(g[i]) + (convention === 'keras' ? 0 : epsilon);
    largest[i] = Math.max(beta2 * largest[i], size);
    w[i] -= (rateNow * mean[i]) / (largest[i] + (convention === 'keras' ? epsilon : 0));
  }
}

/** @see Dozat (2016), "Incorporating Nesterov momentum into Adam". */
export function nadam(
  { w, g, mean, meanSquare }: OptimizerArrays,
  options: { beta1: number; beta2: number; epsilon: number; momentumDecay: number },
  rate: number,
  t: number,
): void {
  const { beta1, beta2, epsilon, momentumDecay } = options;
  const momenta = Array.from({ length: t + 1 }, (_, k) => beta1 * (1 - 0.5 * 0.96 ** ((k + 1) * momentumDecay)));
  const before = momenta.slice(0, t).reduce((product, mu) => product * mu, 1);
  const [now, next] = momenta.slice(-2);
  for (let i = 0; i < w.length; i++) {
    mean[i] = beta1 * mean[i] + (1 - beta1) * g[i];
    meanSquare[i] = beta2 * meanSquare[i] + (1 - beta2) * g[i] ** 2;
    const ahead = (next * mean[i]) / (1 - before * next) + ((1 - now) * g[i]) / (1 - before);
    w[i] -= (rate * ahead) / (Math.sqrt(meanSquare[i] / (1 - beta2 ** t)) + epsilon);
  }
}
