import { type Check, checkValue, checkValues, finite, flag, positive, show, integer as whole } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';

/** A hyper-parameter: its values, mapped to the unit interval. */
export interface Dimension<T> {
  /** The value at u in [0, 1]. */
  readonly at: (u: number) => T;
  /** The points of `points` evenly spaced, distinct values, or of all values if there are fewer. */
  readonly grid: (points: number) => readonly number[];
  /** Number of values, if they are unordered. */
  readonly choices?: number;
}

/** Hyper-parameters by name; an array is a `choice` of its elements. */
export type Space = Readonly<Record<string, Dimension<unknown> | readonly unknown[]>>;

/** A value for each hyper-parameter of a space. */
export type Values<S extends Space> = {
  readonly [K in keyof S]: S[K] extends readonly (infer T)[] ? T : S[K] extends Dimension<infer T> ? T : never;
};

/** Options of `uniform` and `integer`. */
export interface NumberOptions {
  /** Whether the scale is logarithmic; default false. */
  readonly log?: boolean;
}

const EXAMPLES = { uniform: '0.1, 0.5', logUniform: '1e-4, 1e-1', integer: '1, 8' };

function checkBounds(op: keyof typeof EXAMPLES, low: number, high: number, log: boolean): void {
  const least = log ? 'a positive number' : 'a number';
  if (Number.isFinite(low) && Number.isFinite(high) && low < high && (!log || low > 0)) return;
  throw new ValueError({
    op,
    got: `${show(low)} and ${show(high)}`,
    expected: `${least} and a larger one`,
    fix: `For example ${op}(${EXAMPLES[op]}).`,
  });
}

/** Evenly spaced points from 0 to 1. */
const evenly = (points: number): number[] => Array.from({ length: points }, (_, i) => i / (points - 1));

const between = (low: number, high: number, u: number, log: boolean): number =>
  log ? low * (high / low) ** u : low + (high - low) * u;

/**
 * Real numbers from `low` to `high`, uniform, or log-uniform with `log`.
 * @throws ValueError unless both are finite, `low < high` and, with `log`, `low > 0`.
 */
export function uniform(low: number, high: number, options: NumberOptions = {}): Dimension<number> {
  checkValues('uniform', options, { log: flag });
  const { log = false } = options;
  checkBounds('uniform', low, high, log);
  return { at: (u) => Math.min(high, between(low, high, u, log)), grid: evenly };
}

/**
 * Real numbers from `low` to `high`, log-uniform: every order of magnitude is equally likely, as suits learning rates.
 * @throws ValueError unless `0 < low < high`, both finite.
 */
export function logUniform(low: number, high: number): Dimension<number> {
  checkBounds('logUniform', low, high, true);
  return uniform(low, high, { log: true });
}

/**
 * Whole numbers from `low` to `high`, both included, uniform, or log-uniform with `log`.
 * @throws ValueError unless both are whole, `low < high` and, with `log`, `low > 0`.
 */
export function integer(low: number, high: number, options: NumberOptions = {}): Dimension<number> {
  checkValues('integer', options, { log: flag });
  const { log = false } = options;
  checkValue('integer', 'low', low, whole);
  checkValue('integer', 'high', high, whole);
  checkBounds('integer', low, high, log);
  const at = (u: number): number => {
    const value = Math.floor(between(low, high + 1, u, log));
    return Math.min(high, Math.max(low, value));
  };
  const placeOf = (value: number): number =>
    log ? Math.log((value + 0.5) / low) / Math.log((high + 1) / low) : (value + 0.5 - low) / (high + 1 - low);
  const grid = (points: number): number[] => {
    const values: number[] = [];
    // On a log scale several points can have the same small value: then the next larger one is taken.
    for (const u of evenly(Math.min(points, high - low + 1))) {
      values.push(Math.max(at(u), (values.at(-1) ?? low - 1) + 1));
    }
    return values.map(placeOf);
  };
  return { at, grid };
}

