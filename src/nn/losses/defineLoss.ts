import { byName, type Checks, checkValues, lookUp, named } from '../../core/checks.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../../core/shape.ts';
import { checkReturned, type Tensor } from '../../core/tensor.ts';
import { div, maximum, mul, weigh } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { broadcastTo, reshape } from '../../ops/movement/strided.ts';
import { sum } from '../../ops/reduce/reduce.ts';
import { sumOfBoth, type Totalling, type Weighted } from './total.ts';

/** Keras's fuzz: probabilities are kept this far from 0 and 1, and divisors from 0. */
export const EPSILON = 1e-7;
/** Reductions over the last axis, where the outputs of one sample are. */
export const LAST = { axis: -1 };

/** The accuracy of outputs whose cross-entropy was just computed against these targets: its kernel counts the hits too. */
export const accuracies = new WeakMap<Tensor, { readonly yTrue: Tensor; readonly accuracy: Tensor }>();

/** Losses or scores from the targets and the outputs of a model. */
export type Pointwise = (yTrue: Tensor, yPred: Tensor) => Tensor;

/**
 * A function as a loss: from targets and outputs, in f32, one number for the batch, or one per sample, `[batch, ...]`, which
 * are weighed and averaged as those of `makeLoss`.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, options?: LossWeights) => Tensor;

interface LossWeights {
  /**
   * One weight per sample, or per position of a sample: a scalar, or the leading axes of the per-sample losses. A weight of 0
   * leaves nothing of an infinite loss either; NaN stays.
   */
  readonly sampleWeight?: Tensor;
}

/** A loss to minimise: a scalar from targets and outputs, unless its reduction is `none`. */
export interface Loss extends Totalling {
  readonly name: string;
  (yTrue: Tensor, yPred: Tensor, options?: LossWeights): Tensor;
  /** The options that it was made with. */
  readonly config?: object;
  /** One loss per sample, neither weighted nor reduced: the shape of `yPred` without its last axis, usually. */
  readonly perSample: Pointwise;
  /** What the targets have to be, where it is not any number. */
  readonly targets?: Targets;
}

/** Numbers of classes from 0 on, of which one may stand for no class; or probabilities, from 0 to 1. */
export type Targets =
  | { readonly kind: 'classes'; readonly ignored?: number | undefined }
  | { readonly kind: 'probabilities' };

/** Weighted losses, how many there are, and the weight of each. */
interface Losses {
  readonly losses: Tensor;
  readonly count: Tensor | number;
  readonly weights: Tensor | undefined;
}

/** A mean, and what its sum was divided by unless that is known from the number of samples. Weights that are all 0 give 0. */
export const ratio = (total: Tensor, by: Tensor | number): Weighted =>
  typeof by === 'number' ? { value: mul(total, 1 / by) } : { value: div(total, maximum(by, EPSILON)), weight: by };

const reductions = {
  sumOverBatchSize: ({ losses, count }: Losses) => ratio(sum(losses), count),
  meanWithSampleWeight: ({ losses, count, weights }: Losses) =>
    ratio(sum(losses), weights === undefined ? count : sum(broadcastTo(weights, losses.shape))),
  sum: ({ losses }: Losses): Weighted => ({ value: sum(losses) }),
  none: ({ losses }: Losses): Weighted => ({ value: losses }),
};

/**
 * How the weighted losses of the samples become one: their mean over the samples (`sumOverBatchSize`, as in Keras),
 * over the sum of the weights (`meanWithSampleWeight`, as PyTorch's weighted mean), their `sum`, or `none`.
 */
export type Reduction = keyof typeof reductions;

export interface LossOptions {
  /** Default `sumOverBatchSize`. */
  readonly reduction?: Reduction;
}

/** What distinguishes one loss from another. */
export interface LossDefinition {
  readonly perSample: Pointwise;
  /** The mean over all samples in a kernel of its own, where there is one for these targets and outputs. */
  readonly mean?: (yTrue: Tensor, yPred: Tensor) => Tensor | undefined;
  /** Which samples have a loss and count in a mean, of the shape of the losses, as a comparison gives it; default all. */
  readonly counts?: Pointwise;
  readonly targets?: Targets;
}

/** Makes a loss of one's own from its value per sample. */
export function makeLoss(
  name: string,
  { perSample, mean, counts, targets }: LossDefinition,
  options: LossOptions = {},
): Loss {
  const { reduction = 'sumOverBatchSize' } = options;
  const reduce = lookUp(name, reductions, reduction);
  const weighted: NonNullable<Totalling['weighted']> = (yTrue, yPred, { sampleWeight } = {}) => {
    const fused = reduction === 'sumOverBatchSize' && !sampleWeight && !counts && mean?.(yTrue, yPred);
    if (fused) return { value: fused };
    const values = checkReturned(name, perSample(yTrue, yPred));
    const given = sampleWeight && alignWeight(name, sampleWeight, values.shape);
    const counted = counts && cast(counts(yTrue, yPred), 'f32');
    const weights = given && counted ? mul(given, counted) : (given ?? counted);
    return reduce({
      losses: weights ? weigh(values, weights) : values, // a sample that weighs nothing has no infinite loss
      count: counted ? sum(counted) : values.size,
      weights,
    });
  };
  const loss: Pointwise = (...given) => weighted(...given).value;
  return Object.assign(named(name, loss), {
    perSample,
    config: options,
    weighted,
    ...(reduction === 'sum' && { join: sumOfBoth }),
    ...(targets && { targets }),
  });
}

