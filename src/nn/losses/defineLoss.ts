import { byName, type Checks, checkValues, lookUp, named } from '../../core/checks.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../../core/shape.ts';
import { checkReturned } from '../../core/tensor/checks.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { div, maximum, mul, weigh } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { broadcastTo, reshape } from '../../ops/movement/strided.ts';
import { sum } from '../../ops/reduce/reduce.ts';
import { sumOfBoth, type Totalling, type Weighted } from './total.ts';

/** Keras's epsilon: the least distance of probabilities from 0 and 1, and of divisors from 0. */
export const EPSILON = 1e-7;
/** Reductions over the last axis, which holds the outputs of one sample. */
export const LAST = { axis: -1 };

/** The accuracy of outputs whose cross-entropy was just computed: the same kernel counts the correct predictions. */
export const accuracies = new WeakMap<Tensor, { readonly yTrue: Tensor; readonly accuracy: Tensor }>();

/** A value per sample, from targets and outputs. */
export type Pointwise = (yTrue: Tensor, yPred: Tensor) => Tensor;

/**
 * A function to use as a loss: returns, in f32, one number for the batch, or one or more per sample, `[batch, ...]`, which are
 * weighted and averaged like those of `makeLoss`.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, options?: LossWeights) => Tensor;

interface LossWeights {
  /**
   * Weights of the samples: a scalar, or in the shape of the leading axes of the per-sample losses. A weight of 0 also removes
   * an infinite loss, but not NaN.
   */
  readonly sampleWeight?: Tensor;
}

/** A loss: computes a scalar from targets and outputs, or one number per sample if its reduction is `none`. */
export interface Loss extends Totalling {
  /** The name in the history, messages and files. */
  readonly name: string;
  (yTrue: Tensor, yPred: Tensor, options?: LossWeights): Tensor;
  /** The options it was made with. */
  readonly config?: object;
  /** The loss of each sample before weighting and reduction, usually in the shape of `yPred` without its last axis. */
  readonly perSample: Pointwise;
  /** The values that targets may have; default any number. */
  readonly targets?: Targets;
}

/** The values that targets may have: class indices from 0, one of which may be ignored, or probabilities from 0 to 1. */
export type Targets =
  | { readonly kind: 'classes'; readonly ignored?: number | undefined }
  | { readonly kind: 'probabilities' };

/** Weighted losses, how many there are, and the weight of each. */
interface Losses {
  readonly losses: Tensor;
  readonly count: Tensor | number;
  readonly weights: Tensor | undefined;
}

/** `total / by`, with `by` as the weight unless the number of samples determines it. If `by` is 0, the result is 0. */
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
 * How the weighted losses of the samples are combined. `sumOverBatchSize`: their sum divided by the number of samples, as in Keras.
 * `meanWithSampleWeight`: divided by the sum of the weights, as PyTorch's weighted mean. `sum`: their sum. `none`: not combined.
 */
export type Reduction = keyof typeof reductions;

/** Options of every loss. */
export interface LossOptions {
  /** How the losses of the samples are combined; default `sumOverBatchSize`. */
  readonly reduction?: Reduction;
}

/** What a loss computes. */
export interface LossDefinition {
  /** The loss of each sample. */
  readonly perSample: Pointwise;
  /** The mean over all samples, if a fused kernel exists for these targets and outputs. */
  readonly mean?: (yTrue: Tensor, yPred: Tensor) => Tensor | undefined;
  /** Which samples count: 1 or 0 (i32, as comparisons return) in the shape of the losses; default all. */
  readonly counts?: Pointwise;
  readonly targets?: Targets;
}

/**
 * Makes your own loss from the loss of each sample; sample weights and the reduction are applied for you.
 * @param name the name in messages and files.
 * @throws ValueError if the reduction is unknown.
 */
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
      losses: weights ? weigh(values, weights) : values, // a weight of 0 removes an infinite loss
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