/** The least distance from 0 and 1 at which a quantile is taken: 6.4 standard deviations from the mean. */
const TAIL = 2 ** -33;

/** Horner's rule, the highest power first. */
const polynomial = (x: number, ...coefficients: readonly number[]): number =>
  coefficients.reduce((y, c) => y * x + c, 0);

/**
 * The quantile of the standard normal distribution, within 1.2e-9 of itself.
 * @see Acklam (2003), "An algorithm for computing the inverse normal cumulative distribution function".
 */
function quantile(u: number): number {
  const p = Math.min(1 - TAIL, Math.max(TAIL, u));
  const nearest = Math.min(p, 1 - p);
  if (nearest < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(nearest));
    const size =
      polynomial(
        q,
        ...[-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734],
        ...[4.374664141464968, 2.938163982698783],
      ) / polynomial(q, 7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1);
    return p < 0.5 ? size : -size;
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    (q *
      polynomial(
        r,
        ...[-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269],
        ...[-30.66479806614716, 2.506628277459239],
      )) /
    polynomial(
      r,
      ...[-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972],
      ...[-13.28068155288572, 1],
    )
  );
}

/**
 * Real numbers from a normal distribution. A grid takes quantiles, as the ends of the range are infinite.
 * @param mean the mean. @param stddev the standard deviation, above 0.
 * @throws ValueError unless both are finite and `stddev` is above 0.
 */
export function normal(mean: number, stddev: number): Dimension<number> {
  checkValue('normal', 'mean', mean, finite);
  checkValue('normal', 'stddev', stddev, positive);
  return {
    at: (u) => mean + stddev * quantile(u),
    grid: (points) => Array.from({ length: points }, (_, i) => (i + 0.5) / points),
  };
}

/**
 * Positive numbers whose natural logarithm is normal, as in hyperopt.
 * @param mean the mean of the logarithm. @param stddev the standard deviation of the logarithm, above 0.
 * @throws ValueError unless both are finite and `stddev` is above 0.
 */
export function logNormal(mean: number, stddev: number): Dimension<number> {
  checkValue('logNormal', 'mean', mean, finite);
  checkValue('logNormal', 'stddev', stddev, positive);
  const logarithm = normal(mean, stddev);
  return { ...logarithm, at: (u) => Math.exp(logarithm.at(u)) };
}

const filled: Check = [(value) => Array.isArray(value) && value.length > 0, 'an array of one or more'];

/**
 * One of the given values, without an order.
 * @throws ValueError if the array is empty.
 */
export function choice<const T>(options: readonly T[]): Dimension<T> {
  checkValue('choice', 'options', options, filled);
  const { length } = options;
  return {
    at: (u) => options[Math.min(length - 1, Math.floor(u * length))],
    grid: () => options.map((_, i) => (i + 0.5) / length),
    choices: length,
  };
}

/** The dimensions of a space by name. @throws ValueError if there are none, or a value is not a dimension. */
export function dimensionsOf(space: Space): Readonly<Record<string, Dimension<unknown>>> {
  const names = Object.keys(space);
  if (names.length === 0) {
    throw new ValueError({
      op: 'search',
      got: 'a space without hyper-parameters',
      expected: 'at least one',
      fix: 'For example { learningRate: logUniform(1e-4, 1e-1) }.',
    });
  }
  return Object.fromEntries(names.map((name) => [name, dimensionOf(name, space[name])]));
}

function dimensionOf(name: string, given: Space[string]): Dimension<unknown> {
  if (isList(given)) return choice(given);
  if (
    typeof given === 'object' &&
    given !== null &&
    typeof given.at === 'function' &&
    typeof given.grid === 'function'
  ) {
    return given;
  }
  throw new ValueError({
    op: 'search',
    got: `${name}: ${show(given)}`,
    expected: 'uniform, logUniform, normal, logNormal, integer, choice, or an array of values',
    fix: 'For a constant, pass an array of one value.',
  });
}

const isList = (given: Space[string]): given is readonly unknown[] => Array.isArray(given);