/** A user's function as a loss. What it returns is checked, and so is that weights of samples count. */
export function lossFromFunction(f: LossFunction): Loss {
  const name = f.name || 'loss';
  const call = (yTrue: Tensor, yPred: Tensor, options: LossWeights): Tensor => {
    const value = checkReturned(name, f(yTrue, yPred, options));
    if (value.size === 1 || value.shape[0] === yPred.shape[0]) return value;
    throw new ShapeError({
      op: name,
      got: `${value.size} numbers, ${formatShape(value.shape)}, in return`,
      expected: `one for the batch, or one per sample, [${yPred.shape[0]}]`,
      fix: 'Take the mean over the samples, or over the last axis alone.',
    });
  };
  const isPerSample = ({ shape }: Tensor, yPred: Tensor): boolean => shape.length > 0 && shape[0] === yPred.shape[0];
  const loss = (yTrue: Tensor, yPred: Tensor, weights: LossWeights = {}): Tensor => {
    let hasAsked = weights.sampleWeight === undefined;
    const asking = {
      get sampleWeight() {
        hasAsked = true;
        return weights.sampleWeight;
      },
    };
    const value = call(yTrue, yPred, asking as LossWeights); // where it is undefined, there are none
    if (isPerSample(value, yPred)) {
      return makeLoss(name, { perSample: () => value })(yTrue, yPred, hasAsked ? {} : weights);
    }
    if (hasAsked) return reshape(value, []);
    throw new ValueError({
      op: name,
      got: 'weights of samples for a loss that returns one number for a batch',
      expected: 'one that can weigh them',
      fix: 'Return one loss per sample, mean(..., { axis: -1 }), or take the weights as its third argument, { sampleWeight }.',
    });
  };
  return Object.assign(named(name, loss), { perSample: (yTrue: Tensor, yPred: Tensor) => call(yTrue, yPred, {}) });
}

/** Makes the function that users call for a loss. `checks` has its options besides `reduction`. */
export const defineLoss =
  /* @__NO_SIDE_EFFECTS__ */
  <Options extends LossOptions>(
    name: string,
    checks: Checks<Exclude<keyof Options & string, keyof LossOptions>>,
    define: (options: Options, name: string) => LossDefinition,
  ) =>
    named(name, (options?: Options): Loss => {
      const given = options ?? ({} as Options); // every option of a loss has a default
      checkValues(name, given, { ...checks, reduction: byName });
      return makeLoss(name, define(given, name), given);
    });

/** A weight per sample with axes of length 1 for what it does not tell apart. */
function alignWeight(op: string, weight: Tensor, losses: Shape): Tensor {
  const isColumn = weight.ndim === losses.length + 1 && weight.shape.at(-1) === 1;
  const own = isColumn ? weight.shape.slice(0, -1) : weight.shape;
  if (own.length > losses.length || own.some((length, axis) => length !== losses[axis])) {
    throw new ShapeError({
      op,
      got: `sampleWeight ${formatShape(weight.shape)} for losses of shape ${formatShape(losses)}`,
      expected: 'a scalar, or the leading axes of the losses',
      fix: 'Give one weight per sample.',
    });
  }
  const ones = new Array<number>(losses.length - own.length).fill(1);
  return cast(reshape(weight, [...own, ...ones]), 'f32');
}

/** A shape that differs from another by a last axis of length 1 at most. */
const sameButForColumn = (a: Shape, b: Shape): boolean =>
  sameShape(a, b) || sameShape([...a, 1], b) || sameShape(a, [...b, 1]);

/** Targets in f32 and the shape of `yPred`; a last axis of length 1 may be missing or too many. */
export function targetsLike(op: string, yTrue: Tensor, yPred: Tensor): Tensor {
  if (!sameButForColumn(yTrue.shape, yPred.shape)) {
    const classes = yPred.shape.at(-1);
    throw new ShapeError({
      op,
      got: `yTrue ${formatShape(yTrue.shape)} and yPred ${formatShape(yPred.shape)}`,
      expected: 'the same shape',
      fix: `Give one target per output. Class numbers become targets by oneHot(yTrue, ${classes}), or take sparseCategoricalCrossentropy.`,
    });
  }
  return cast(reshape(yTrue, yPred.shape), 'f32');
}

/** Class numbers in i32, whatever they are in, one per row of scores in `yPred`; a last axis of length 1 is dropped. */
export function labelsFor(op: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const rows = yPred.shape.slice(0, -1);
  if (yPred.ndim === 0 || !(sameShape(yTrue.shape, rows) || sameShape(yTrue.shape, [...rows, 1]))) {
    throw new ShapeError({
      op,
      got: `yTrue ${formatShape(yTrue.shape)} and yPred ${formatShape(yPred.shape)}`,
      expected: `one class number per row of scores, ${formatShape(rows)}`,
      fix: 'Reshape yTrue; for one-hot targets use categoricalCrossentropy.',
    });
  }
  return reshape(cast(yTrue, 'i32'), rows);
}
