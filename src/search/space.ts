import { ValueError } from '../errors.ts';
import { checkOptions, checkWhole } from '../options.ts';

/** One hyper-parameter: what it may be, laid out over the unit interval. */
export interface Dimension<T> {
  /** The value at u in [0, 1]. */
  readonly at: (u: number) => T;
  /** How many values there are; absent for real numbers. */
  readonly size?: number;
  /** Whether neighbours have nothing in common. */
  readonly isCategorical?: boolean;
}

/** Hyper-parameters by name; an array is a `choice` of its elements. */
export type Space = Readonly<Record<string, Dimension<unknown> | readonly unknown[]>>;

/** A value for each hyper-parameter of a space. */
export type Values<S extends Space> = {
  readonly [K in keyof S]: S[K] extends readonly (infer T)[] ? T : S[K] extends Dimension<infer T> ? T : never;
};

export interface NumberOptions {
  /** Whether equal ratios are as far apart as each other, rather than equal differences; default false. */
  readonly log?: boolean;
}

function checkBounds(op: string, low: number, high: number, log: boolean): void {
  const least = log ? 'a positive number' : 'a number';
  if (Number.isFinite(low) && Number.isFinite(high) && low < high && (!log || low > 0)) return;
  throw new ValueError({
    op,
    got: `${low} and ${high}`,
    expected: `${least} and a larger one`,
    fix: `For example ${op}(${log ? '1e-4, 1e-1' : '0, 0.5'}).`,
  });
}

const between = (low: number, high: number, u: number, log: boolean): number =>
  log ? low * (high / low) ** u : low + (high - low) * u;

/** Real numbers from `low` to `high`. @throws ValueError unless low < high, both finite, and positive with `log`. */
export function uniform(low: number, high: number, options: NumberOptions = {}): Dimension<number> {
  checkOptions('uniform', options, ['log']);
  const { log = false } = options;
  checkBounds('uniform', low, high, log);
  return { at: (u) => Math.min(high, between(low, high, u, log)) };
}

/** Positive numbers from `low` to `high`, every order of magnitude as likely as any other: for learning rates. */
export function logUniform(low: number, high: number): Dimension<number> {
  checkBounds('logUniform', low, high, true);
  return uniform(low, high, { log: true });
}

/** Whole numbers from `low` to `high`, both included. @throws ValueError for others, and as `uniform`. */
export function integer(low: number, high: number, options: NumberOptions = {}): Dimension<number> {
  checkOptions('integer', options, ['log']);
  const { log = false } = options;
  checkBounds('integer', low, high, log);
  checkWhole('integer', 'low', low, -Infinity);
  checkWhole('integer', 'high', high, -Infinity);
  const at = (u: number): number => {
    const value = Math.floor(between(low, high + 1, u, log));
    return Math.min(high, Math.max(low, value));
  };
  return { at, size: high - low + 1 };
}

/** One of some values, without an order. @throws ValueError for none. */
export function choice<const T>(options: readonly T[]): Dimension<T> {
  if (options.length === 0) {
    throw new ValueError({
      op: 'choice',
      got: 'no values',
      expected: 'one or more to choose from',
      fix: "For example choice(['relu', 'tanh']).",
    });
  }
  const { length } = options;
  return { at: (u) => options[Math.min(length - 1, Math.floor(u * length))], size: length, isCategorical: true };
}

/** The dimensions of a space by name. @throws ValueError for an empty one, and for what is no dimension. */
export function dimensionsOf(space: Space): Readonly<Record<string, Dimension<unknown>>> {
  const names = Object.keys(space);
  if (names.length === 0) {
    throw new ValueError({
      op: 'search',
      got: 'a space without hyper-parameters',
      expected: 'one or more',
      fix: 'For example { learningRate: logUniform(1e-4, 1e-1) }.',
    });
  }
  return Object.fromEntries(names.map((name) => [name, dimensionOf(name, space[name])]));
}

function dimensionOf(name: string, given: Space[string]): Dimension<unknown> {
  if (isList(given)) return choice(given);
  if (typeof given === 'object' && given !== null && typeof given.at === 'function') return given;
  throw new ValueError({
    op: 'search',
    got: `${name}: ${String(given)}`,
    expected: 'uniform, logUniform, integer, choice, or an array of values',
    fix: `To keep it at one value, write [${String(given)}].`,
  });
}

const isList = (given: Space[string]): given is readonly unknown[] => Array.isArray(given);
