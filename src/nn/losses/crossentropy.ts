import { flag, fraction, integer, notNegative, unitInterval } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor.ts';
import { add, div, mul, notEqual, pow, sigmoidCrossEntropy, sub } from '../../ops/elementwise/binary.ts';
import { clip, log, neg, sigmoid } from '../../ops/elementwise/unary.ts';
import { sigmoidScores, softmaxScores } from '../../ops/lib/scores.ts';
import { softmaxCrossEntropy } from '../../ops/loss/crossEntropy.ts';
import { meanCrossEntropy } from '../../ops/loss/meanCrossEntropy.ts';
import { softmax } from '../../ops/loss/softmax.ts';
import { oneHot } from '../../ops/movement/oneHot.ts';
import { transpose } from '../../ops/movement/transpose.ts';
import { mean, sum } from '../../ops/reduce/reduce.ts';
import { accuracies, defineLoss, EPSILON, LAST, type LossOptions, labelsFor, targetsLike } from './defineLoss.ts';

const clipped = (probabilities: Tensor): Tensor => clip(probabilities, EPSILON, 1 - EPSILON);

/** Rows that sum to 1, safe to take the logarithm of. */
const normalized = (yPred: Tensor): Tensor => clipped(div(yPred, sum(yPred, { axis: -1, keepDims: true })));

function moveAxisLast(op: string, x: Tensor, axis: number): Tensor {
  const from = normalizeAxis(op, axis, x.ndim);
  if (from === x.ndim - 1) return x;
  const others = x.shape.map((_, i) => i).filter((i) => i !== from);
  return transpose(x, [...others, from]);
}

/** Mixes targets with the uniform distribution, which gives `share` to each class. */
function smoother(labelSmoothing: number): (targets: Tensor, share: number) => Tensor {
  if (labelSmoothing === 0) return (targets) => targets;
  return (targets, share) => add(mul(targets, 1 - labelSmoothing), labelSmoothing * share);
}

/** The mean loss, which leaves behind how many rows were right. */
function meanWithAccuracy(scores: Tensor, targets: Tensor, { yTrue, yPred }: { yTrue: Tensor; yPred: Tensor }): Tensor {
  const [mean, , accuracy] = meanCrossEntropy.outputs(scores, targets);
  accuracies.set(yPred, { yTrue, accuracy });
  return mean;
}

export interface CrossentropyOptions extends LossOptions {
  /** Whether `yPred` are scores rather than probabilities; default false. */
  readonly fromLogits?: boolean;
  /** How much of the targets is spread evenly over the classes, at least 0 and below 1; default 0. */
  readonly labelSmoothing?: number;
}

export interface CategoricalOptions extends CrossentropyOptions {
  /** The axis of the classes; default -1. */
  readonly axis?: number;
}

/** What brings outputs and targets into rows of classes. */
function classRows(op: string, { labelSmoothing = 0, axis = -1 }: CategoricalOptions) {
  const smooth = smoother(labelSmoothing);
  return (yTrue: Tensor, yPred: Tensor): { targets: Tensor; rows: Tensor } => {
    const rows = moveAxisLast(op, yPred, axis);
    const targets = moveAxisLast(op, targetsLike(op, yTrue, yPred), axis);
    return { targets: smooth(targets, 1 / rows.shape[rows.ndim - 1]), rows };
  };
}

/**
 * `-sum_j y_j log p_j` per row, for targets that are distributions over the classes, one-hot or not.
 * A class whose target is 0 may have a score of minus infinity; with `labelSmoothing` each class has a share, and the loss is
 * infinite then. Probabilities that `softmax` made are taken back to their scores, which can't saturate; then the gradient flows to
 * the scores, past the probabilities. Others are scaled to sum to 1 and clipped to `1e-7 .. 1 - 1e-7`.
 */
export const categoricalCrossentropy = defineLoss<CategoricalOptions>(
  'categoricalCrossentropy',
  { fromLogits: flag, labelSmoothing: fraction, axis: integer },
  ({ fromLogits = false, ...options }, name) => {
    const rowsOf = classRows(name, options);
    return {
      targets: { kind: 'probabilities' },
      perSample: (yTrue, yPred) => {
        const { targets, rows } = rowsOf(yTrue, yPred);
        const scores = fromLogits ? rows : softmaxScores.of(rows);
        return scores ? softmaxCrossEntropy(scores, targets) : neg(sum(mul(targets, log(normalized(rows))), LAST));
      },
      mean: (yTrue, yPred) => {
        const { targets, rows } = rowsOf(yTrue, yPred);
        const scores = fromLogits ? rows : softmaxScores.of(rows);
        // The metric looks for classes along the last axis.
        return rows === yPred && scores ? meanWithAccuracy(scores, targets, { yTrue, yPred }) : undefined;
      },
    };
  },
);

export interface SparseOptions extends LossOptions {
  /** Whether `yPred` are scores rather than probabilities; default false. */
  readonly fromLogits?: boolean;
  /** The number of a class whose samples have no loss and are not counted. */
  readonly ignoreClass?: number;
}

/**
 * `-log p_label` per row, for class numbers in i32, `[...]` or `[..., 1]`; see `categoricalCrossentropy`.
 * A label outside the classes has loss 0, but counts as a sample unless it is `ignoreClass`.
 */
