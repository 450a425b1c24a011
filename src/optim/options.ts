import { type Check, checkValues, count, flag, fraction, notNegative, positive } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { checkGroups, type ParameterGroup } from './groups.ts';
import { RATE, type Schedule } from './schedules.ts';

/** Whose rules apply where Keras, PyTorch and the lecture "Modern neural networks" differ. */
export type Convention = 'keras' | 'pytorch' | 'lecture';

/** Options of every optimizer, with Keras's names, and with its rules unless `convention` says otherwise. */
export interface OptimizerOptions {
  /** A number of 0 or more, or a function of the step. Default: see the optimizer. */
  readonly learningRate?: number | Schedule;
  /** Divides the learning rate by `1 + decay * step`, as Keras 2 did; default 0. */
  readonly decay?: number;
  /**
   * Weight decay, 0 or more; default 0, adamW 0.004. Keras subtracts `rate * weightDecay * w` from each weight before
   * the step; see `convention`.
   */
  readonly weightDecay?: number;
  /** Parameters with their own rate or decay: `[{ match: 'bias|gamma|beta', weightDecay: 0 }]`; default none. */
  readonly parameterGroups?: readonly ParameterGroup[];
  /**
   * Scales each parameter's gradient down to this norm; default no limit. At most one of the three clips can be set.
   */
  readonly clipNorm?: number;
  /** Scales all gradients together down to this norm; default no limit. */
  readonly globalClipNorm?: number;
  /** Limits each gradient element to `-clipValue .. clipValue`; default no limit. */
  readonly clipValue?: number;
  /** Whether to keep a moving average of the weights, which replaces them at the end of `fit` (`finalize()`); default false. */
  readonly useEma?: boolean;
  /** The fraction of the moving average kept in each step; default 0.99. */
  readonly emaMomentum?: number;
  /** Replaces the weights by the average every this many steps; default never. */
  readonly emaOverwriteFrequency?: number;
  /** Multiplies the loss, in `fit` or by `scaleLoss`; the gradients are divided by it. Default 1. */
  readonly lossScaleFactor?: number;
  /**
   * Updates the weights every this many calls, by the mean of their gradients; default 1. `fit` ends with an update by
   * the remaining gradients. If it is too short for any update, it warns and drops them.
   */
  readonly gradientAccumulationSteps?: number;
  /**
   * Whose rules and defaults apply; default `keras`. `pytorch` applies the rate after
   * momentum rather than before, adds epsilon to the corrected root, and adds `weightDecay * w` to the gradient (except
   * in adamW). `lecture`, of sgd, rmsprop and adam, has the formulas of the lecture: momentum that averages the
   * gradients, epsilon outside the root, and no bias correction.
   */
  readonly convention?: Convention;
}

const COMMON = {
  decay: 0,
  weightDecay: 0,
  useEma: false,
  emaMomentum: 0.99,
  lossScaleFactor: 1,
  gradientAccumulationSteps: 1,
  parameterGroups: [] as readonly ParameterGroup[],
  convention: 'keras' as Convention, // widens the type
};
/** All options of an optimizer, with defaults filled in. */
export type Settings = typeof COMMON & OptimizerOptions & { readonly learningRate: number | Schedule };

/** Checks of the clip options; at most one of them can be set. */
export const CLIP_CHECKS = { clipNorm: positive, globalClipNorm: positive, clipValue: positive };

const COMMON_CHECKS = {
  decay: notNegative,
  weightDecay: notNegative,
  useEma: flag,
  emaMomentum: fraction,
  lossScaleFactor: positive,
  gradientAccumulationSteps: count,
  parameterGroups: [Array.isArray, 'an array of groups'],
  convention: [
    (value) => value === 'keras' || value === 'pytorch' || value === 'lecture',
    "'keras', 'pytorch' or 'lecture'",
  ],
  ...CLIP_CHECKS,
  emaOverwriteFrequency: count,
} satisfies Readonly<Record<Exclude<keyof OptimizerOptions, 'learningRate'>, Check>>;

/** Rejects more than one clip option. @throws ValueError */
export function checkClips(op: string, options: object): void {
  const clips = Object.keys(CLIP_CHECKS).filter((name) => Reflect.get(options, name) !== undefined);
  if (clips.length < 2) return;
  throw new ValueError({ op, got: clips.join(' and '), expected: 'at most one of them', fix: 'Choose one.' });
}

interface Given<Defaults extends { readonly learningRate: number }, Options> {
  readonly options: Options;
  readonly defaults: Readonly<Record<'keras' | 'pytorch', Defaults>> & { readonly lecture?: Defaults };
  /** Checks of the optimizer's own options. */
  readonly checks: Readonly<Record<Exclude<keyof Defaults, 'learningRate'>, Check>>;
}

/** Fills in the defaults of an optimizer. @throws ValueError for an option that is misspelled or out of range. */
export function settingsOf<Defaults extends { readonly learningRate: number }, Options extends OptimizerOptions>(
  op: string,
  { options, defaults, checks }: Given<Defaults, Options>,
) {
  checkValues(op, options, { learningRate: RATE, ...checks, ...COMMON_CHECKS });
  checkClips(op, options);
  checkGroups(op, options.parameterGroups ?? []);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
  const own = defaults[options.convention ?? 'keras'];
  if (own === undefined) {
    throw new ValueError({
      op,
      got: "convention 'lecture'",
      expected: "'keras' or 'pytorch'",
      fix: 'The lecture has formulas of its own for sgd, rmsprop and adam.',
    });
  }
  return { ...COMMON, ...own, ...given };
}
