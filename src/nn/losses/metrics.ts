import { checkValue, checkValues, count, countFrom0, countFrom2, finite, flag } from '../../core/checks.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add, div, equal, greater, less, maximum, mul, sub } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { clip, sigmoid, sqrt, square } from '../../ops/elementwise/unary.ts';
import { where } from '../../ops/elementwise/where.ts';
import { softmaxLogits } from '../../ops/lib/logits.ts';
import { matmul } from '../../ops/matmul/matmul.ts';
import { oneHot } from '../../ops/movement/oneHot.ts';
import { concat, reshape, slice } from '../../ops/movement/strided.ts';
import { argMax } from '../../ops/reduce/argMax.ts';
import { cumsum } from '../../ops/reduce/cumsum.ts';
import { mean, sum } from '../../ops/reduce/reduce.ts';
import { accuracies, EPSILON, LAST, labelsFor, ratio, targetsLike } from './defineLoss.ts';
import { type Metric, makeMetric, metricOf } from './defineMetric.ts';
import { meanOfBoth, sumOfBoth } from './total.ts';

/** Reductions over the first axis, where the samples are. */
const FIRST = { axis: 0 };

const fractionOf = (hits: Tensor): Tensor => mean(cast(hits, 'f32'));

/** Whether targets are class indices rather than a row of targets for each row of outputs. */
const areLabels = (yTrue: Tensor, yPred: Tensor): boolean =>
  yTrue.ndim < yPred.ndim || (yTrue.shape.at(-1) === 1 && yPred.shape.at(-1) !== 1);

/** The class of each row, from class indices or one-hot targets. */
const classesOf = (op: string, yTrue: Tensor, yPred: Tensor): Tensor =>
  areLabels(yTrue, yPred) ? labelsFor(op, yTrue, yPred) : argMax(targetsLike(op, yTrue, yPred), LAST);

/**
 * Binary accuracy: the fraction of outputs on the correct side of the threshold, `mean((yPred > threshold) == yTrue)`. `yTrue`: 0
 * and 1 in the shape of `yPred`.
 * @param options `threshold`: an output above it counts as 1; default 0.5.
 * @throws ValueError if `threshold` is not a finite number; ShapeError if `yTrue` and `yPred` do not match.
 */
export const binaryAccuracy = (options: { readonly threshold?: number } = {}): Metric => {
  const { threshold = 0.5 } = checkValues('binaryAccuracy', options, { threshold: finite });
  return metricOf('binaryAccuracy', options, (yTrue, yPred) =>
    fractionOf(equal(cast(greater(yPred, threshold), 'f32'), targetsLike('binaryAccuracy', yTrue, yPred))),
  );
};

/**
 * Categorical accuracy: the fraction of rows whose largest output is that of the true class. `yPred`: `[..., classes]`, logits or
 * probabilities; `yTrue`: class indices `[...]`, or one-hot targets in the shape of `yPred`.
 * @throws ShapeError if `yTrue` and `yPred` do not match.
 */
export const categoricalAccuracy = (): Metric =>
  metricOf('categoricalAccuracy', {}, (yTrue, yPred) => {
    const judged = accuracies.get(yPred);
    if (judged?.yTrue === yTrue && !judged.accuracy.isDisposed) return judged.accuracy.alias();
    return fractionOf(equal(classesOf('categoricalAccuracy', yTrue, yPred), argMax(yPred, LAST)));
  });

/** Whether the single output of each sample is the softmax of its only class, rather than the probability of class 1. */
const isOnlyClass = (yTrue: Tensor, yPred: Tensor): boolean => yTrue.dtype === 'i32' && softmaxLogits.has(yPred);

/**
 * Accuracy: `binaryAccuracy` for one output per sample, else `categoricalAccuracy`. A softmax over a single class with class
 * indices as targets is categorical too.
 * @throws ShapeError if `yTrue` and `yPred` do not match.
 */
export const accuracy = (): Metric => {
  const [binary, categorical] = [binaryAccuracy(), categoricalAccuracy()];
  return metricOf('accuracy', {}, (yTrue, yPred) => {
    const isBinary = yPred.shape.at(-1) === 1 && !isOnlyClass(yTrue, yPred);
    return (isBinary ? binary : categorical)(yTrue, yPred);
  });
};

