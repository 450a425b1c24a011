import {
  type Checks,
  checkValue,
  checkValues,
  count,
  func,
  lookUp,
  required,
  seedValue,
  show,
  unitInterval,
} from '../core/checks.ts';
import { currentDevice } from '../core/device.ts';
import { DeviceError, ValueError } from '../core/errors.ts';
import { Generator, uniform } from '../core/random/generator.ts';
import { isRecord } from '../io/json.ts';
import { grid, type Point, type Request, random, type Sampler } from './sampler.ts';
import { dimensionsOf, type Space, type Values } from './space.ts';
import { tpe } from './tpe.ts';

/** One set of hyper-parameters and its result; can be stored as JSON if the values can. */
export interface Trial<S extends Space = Space> {
  /** Counted from 0. */
  readonly number: number;
  /** The hyper-parameters by name. */
  readonly parameters: Values<S>;
  /** Their point in the space. */
  readonly point: Point;
  /** The result of the objective; absent if the trial failed. */
  readonly value?: number;
  /** Why there is no value. */
  readonly failed?: string;
}

/** Options of `search`. */
export interface SearchOptions<S extends Space> {
  /** The hyper-parameters by name, each a dimension such as `uniform(0, 1)` or an array of values. */
  readonly space: S;
  /** A sampler or its name: `random`, `grid` or `tpe`; default `tpe()`. */
  readonly sampler?: Sampler | keyof typeof samplers;
  /** Number of trials, including earlier ones; default 20, or for `grid` all its points. */
  readonly trials?: number;
  /** Whether to minimize or maximize the objective; default `minimize`. */
  readonly direction?: 'minimize' | 'maximize';
  /** Seed of the random numbers, a 32-bit integer; default 0. */
  readonly seed?: number;
  /** Trials of an earlier search of the same space, to continue it; default none. */
  readonly earlier?: readonly Trial<S>[];
  /** Called after each trial and awaited, for example to print or store it. */
  readonly onTrial?: (trial: Trial<S>) => void | Promise<void>;
}

/** What `search` returns. */
export interface SearchResult<S extends Space> {
  /** The trial with the best value. */
  readonly best: Trial<S> & { readonly value: number };
  /** Number of trials that failed; if any did, a warning is printed. */
  readonly failed: number;
  /** All trials, in order. */
  readonly trials: readonly Trial<S>[];
}

const samplers = { random, grid, tpe };
const DEFAULT_TRIALS = 20;
const CHECKS: Checks<keyof SearchOptions<Space>> = {
  space: required([isRecord, 'hyper-parameters by name, such as { learningRate: logUniform(1e-4, 1e-1) }']),
  sampler: [
    (value) => typeof value === 'string' || (isRecord(value) && typeof value.propose === 'function'),
    "'random', 'grid', 'tpe', or what random(), grid() or tpe() makes",
  ],
  trials: count,
  direction: [(value) => typeof value === 'string', "'minimize' or 'maximize'"],
  seed: seedValue,
  earlier: [(value) => Array.isArray(value) && value.every(isRecord), 'the trials of an earlier search'],
  onTrial: func,
};
/** If this many trials fail from the start, the objective itself is assumed to be wrong. */
const HOPELESS = 3;

/**
 * Searches for good hyper-parameters: the sampler proposes some, the objective evaluates them, and the sampler learns from the
 * result. If the objective throws (as `fit` does for a loss that is not finite) or returns a number that is not finite, the trial
 * fails and the search goes on.
 * @param objective returns the value of given hyper-parameters, for example the validation loss of a model trained with them. It
 * must free its models, even if it fails.
 * @throws ValueError if an option is out of range or the objective does not return a number; the objective's own error if the first
 * 3 trials fail.
 */
