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

/**
 * The learning rate as a function of the step 0, 1, 2, ... Any function works; those made here can also be saved to a
 * file.
 */
export interface Schedule {
  (step: number): number;
  /** Name and options, for files. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export const RATE: Check = [
  (value) => typeof value === 'function' || notNegative[0](value),
  'a finite number of 0 or more, or a schedule',
];

/** Options that decaying schedules share. */
export interface DecayOptions {
  /** The rate at step 0, 0 or more. */
  readonly initialLearningRate: number;
  /** Length of the decay, or of one period of it, in steps, above 0. */
  readonly decaySteps: number;
}

const named = (name: string, options: object, rate: (step: number) => number): Schedule =>
  Object.assign(rate, { config: { name, ...options } });

const wrong = (schedule: string, got: string, expected: string): ValueError =>
  new ValueError({ op: schedule, got, expected, fix: 'Steps count from 0, one per update of the weights.' });

const DECAY = { initialLearningRate: required(notNegative), decaySteps: required(positive) };

/** A schedule `initialLearningRate * f(step / decaySteps)`; `staircase` rounds the argument down. */
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
 * `initialLearningRate * decayRate^(step / decaySteps)`.
 * @param options `decayRate`, 0 or more; `staircase`, default false: rounds the exponent down.
 * @throws ValueError for an option that is missing or out of range.
 */
export const exponentialDecay = (
  options: DecayOptions & { readonly decayRate: number; readonly staircase?: boolean },
): Schedule => decaying('exponentialDecay', options, (periods) => options.decayRate ** periods);

/**
 * `initialLearningRate / (1 + decayRate * step / decaySteps)`.
 * @param options `decayRate`, 0 or more; `staircase`, default false: rounds `step / decaySteps` down.
 * @throws ValueError for an option that is missing or out of range.
 */
export const inverseTimeDecay = (
  options: DecayOptions & { readonly decayRate: number; readonly staircase?: boolean },
): Schedule => decaying('inverseTimeDecay', options, (periods) => 1 / (1 + options.decayRate * periods));

const numbers = required(listOf(finite, 'an array of finite numbers'));

/**
 * `values[k]` up to and including step `boundaries[k]`, and the last value afterwards.
 * @param options `boundaries`, ascending steps; `values`, learning rates, one more than boundaries.
 * @throws ValueError unless the boundaries ascend and there is one more value.
 */
export function piecewiseConstant(options: {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
}): Schedule {
  checkValues('piecewiseConstant', options, { boundaries: numbers, values: numbers });
  const { boundaries, values } = options;
  if (values.length !== boundaries.length + 1 || boundaries.some((boundary, k) => boundary <= boundaries[k - 1])) {
    const got = `boundaries [${boundaries.join(', ')}] and values [${values.join(', ')}]`;
    throw wrong('piecewiseConstant', got, 'ascending boundaries, and one more value than boundaries');
  }
  return named('piecewiseConstant', options, (step) => {
    const piece = boundaries.findIndex((boundary) => step <= boundary);
    return piece < 0 ? values[boundaries.length] : values[piece];
  });
}

/**
 * `(initial - end) * (1 - step / decaySteps)^power + end`, and `end` after `decaySteps`. With `cycle`, `decaySteps` is
 * extended to its next multiple instead.
 * @param options `endLearningRate`, default 1e-4; `power`, default 1; `cycle`, default false.
 * @throws ValueError for an option that is missing or out of range.
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

/** Half a cosine: falls from 1 to 0 as `done` goes from 0 to 1. */
const cosine = (done: number): number => 0.5 * (1 + Math.cos(Math.PI * done));

/**
 * Half a cosine from the initial rate r to `alpha r` over `decaySteps`, constant afterwards (PyTorch's rises again).
 * With `warmupTarget`, the rate first rises linearly to the target over `warmupSteps`, and the cosine starts there.
 * @param options `alpha`, default 0; `warmupTarget`, default none; `warmupSteps`, default 0.
 * @throws ValueError for an option that is missing or out of range.
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
 * Cosine decay with restarts: period k lasts `firstDecaySteps * tMul^k` steps and starts at `mMul^k` times the initial
 * rate.
 * @param options `tMul`, default 2, 1 or more; `mMul`, default 1; `alpha`, default 0: the final fraction of the initial
 * rate.
 * @throws ValueError for an option that is missing or out of range.
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
 * Half a cosine up from `maxLearningRate / divFactor` to `maxLearningRate` over the fraction `warmupFraction` of the
 * steps, then half a cosine down to the first rate divided by `finalDivFactor`, constant afterwards. This is PyTorch's
 * OneCycleLR with its defaults, without its change of momentum.
 * @param options `warmupFraction`, default 0.3; `divFactor`, default 25; `finalDivFactor`, default 1e4.
 * @throws ValueError for an option that is missing or out of range, or a warm-up of at most one step.
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
 * Rises linearly from `initialLearningRate` (default 0) to `learningRate` over `warmupSteps`, then follows
 * `learningRate`: a number, or another schedule, whose step 0 is the end of the warm-up.
 * @throws ValueError for an option that is missing or out of range.
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

/** All schedules by name. */
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
