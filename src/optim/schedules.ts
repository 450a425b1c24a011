import {
  type Check,
  checkValues,
  count,
  finite,
  flag,
  fraction,
  listOf,
  notNegative,
  positive,
  required,
} from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';

/** The learning rate of step 0, 1, 2, ... Any function works; those made here can also be saved to a file. */
export interface Schedule {
  (step: number): number;
  /** Name and options, for files. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The check of a learning rate. */
export const RATE: Check = [
  (value) => typeof value === 'function' || notNegative[0](value),
  'a finite number of 0 or more, or a schedule',
];

export interface DecayOptions {
  /** The rate of step 0, 0 or more. */
  readonly initialLearningRate: number;
  /** Length of the decay in updates of the weights, above 0. */
  readonly decaySteps: number;
}

const named = (name: string, options: object, rate: (step: number) => number): Schedule =>
  Object.assign(rate, { config: { name, ...options } });

const wrong = (schedule: string, got: string, expected: string): ValueError =>
  new ValueError({ op: schedule, got, expected, fix: 'Steps count from 0, one per update of the weights.' });

const DECAY = { initialLearningRate: required(notNegative), decaySteps: required(positive) };

/** The initial rate times `f(step / decaySteps)`; with `staircase` of whole periods. */
function decaying(
  name: string,
  options: DecayOptions & { readonly decayRate: number; readonly staircase?: boolean },
  f: (periods: number) => number,
): Schedule {
  checkValues(name, options, { ...DECAY, decayRate: required(notNegative), staircase: flag });
  const { initialLearningRate, decaySteps, staircase = false } = options;
  return named(name, options, (step) => {
    const periods = step / decaySteps;
    return initialLearningRate * f(staircase ? Math.floor(periods) : periods);
  });
}

/**
 * Exponential decay: `initialLearningRate * decayRate^(step / decaySteps)`.
 * @param options `decayRate`: 0 or more. `staircase`: rounds the exponent down; default false.
 * @throws ValueError for options out of range.
 */
export const exponentialDecay = (
  options: DecayOptions & { readonly decayRate: number; readonly staircase?: boolean },
): Schedule => decaying('exponentialDecay', options, (periods) => options.decayRate ** periods);

/**
 * Inverse time decay: `initialLearningRate / (1 + decayRate * step / decaySteps)`.
 * @param options `decayRate`: 0 or more. `staircase`: rounds `step / decaySteps` down; default false.
 * @throws ValueError for options out of range.
 */
export const inverseTimeDecay = (
  options: DecayOptions & { readonly decayRate: number; readonly staircase?: boolean },
): Schedule => decaying('inverseTimeDecay', options, (periods) => 1 / (1 + options.decayRate * periods));

const numbers = required(listOf(finite, 'a list of finite numbers'));

/**
 * Piecewise constant: `values[k]` for steps after `boundaries[k - 1]`, up to and including `boundaries[k]`.
 * @param options `boundaries`: ascending steps. `values`: rates, one more than boundaries.
 * @throws ValueError for other lists.
 */
export function piecewiseConstant(options: {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
}): Schedule {
  checkValues('piecewiseConstant', options, { boundaries: numbers, values: numbers });
  const { boundaries, values } = options;
  if (values.length !== boundaries.length + 1 || boundaries.some((boundary, k) => boundary <= boundaries[k - 1])) {
    const got = `boundaries [${boundaries.join(', ')}] and values [${values.join(', ')}]`;
    throw wrong('piecewiseConstant', got, 'ascending boundaries, and one value more than boundaries');
  }
  return named('piecewiseConstant', options, (step) => {
    const piece = boundaries.findIndex((boundary) => step <= boundary);
    return piece < 0 ? values[boundaries.length] : values[piece];
  });
}

/**
 * Polynomial decay: `(initial - end) * (1 - step / decaySteps)^power + end`, and `end` after `decaySteps`.
 * @param options `endLearningRate`: default 1e-4. `power`: above 0, default 1. `cycle`: continues after `decaySteps` with the next
 * multiple of it as length; default false.
 * @throws ValueError for options out of range.
 */
export function polynomialDecay(
  options: DecayOptions & { readonly endLearningRate?: number; readonly power?: number; readonly cycle?: boolean },
): Schedule {
  const checks = { ...DECAY, endLearningRate: notNegative, power: positive, cycle: flag };
  checkValues('polynomialDecay', options, checks);
  const { initialLearningRate, decaySteps, endLearningRate = 1e-4, power = 1, cycle = false } = options;
  return named('polynomialDecay', options, (step) => {
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    return (initialLearningRate - endLearningRate) * (1 - Math.min(step / length, 1)) ** power + endLearningRate;
  });
}

/** Half a cosine: from 1 to 0 as `done` goes from 0 to 1. */
const cosine = (done: number): number => 0.5 * (1 + Math.cos(Math.PI * done));

/**
 * Cosine decay: `peak * ((1 - alpha) (1 + cos(pi step / decaySteps)) / 2 + alpha)`, constant after `decaySteps` (PyTorch's rises
 * again). With `warmupTarget` the rate first rises linearly to it in `warmupSteps`, and the cosine starts there.
 * @param options `alpha`: the final share of the rate, default 0. `warmupTarget`: default no warm-up. `warmupSteps`: default 0.
 * @throws ValueError for options out of range.
 * @see Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm restarts".
 */
export function cosineDecay(
  options: DecayOptions & { readonly alpha?: number; readonly warmupTarget?: number; readonly warmupSteps?: number },
): Schedule {
  const checks = { ...DECAY, alpha: notNegative, warmupTarget: notNegative, warmupSteps: notNegative };
  checkValues('cosineDecay', options, checks);
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  const peak = warmupTarget ?? initialLearningRate;
  const start = warmupTarget === undefined ? 0 : warmupSteps;
  return named('cosineDecay', options, (step) =>
    step < start
      ? initialLearningRate + (peak - initialLearningRate) * (step / start)
      : peak * ((1 - alpha) * cosine(Math.min((step - start) / decaySteps, 1)) + alpha),
  );
}

/**
 * Cosine decay with warm restarts: period k takes `firstDecaySteps * tMul^k` steps and starts at `mMul^k` times the initial rate.
 * @param options `firstDecaySteps`: updates, above 0. `tMul`: 1 or more, default 2. `mMul`: default 1. `alpha`: the final share of
 * the rate, default 0.
 * @throws ValueError for options out of range.
 * @see Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm restarts".
 */
export function cosineDecayRestarts(options: {
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul?: number;
  readonly mMul?: number;
  readonly alpha?: number;
}): Schedule {
  checkValues('cosineDecayRestarts', options, {
    ...{ initialLearningRate: required(notNegative), firstDecaySteps: required(positive) },
    ...{ tMul: positive, mMul: notNegative, alpha: notNegative },
  });
  const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
  if (tMul < 1) throw wrong('cosineDecayRestarts', `tMul ${tMul}`, 'a number of 1 or more');
  return named('cosineDecayRestarts', options, (step) => {
    let period = tMul === 1 ? Math.floor(step / firstDecaySteps) : 0;
    let start = period * firstDecaySteps;
    let length = firstDecaySteps;
    while (step >= start + length) {
      start += length;
      length *= tMul;
      period++;
    }
    return initialLearningRate * ((1 - alpha) * mMul ** period * cosine((step - start) / length) + alpha);
  });
}

/**
 * One-cycle policy, as PyTorch's OneCycleLR without its change of momentum: half a cosine up from `maxLearningRate / divFactor` to
 * `maxLearningRate` in `warmupFraction` of the steps, then half a cosine down to the first rate divided by `finalDivFactor`, and
 * constant after that.
 * @param options `totalSteps`: updates. `warmupFraction`: at least 0 and below 1, default 0.3. `divFactor`: default 25.
 * `finalDivFactor`: default 1e4.
 * @throws ValueError for options out of range, and a warm-up of less than two steps.
 * @see Smith and Topin (2018), "Super-convergence: very fast training of neural networks using large learning rates".
 */
export function oneCycle(options: {
  readonly maxLearningRate: number;
  readonly totalSteps: number;
  readonly warmupFraction?: number;
  readonly divFactor?: number;
  readonly finalDivFactor?: number;
}): Schedule {
  checkValues('oneCycle', options, {
    ...{ maxLearningRate: required(notNegative), totalSteps: required(count) },
    ...{ warmupFraction: fraction, divFactor: positive, finalDivFactor: positive },
  });
  const { maxLearningRate, totalSteps, warmupFraction = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  const peak = warmupFraction * totalSteps - 1;
  if (peak <= 0) {
    const got = `totalSteps ${totalSteps} and warmupFraction ${warmupFraction}`;
    throw wrong('oneCycle', got, 'more than one step of warm-up');
  }
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const between = (from: number, to: number, done: number): number => to + (from - to) * cosine(done);
  return named('oneCycle', options, (step) =>
    step <= peak
      ? between(first, maxLearningRate, step / peak)
      : between(maxLearningRate, last, Math.min((step - peak) / (totalSteps - 1 - peak), 1)),
  );
}

/**
 * Linear warm-up from `initialLearningRate` to `learningRate` in `warmupSteps` updates, then that rate.
 * @param options `learningRate`: a number, or a schedule that starts after the warm-up. `initialLearningRate`: default 0.
 * @throws ValueError for options out of range.
 */
export function warmup(options: {
  readonly learningRate: number | Schedule;
  readonly warmupSteps: number;
  readonly initialLearningRate?: number;
}): Schedule {
  checkValues('warmup', options, {
    learningRate: required(RATE),
    warmupSteps: required(positive),
    initialLearningRate: notNegative,
  });
  const { learningRate, warmupSteps, initialLearningRate = 0 } = options;
  const then: Schedule = typeof learningRate === 'function' ? learningRate : () => learningRate;
  return named('warmup', { ...options, learningRate: then.config ?? learningRate }, (step) =>
    step < warmupSteps
      ? initialLearningRate + (then(0) - initialLearningRate) * (step / warmupSteps)
      : then(step - warmupSteps),
  );
}

/** All schedules by their names. */
export const schedules = {
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstant,
  polynomialDecay,
  cosineDecay,
  cosineDecayRestarts,
  oneCycle,
  warmup,
} satisfies Record<string, (options: never) => Schedule>;