export const sparseCategoricalCrossentropy = defineLoss<SparseOptions>(
  'sparseCategoricalCrossentropy',
  { fromLogits: flag, ignoreClass: integer },
  ({ fromLogits = false, ignoreClass }, name) => ({
    perSample: (yTrue, yPred) => {
      const labels = labelsFor(name, yTrue, yPred);
      const scores = fromLogits ? yPred : softmaxScores.of(yPred);
      if (scores) return softmaxCrossEntropy(scores, labels);
      return neg(sum(mul(oneHot(labels, yPred.shape[yPred.ndim - 1]), log(normalized(yPred))), LAST));
    },
    mean: (yTrue, yPred) => {
      const scores = fromLogits ? yPred : softmaxScores.of(yPred);
      return scores && meanWithAccuracy(scores, labelsFor(name, yTrue, yPred), { yTrue, yPred });
    },
    ...(ignoreClass !== undefined && {
      counts: (yTrue, yPred) => notEqual(labelsFor(name, yTrue, yPred), ignoreClass),
    }),
    targets: { kind: 'classes', ignored: ignoreClass },
  }),
);

const complement = (p: Tensor): Tensor => sub(1, p);

/** `a` where the targets are 1, `b` where they are 0, in between for what is between. */
const interpolate = (targets: Tensor, a: Tensor, b: Tensor): Tensor =>
  add(mul(targets, a), mul(complement(targets), b));

const binaryFromProbabilities = (targets: Tensor, p: Tensor): Tensor =>
  neg(interpolate(targets, log(p), log(complement(p))));

/**
 * `-mean(y log p + (1 - y) log(1 - p))` over the last axis, one decision per output. From scores x, also those behind
 * probabilities that `sigmoid` made, it is `softplus(x) - x y`, which can't saturate; then the gradient flows to the
 * scores, past the probabilities. Other probabilities are clipped to `1e-7 .. 1 - 1e-7`.
 */
export const binaryCrossentropy = defineLoss<CrossentropyOptions>(
  'binaryCrossentropy',
  { fromLogits: flag, labelSmoothing: fraction },
  ({ fromLogits = false, labelSmoothing = 0 }, name) => {
    const smooth = smoother(labelSmoothing);
    return {
      targets: { kind: 'probabilities' },
      perSample: (yTrue, yPred) => {
        const targets = smooth(targetsLike(name, yTrue, yPred), 1 / 2);
        const scores = fromLogits ? yPred : sigmoidScores.of(yPred);
        const losses = scores ? sigmoidCrossEntropy(scores, targets) : binaryFromProbabilities(targets, clipped(yPred));
        return mean(losses, LAST);
      },
    };
  },
);

interface FocalOptions {
  /** The weight of a class; default 0.25. */
  readonly alpha?: number;
  /** The power of `1 - p` that tones down what is easy; default 2. */
  readonly gamma?: number;
}

export interface BinaryFocalOptions extends CrossentropyOptions, FocalOptions {
  /** Whether losses are weighted: alpha for targets of 1 and `1 - alpha` for 0; default false. */
  readonly applyClassBalancing?: boolean;
}

/**
 * `binaryCrossentropy` times `(1 - p)^gamma`, with p the probability given to what is true.
 * @see Lin et al. (2017), "Focal loss for dense object detection".
 */
export const binaryFocalCrossentropy = defineLoss<BinaryFocalOptions>(
  'binaryFocalCrossentropy',
  { fromLogits: flag, labelSmoothing: fraction, alpha: unitInterval, gamma: notNegative, applyClassBalancing: flag },
  ({ fromLogits = false, labelSmoothing = 0, alpha = 0.25, gamma = 2, applyClassBalancing = false }, name) => {
    const smooth = smoother(labelSmoothing);
    return {
      targets: { kind: 'probabilities' },
      perSample: (yTrue, yPred) => {
        const targets = smooth(targetsLike(name, yTrue, yPred), 1 / 2);
        const p = clipped(fromLogits ? sigmoid(yPred) : yPred);
        const hardness = pow(complement(interpolate(targets, p, complement(p))), gamma);
        const losses = mul(hardness, binaryFromProbabilities(targets, p));
        const weights = add(mul(targets, 2 * alpha - 1), 1 - alpha); // alpha at 1, 1 - alpha at 0
        return mean(applyClassBalancing ? mul(losses, weights) : losses, LAST);
      },
    };
  },
);

export interface CategoricalFocalOptions extends CategoricalOptions, FocalOptions {}

/** `-sum_j alpha (1 - p_j)^gamma y_j log p_j` per row; see `binaryFocalCrossentropy`. */
export const categoricalFocalCrossentropy = defineLoss<CategoricalFocalOptions>(
  'categoricalFocalCrossentropy',
  { fromLogits: flag, labelSmoothing: fraction, axis: integer, alpha: unitInterval, gamma: notNegative },
  ({ fromLogits = false, alpha = 0.25, gamma = 2, ...options }, name) => {
    const rowsOf = classRows(name, options);
    return {
      targets: { kind: 'probabilities' },
      perSample: (yTrue, yPred) => {
        const { targets, rows } = rowsOf(yTrue, yPred);
        const p = normalized(fromLogits ? softmax(rows) : rows);
        return mul(sum(mul(mul(pow(complement(p), gamma), targets), log(p)), LAST), -alpha);
      },
    };
  },
);
