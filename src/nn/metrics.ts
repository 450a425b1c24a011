import { argMax } from '../ops/argMax.ts';
import { equal, greater, less, mul } from '../ops/binary.ts';
import { cast } from '../ops/cast.ts';
import { oneHot } from '../ops/oneHot.ts';
import { mean, sum } from '../ops/reduce.ts';
import { softmaxScores } from '../ops/scores.ts';
import { where } from '../ops/where.ts';
import { checkMade, checkValues, count, finite, lookUp } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { accuracies } from './accuracies.ts';
import { LAST, labelsFor, named, targetsLike } from './loss.ts';
import { losses } from './losses.ts';

/**
 * A number that tells how good a model is: from the targets and outputs of a batch a scalar, the mean over its samples.
 * The mean over an epoch is that of its batches, weighted by their sizes. Every loss is a metric too.
 */
export interface Metric {
  readonly name: string;
  (yTrue: Tensor, yPred: Tensor): Tensor;
}

const share = (hits: Tensor): Tensor => mean(cast(hits, 'f32'));

/** Whether targets are class numbers rather than a row of targets for each row of outputs. */
const areLabels = (yTrue: Tensor, yPred: Tensor): boolean =>
  yTrue.ndim < yPred.ndim || (yTrue.shape.at(-1) === 1 && yPred.shape.at(-1) !== 1);

/** The class of each row, from class numbers or from one-hot targets. */
const classesOf = (op: string, yTrue: Tensor, yPred: Tensor): Tensor =>
  areLabels(yTrue, yPred) ? labelsFor(op, yTrue, yPred) : argMax(targetsLike(op, yTrue, yPred), LAST);

/** The share of outputs on the right side of `threshold` (default 0.5), for targets of 0 and 1. */
export const binaryAccuracy = (options: { readonly threshold?: number } = {}): Metric => {
  const { threshold = 0.5 } = checkValues('binaryAccuracy', options, { threshold: finite });
  return named('binaryAccuracy', (yTrue, yPred) =>
    share(equal(cast(greater(yPred, threshold), 'f32'), targetsLike('binaryAccuracy', yTrue, yPred))),
  );
};

/** The share of rows whose largest output is that of the right class, for class numbers or one-hot targets. */
export const categoricalAccuracy = (): Metric =>
  named('categoricalAccuracy', (yTrue, yPred) => {
    const judged = accuracies.get(yPred);
    if (judged?.yTrue === yTrue && !judged.accuracy.isDisposed) return judged.accuracy.alias();
    return share(equal(classesOf('categoricalAccuracy', yTrue, yPred), argMax(yPred, LAST)));
  });

/** Whether the one output of each sample is the probability of its only class, rather than that of a yes. */
const isOnlyClass = (yTrue: Tensor, yPred: Tensor): boolean => yTrue.dtype === 'i32' && softmaxScores.has(yPred);

/**
 * The share of right answers: `binaryAccuracy` for one output per sample, else `categoricalAccuracy`; that also for class
 * numbers and a softmax over one class.
 */
export const accuracy = (): Metric => {
  const [binary, categorical] = [binaryAccuracy(), categoricalAccuracy()];
  return named('accuracy', (yTrue, yPred) => {
    const isBinary = yPred.shape.at(-1) === 1 && !isOnlyClass(yTrue, yPred);
    return (isBinary ? binary : categorical)(yTrue, yPred);
  });
};

/** The share of rows where fewer than `k` (default 5) outputs are larger than that of the right class. */
export const topKAccuracy = (options: { readonly k?: number } = {}): Metric => {
  const { k = 5 } = checkValues('topKAccuracy', options, { k: count });
  return named('topKAccuracy', (yTrue, yPred) => {
    const chosen = oneHot(classesOf('topKAccuracy', yTrue, yPred), yPred.shape[yPred.ndim - 1]);
    const score = sum(where(cast(chosen, 'i32'), yPred, 0), { axis: -1, keepDims: true }); // not a product: 0 times infinity is NaN
    const larger = sum(greater(yPred, score), LAST);
    return mean(mul(cast(less(larger, k), 'f32'), sum(chosen, LAST))); // a label that is no class is never right
  });
};

/** Metrics by their names, each a function of its options; losses are metrics too. */
export const metrics = {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  topKAccuracy,
} satisfies Record<string, () => Metric>;

/** A metric from its name, or the metric itself. @throws ValueError that lists the names. */
export function getMetric(metric: Metric | string): Metric {
  const known = { ...metrics, ...losses };
  checkMade('metric', known, metric);
  return typeof metric === 'function' ? metric : lookUp<() => Metric>('metric', known, metric)();
}