export async function search<const S extends Space>(
  options: SearchOptions<S>,
  objective: (parameters: Values<S>, number: number) => number | Promise<number>,
): Promise<SearchResult<S>> {
  checkValues('search', options, CHECKS);
  checkValue('search', 'objective', objective, func);
  const { space, sampler: given = 'tpe', direction = 'minimize', seed = 0, earlier = [], onTrial } = options;
  const sign = lookUp('search direction', { minimize: 1, maximize: -1 }, direction);
  const dimensions = dimensionsOf(space);
  const sampler = typeof given === 'string' ? lookUp('search sampler', samplers, given)() : given;
  const size = sampler.size?.(dimensions);
  const trialCount = options.trials ?? size ?? DEFAULT_TRIALS;
  checkEarlier(earlier, Object.keys(dimensions));
  const trials: Trial<S>[] = [...earlier];
  const errors: unknown[] = [];
  for (let number = trials.length; number < Math.min(trialCount, size ?? Infinity); number++) {
    const request: Request = {
      dimensions,
      number,
      observations: trials.map(({ point, value }) => ({ point, loss: value === undefined ? Infinity : sign * value })),
      draw: (length) => uniform(length, new Generator(seed), number),
    };
    const point = sampler.propose(request);
    const values = Object.entries(dimensions).map(([name, { at }]) => [name, at(point[name])] as const);
    const parameters = Object.fromEntries(values) as Values<S>; // the dimensions have these types
    const noneYet = trials.every(({ value }) => value === undefined);
    const outcome = await outcomeOf(() => objective(parameters, number), { errors, noneYet });
    const trial = { number, parameters, point, ...outcome };
    trials.push(trial);
    if (errors.length === HOPELESS && errors.length === trials.length) throw errors[0];
    await onTrial?.(trial);
  }
  const best = bestOf(trials, sign, errors);
  const failures = trials.filter(({ value }) => value === undefined);
  if (failures.length > 0) {
    const [{ number, failed }] = failures;
    console.warn(
      `dawngrad: search: ${failures.length} of ${trials.length} trials failed; the first, number ${number}: ${failed}`,
    );
  }
  return { best, failed: failures.length, trials };
}

/** The value of a trial, or why there is none. Errors are collected. */
async function outcomeOf(
  run: () => unknown,
  { errors, noneYet }: { errors: unknown[]; noneYet: boolean },
): Promise<Pick<Trial, 'value' | 'failed'>> {
  let value: unknown;
  try {
    value = await withMemory(run);
  } catch (error) {
    errors.push(error);
    return { failed: error instanceof Error ? error.message : String(error) };
  }
  if (typeof value === 'number') return Number.isFinite(value) ? { value } : { failed: `the objective is ${value}` };
  const error = new ValueError({
    op: 'search',
    got: `${show(value)} from the objective`,
    expected: 'a number',
    fix: 'Return, for example, a validation loss: history.val_loss.at(-1).',
  });
  if (noneYet) throw error; // other parameters would not help
  errors.push(error);
  return { failed: error.message };
}

/** Repeats a trial that ran out of memory once, after the device has freed the memory of earlier trials. */
async function withMemory<R>(run: () => R | Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DeviceError) || error.reason !== 'memory') throw error;
    await currentDevice().sync();
    return run();
  }
}

function bestOf<S extends Space>(
  trials: readonly Trial<S>[],
  sign: number,
  errors: readonly unknown[],
): Trial<S> & { readonly value: number } {
  const succeeded = trials.flatMap((trial) => (trial.value === undefined ? [] : [{ ...trial, value: trial.value }]));
  if (succeeded.length > 0) {
    return succeeded.reduce((best, trial) => (sign * trial.value < sign * best.value ? trial : best));
  }
  if (errors.length > 0) throw errors[0];
  throw new ValueError({
    op: 'search',
    got: `${trials.length} trials without a finite value`,
    expected: 'at least one',
    fix: 'Check what the objective returns, and narrow the space.',
  });
}

/** Rejects trials of another space: a coordinate that is not a number would spread to every later trial. */
function checkEarlier(earlier: readonly Trial[], names: readonly string[]): void {
  const [isPlace] = unitInterval;
  const stranger = earlier.find(
    ({ point, value = 0 }) => !names.every((name) => isPlace(point?.[name])) || !Number.isFinite(value),
  );
  if (stranger === undefined) return;
  const { point = {}, value } = stranger;
  const places = Object.entries(point).map(([name, place]) => `${name}: ${show(place)}`);
  throw new ValueError({
    op: 'search',
    got: `an earlier trial with the point ${places.join(', ') || '{}'} and the value ${show(value)}`,
    expected: `a point with ${names.join(', ')}, each from 0 to 1, and a finite value or none`,
    fix: 'Pass the trials of a search of the same space.',
  });
}