/**
 * Top-k accuracy: the fraction of rows where fewer than k outputs are larger than that of the true class. `yPred`:
 * `[..., classes]`; `yTrue`: class indices `[...]`, or one-hot targets. A label that is not a class counts as wrong.
 * @param options `k`: default 5.
 * @throws ValueError if `k` is below 1; ShapeError if `yTrue` and `yPred` do not match.
 */
export const topKAccuracy = (options: { readonly k?: number } = {}): Metric => {
  const { k = 5 } = checkValues('topKAccuracy', options, { k: count });
  return metricOf('topKAccuracy', options, (yTrue, yPred) => {
    const chosen = oneHot(classesOf('topKAccuracy', yTrue, yPred), yPred.shape[yPred.ndim - 1]);
    const score = sum(where(cast(chosen, 'i32'), yPred, 0), { axis: -1, keepDims: true }); // not a product: 0 times infinity is NaN
    const larger = sum(greater(yPred, score), LAST);
    return mean(mul(cast(less(larger, k), 'f32'), sum(chosen, LAST))); // a label that is not a class counts as wrong
  });
};

/**
 * Root mean squared error: `sqrt(mean((yPred - yTrue)^2))` over all outputs, in the units of the targets.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const rootMeanSquaredError = (): Metric =>
  makeMetric('rootMeanSquaredError', {
    config: {},
    weighted: (yTrue, yPred) => ({
      value: mean(square(sub(yPred, targetsLike('rootMeanSquaredError', yTrue, yPred)))),
    }),
    scalar: sqrt,
    result: ([square]) => Math.sqrt(square),
  });

/** A list in three parts, one number per output in each: means of the targets, their variances, mean squared errors. */
const thirds = <T>(length: number, part: (start: number, stop: number) => T): [means: T, variances: T, errors: T] => {
  const third = length / 3;
  return [part(0, third), part(third, 2 * third), part(2 * third, length)];
};

/**
 * Coefficient of determination R2: `1 - sum((p - y)^2) / sum((y - mean(y))^2)` over the samples, averaged over the outputs of a
 * sample; targets y and outputs p have the same shape. For constant targets it is 1 if there is no error, else 0.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const r2Score = (): Metric =>
  makeMetric('r2Score', {
    config: {},
    weighted: (yTrue, yPred) => {
      const rows = [-1, yPred.ndim > 1 ? yPred.shape[yPred.ndim - 1] : 1];
      const y = reshape(targetsLike('r2Score', yTrue, yPred), rows);
      const average = mean(y, FIRST);
      const [variances, errors] = [average, reshape(yPred, rows)].map((other) => mean(square(sub(y, other)), FIRST));
      return { value: concat([average, variances, errors]) };
    },
    scalar: (value) => {
      const [, variances, errors] = thirds(value.size, (start, stop) => slice(value, [{ start, stop }]));
      const isConstant = equal(variances, 0);
      return mean(where(isConstant, cast(equal(errors, 0), 'f32'), sub(1, div(errors, variances))));
    },
    // Chan et al. (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
    join: (a, b) => {
      const { values, weight } = meanOfBoth(a, b);
      const [ofA, ofB] = [a, b].map((each) => thirds(values.length, (...range) => each.values.slice(...range))[0]);
      const between = (a.weight / weight) * (b.weight / weight);
      const [means, variances, errors] = thirds(values.length, (...range) => values.slice(...range));
      return {
        values: [...means, ...variances.map((v, i) => v + between * (ofA[i] - ofB[i]) ** 2), ...errors],
        weight,
      };
    },
    result: (values) => {
      const [, variances, errors] = thirds(values.length, (...range) => values.slice(...range));
      const scores = errors.map((error, i) => (variances[i] === 0 ? Number(error === 0) : 1 - error / variances[i]));
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    },
  });

/** Options of `precision` and `recall`. */
export interface DecisionOptions {
  /** An output above it counts as positive; default 0.5. */
  readonly threshold?: number;
  /** The class to measure, an index of the last axis; default: all classes together. */
  readonly classId?: number;
}