/** Makes a loss from a user's function; checks its result, and that it reads the sample weights if there are any. */
export function lossFromFunction(f: LossFunction): Loss {
  const name = f.name || 'loss';
  const call = (yTrue: Tensor, yPred: Tensor, options: LossWeights): Tensor => {
    const value = checkReturned(name, f(yTrue, yPred, options));
    if (value.size === 1 || value.shape[0] === yPred.shape[0]) return value;
    throw new ShapeError({
      op: name,
      got: `${value.size} numbers, ${formatShape(value.shape)}, in return`,
      expected: `one number for the batch, or one per sample, [${yPred.shape[0]}]`,
      fix: 'Take the mean over the samples, or over the last axis alone.',
    });
  };
  const isPerSample = ({ shape }: Tensor, yPred: Tensor): boolean => shape.length > 0 && shape[0] === yPred.shape[0];
  const loss = (yTrue: Tensor, yPred: Tensor, weights: LossWeights = {}): Tensor => {
    let readsWeights = weights.sampleWeight === undefined;
    const observed = {
      get sampleWeight() {
        readsWeights = true;
        return weights.sampleWeight;
      },
    };
    const value = call(yTrue, yPred, observed as LossWeights); // undefined means no weights
    if (isPerSample(value, yPred)) {
      return makeLoss(name, { perSample: () => value })(yTrue, yPred, readsWeights ? {} : weights);
    }
    if (readsWeights) return reshape(value, []);
    throw new ValueError({
      op: name,
      got: 'sample weights, and one number for the batch, computed without them',
      expected: 'a loss that uses the weights',
      fix: 'Return one loss per sample, mean(..., { axis: -1 }), or read the weights from the third argument, { sampleWeight }.',
    });
  };
  return Object.assign(named(name, loss), { perSample: (yTrue: Tensor, yPred: Tensor) => call(yTrue, yPred, {}) });
}

/** Makes the function that users call for a loss. `checks` covers its options except `reduction`. */
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

/** Weights in the rank of the losses: axes of length 1 follow. */
function alignWeight(op: string, weight: Tensor, losses: Shape): Tensor {
  const isColumn = weight.ndim === losses.length + 1 && weight.shape.at(-1) === 1;
  const own = isColumn ? weight.shape.slice(0, -1) : weight.shape;
  if (own.length > losses.length || own.some((length, axis) => length !== losses[axis])) {
    throw new ShapeError({
      op,
      got: `sampleWeight ${formatShape(weight.shape)} for losses of shape ${formatShape(losses)}`,
      expected: 'a scalar, or the leading axes of the losses',
      fix: 'Pass one weight per sample.',
    });
  }
  const ones = new Array<number>(losses.length - own.length).fill(1);
  return cast(reshape(weight, [...own, ...ones]), 'f32');
}

/** Whether two shapes are equal, but for a last axis of length 1. */
const sameButForColumn = (a: Shape, b: Shape): boolean =>
  sameShape(a, b) || sameShape([...a, 1], b) || sameShape(a, [...b, 1]);

/** Targets in f32 and the shape of `yPred`; a last axis of length 1 is added or dropped. */
export function targetsLike(op: string, yTrue: Tensor, yPred: Tensor): Tensor {
  if (!sameButForColumn(yTrue.shape, yPred.shape)) {
    const classes = yPred.shape.at(-1);
    throw new ShapeError({
      op,
      got: `yTrue ${formatShape(yTrue.shape)} and yPred ${formatShape(yPred.shape)}`,
      expected: 'the same shape',
      fix: `Pass one target per output. For class indices use oneHot(yTrue, ${classes}) or sparseCategoricalCrossentropy.`,
    });
  }
  return cast(reshape(yTrue, yPred.shape), 'f32');
}

/** Class indices in i32, one per row of `yPred`; a last axis of length 1 is dropped. */
export function labelsFor(op: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const rows = yPred.shape.slice(0, -1);
  if (yPred.ndim === 0 || !(sameShape(yTrue.shape, rows) || sameShape(yTrue.shape, [...rows, 1]))) {
    throw new ShapeError({
      op,
      got: `yTrue ${formatShape(yTrue.shape)} and yPred ${formatShape(yPred.shape)}`,
      expected: `one class index per row of outputs, ${formatShape(rows)}`,
      fix: 'Reshape yTrue; for one-hot targets use categoricalCrossentropy.',
    });
  }
  return reshape(cast(yTrue, 'i32'), rows);
}
