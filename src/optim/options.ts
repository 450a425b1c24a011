import { type Check, checkValues, count, flag, fraction, notNegative, positive } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { checkGroups, type ParameterGroup } from './groups.ts';
import { RATE, type Schedule } from './schedules.ts';

/** Whose rules where Keras and PyTorch differ. */
export type Convention = 'keras' | 'pytorch';

/** What every optimizer takes; Keras's names, and its rules unless `convention` says otherwise. */
export interface OptimizerOptions {
  /** A number of 0 or more (a warm-up starts at 0, and 0 freezes the weights), or a function of the step. */
  readonly learningRate?: number | Schedule;
  /** Default 0, adamW 0.004. Keras takes `rate * weightDecay * w` off each weight before the step; see `convention`. */
  readonly weightDecay?: number;
  /** Parameters with a rate or a decay of their own: `[{ match: 'bias|gamma|beta', weightDecay: 0 }]`. */
  readonly parameterGroups?: readonly ParameterGroup[];
  /** Scales the gradient of each parameter down to this norm. At most one of the three clips can be set. */
  readonly clipNorm?: number;
  /** Scales all gradients together down to this norm. */
  readonly globalClipNorm?: number;
  /** Limits each element of the gradients to `-clipValue .. clipValue`. */
  readonly clipValue?: number;
  /** Keeps a moving average of the weights, which `finalize()` puts in their place; default false. */
  readonly useEma?: boolean;
  /** What the moving average keeps of itself in each step; default 0.99. */
  readonly emaMomentum?: number;
  /** Puts the average in place of the weights after every so many steps. */
  readonly emaOverwriteFrequency?: number;
  /** What the loss is multiplied by, in `fit` or by `scaleLoss`: the gradients are divided by it; default 1. */
  readonly lossScaleFactor?: number;
  /**
   * Changes the weights in every so many calls, by the mean of their gradients; default 1. `fit` ends with a change by those
   * that are left over, unless it is too short for any: then it warns, and drops them.
   */
  readonly gradientAccumulationSteps?: number;
  /**
   * Whose rule, and whose defaults for what is not given; default `keras`. `pytorch` weighs with the rate after
   * momentum, not before, adds epsilon to the corrected root, and adds `weightDecay * w` to the gradient (not in adamW).
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
  convention: 'keras' as Convention, // not only this one
};
/** All options of an optimizer, those filled in that have a default. */
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

/** Refuses more than one way to clip. @throws ValueError */
export function checkClips(op: string, options: object): void {
  const clips = Object.keys(CLIP_CHECKS).filter((name) => Reflect.get(options, name) !== undefined);
  if (clips.length < 2) return;
  throw new ValueError({ op, got: clips.join(' and '), expected: 'one way to clip', fix: 'Choose one of them.' });
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
