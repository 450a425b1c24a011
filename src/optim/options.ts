import { type Check, checkValues, count, flag, fraction, notNegative, positive } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { checkGroups, type ParameterGroup } from './groups.ts';
import { RATE, type Schedule } from './schedules.ts';

/** Whose rules apply where Keras and PyTorch differ. */
export type Convention = 'keras' | 'pytorch';

/** Options of every optimizer, with Keras's names, and its rules unless `convention` says otherwise. */
export interface OptimizerOptions {
  /** The learning rate: a number of 0 or more, or a schedule, a function of the step; default: see the optimizer. */
  readonly learningRate?: number | Schedule;
  /** Subtracts `rate * weightDecay * w` from each weight before the step, as in Keras (see `convention`); default 0, adamW 0.004. */
  readonly weightDecay?: number;
  /** Groups of parameters with their own rate or decay: `[{ match: 'bias|gamma|beta', weightDecay: 0 }]`; default none. */
  readonly parameterGroups?: readonly ParameterGroup[];
  /** The largest Euclidean norm of each gradient, above 0; larger ones are scaled down. At most one of the three clips can be set. */
  readonly clipNorm?: number;
  /** The largest Euclidean norm of all gradients together, above 0. */
  readonly globalClipNorm?: number;
  /** Clips each element of the gradients to `-clipValue .. clipValue`, above 0. */
  readonly clipValue?: number;
  /** Whether to keep a moving average of the weights, which replaces them at the end of `fit` (`finalize()`); default false. */
  readonly useEma?: boolean;
  /** The decay m of that average, `average = m average + (1 - m) w`, at least 0 and below 1; default 0.99. */
  readonly emaMomentum?: number;
  /** Replaces the weights by the average after every so many steps; default never. */
  readonly emaOverwriteFrequency?: number;
  /** Factor of the loss, in `fit` or by `scaleLoss`, that gradients are divided by, above 0; default 1. */
  readonly lossScaleFactor?: number;
  /**
   * Updates the weights in every so many calls, by the mean of their gradients; default 1. `fit` ends with an update by those that
   * are left over. If it was too short for any update, it warns and drops them.
   */
  readonly gradientAccumulationSteps?: number;
  /**
   * Whose rules and defaults apply; default `keras`. `pytorch` multiplies by the rate after momentum instead of before, adds epsilon
   * to the bias-corrected root, and adds `weightDecay * w` to the gradient (except in adamW).
   */
  readonly convention?: Convention;
}

const COMMON = {
  weightDecay: 0,
  useEma: false,
  emaMomentum: 0.99,
  lossScaleFactor: 1,
  gradientAccumulationSteps: 1,
  parameterGroups: [] as readonly ParameterGroup[],
  convention: 'keras' as Convention, // the type has both
};
/** The options of an optimizer, with defaults. */
export type Settings = typeof COMMON & OptimizerOptions & { readonly learningRate: number | Schedule };

/** Checks of the options that clip; at most one of them can be set. */
export const CLIP_CHECKS = { clipNorm: positive, globalClipNorm: positive, clipValue: positive };

const COMMON_CHECKS = {
  weightDecay: notNegative,
  useEma: flag,
  emaMomentum: fraction,
  lossScaleFactor: positive,
  gradientAccumulationSteps: count,
  parameterGroups: [Array.isArray, 'a list of groups'],
  convention: [(value) => value === 'keras' || value === 'pytorch', "'keras' or 'pytorch'"],
  ...CLIP_CHECKS,
  emaOverwriteFrequency: count,
} satisfies Readonly<Record<Exclude<keyof OptimizerOptions, 'learningRate'>, Check>>;

/** Refuses more than one kind of clipping. @throws ValueError */
export function checkClips(op: string, options: object): void {
  const clips = Object.keys(CLIP_CHECKS).filter((name) => Reflect.get(options, name) !== undefined);
  if (clips.length < 2) return;
  throw new ValueError({ op, got: clips.join(' and '), expected: 'one kind of clipping', fix: 'Choose one of them.' });
}

interface Given<Defaults extends { readonly learningRate: number }, Options> {
  readonly options: Options;
  readonly defaults: Readonly<Record<Convention, Defaults>>;
  /** Of the options that this optimizer has besides the common ones. */
  readonly checks: Readonly<Record<Exclude<keyof Defaults, 'learningRate'>, Check>>;
}

/** Fills in the defaults of an optimizer. @throws ValueError for an option that is misspelt or out of range. */
export function settingsOf<Defaults extends { readonly learningRate: number }, Options extends OptimizerOptions>(
  op: string,
  { options, defaults, checks }: Given<Defaults, Options>,
) {
  checkValues(op, options, { learningRate: RATE, ...checks, ...COMMON_CHECKS });
  checkClips(op, options);
  checkGroups(op, options.parameterGroups ?? []);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
  return { ...COMMON, ...defaults[options.convention ?? 'keras'], ...given };
}