/** Decisions and targets as 0 and 1 in f32, of one shape; class indices become one-hot rows. */
function decisions(op: string, options: DecisionOptions) {
  const { threshold = 0.5, classId } = checkValues(op, options, { threshold: finite, classId: countFrom0 });
  return (yTrue: Tensor, yPred: Tensor): { answers: Tensor; targets: Tensor } => {
    const classes = yPred.shape.at(-1) ?? 1;
    const targets =
      classes > 1 && areLabels(yTrue, yPred)
        ? oneHot(labelsFor(op, yTrue, yPred), classes)
        : targetsLike(op, yTrue, yPred);
    const answers = cast(greater(yPred, threshold), 'f32');
    if (classId === undefined) return { answers, targets };
    checkValue(op, 'classId', classId, [() => classId < classes, `below ${classes}, the number of classes`]);
    const only = (t: Tensor): Tensor =>
      slice(
        t,
        t.shape.map((_, axis) => (axis === t.ndim - 1 ? { start: classId, stop: classId + 1 } : {})),
      );
    return { answers: only(answers), targets: only(targets) };
  };
}

/**
 * Precision: `true positives / (true positives + false positives)`, 0 if no output is positive. `yTrue`: 0 and 1 in the shape of
 * `yPred`, or class indices.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` do not match.
 */
export const precision = (options: DecisionOptions = {}): Metric => {
  const decide = decisions('precision', options);
  return makeMetric('precision', {
    config: options,
    weighted: (yTrue, yPred) => {
      const { answers, targets } = decide(yTrue, yPred);
      return ratio(sum(mul(answers, targets)), sum(answers));
    },
  });
};

/**
 * Recall: `true positives / (true positives + false negatives)`, 0 if no target is positive. `yTrue`: 0 and 1 in the shape of
 * `yPred`, or class indices.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` do not match.
 */
export const recall = (options: DecisionOptions = {}): Metric => {
  const decide = decisions('recall', options);
  return makeMetric('recall', {
    config: options,
    weighted: (yTrue, yPred) => {
      const { answers, targets } = decide(yTrue, yPred);
      return ratio(sum(mul(answers, targets)), sum(targets));
    },
  });
};

/** Options of `auc`. */
export interface AucOptions {
  /** One more than the number of equal bins from 0 to 1; outputs in the same bin count as ties. At least 2; default 200. */
  readonly numThresholds?: number;
  /** Whether `yPred` holds logits instead of probabilities; default false. */
  readonly fromLogits?: boolean;
}

/**
 * The area under the ROC curve: how often a positive sample has a larger output than a negative one, ties counting half.
 * `yTrue`: 0 and 1 in the shape of `yPred`. It is 0 if there are no positive or no negative samples, as in Keras.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` do not match.
 */
export const auc = (options: AucOptions = {}): Metric => {
  const { numThresholds = 200, fromLogits = false } = checkValues('auc', options, {
    numThresholds: countFrom2,
    fromLogits: flag,
  });
  const bins = numThresholds - 1;
  return makeMetric('auc', {
    config: options,
    weighted: (yTrue, yPred) => {
      const yes = reshape(targetsLike('auc', yTrue, yPred), [1, -1]);
      const p = reshape(fromLogits ? sigmoid(yPred) : yPred, [-1]);
      const bin = cast(clip(mul(p, bins), 0, bins - 1), 'i32');
      return { value: matmul(concat([yes, sub(1, yes)]), oneHot(bin, bins)) }; // how many of each are in each bin
    },
    scalar: (value) => {
      const [yes, no] = [0, 1].map((row) => slice(value, [{ start: row, stop: row + 1 }]));
      const above = add(cumsum(yes, { reverse: true, exclusive: true }), mul(yes, 0.5));
      return div(sum(mul(no, above)), maximum(mul(sum(yes), sum(no)), EPSILON));
    },
    join: sumOfBoth,
    result: (values) => {
      let [area, allYes, allNo] = [0, 0, 0];
      for (let bin = bins - 1; bin >= 0; bin--) {
        const [yes, no] = [values[bin], values[bins + bin]];
        area += no * (allYes + yes / 2);
        allYes += yes;
        allNo += no;
      }
      return area / Math.max(allYes * allNo, EPSILON);
    },
  });
};
