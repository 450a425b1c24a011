import { flag, fraction, integer, notNegative, unitInterval } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add, div, mul, notEqual, pow, sigmoidCrossEntropy, sub } from '../../ops/elementwise/binary.ts';
import { clip, log, neg, sigmoid } from '../../ops/elementwise/unary.ts';
import { sigmoidLogits, softmaxLogits } from '../../ops/lib/logits.ts';
import { softmaxCrossEntropy } from '../../ops/loss/crossEntropy.ts';
import { meanCrossEntropy } from '../../ops/loss/meanCrossEntropy.ts';
import { softmax } from '../../ops/loss/softmax.ts';
import { oneHot } from '../../ops/movement/oneHot.ts';
import { transpose } from '../../ops/movement/transpose.ts';
import { mean, sum } from '../../ops/reduce/reduce.ts';
import { accuracies, defineLoss, EPSILON, LAST, type LossOptions, labelsFor, targetsLike } from './defineLoss.ts';

const clipped = (probabilities: Tensor): Tensor => clip(probabilities, EPSILON, 1 - EPSILON);

/** Rows scaled to sum to 1 and clipped, so that their logarithm is finite. */
const normalized = (yPred: Tensor): Tensor => clipped(div(yPred, sum(yPred, { axis: -1, keepDims: true })));

function moveAxisLast(op: string, x: Tensor, axis: number): Tensor {
  const from = normalizeAxis(op, axis, x.ndim);
  if (from === x.ndim - 1) return x;
  const others = x.shape.map((_, i) => i).filter((i) => i !== from);
  return transpose(x, [...others, from]);
}

/** Mixes targets with the uniform distribution, whose probability per class is `share`. */
function smoother(labelSmoothing: number): (targets: Tensor, share: number) => Tensor {
  if (labelSmoothing === 0) return (targets) => targets;
  return (targets, share) => add(mul(targets, 1 - labelSmoothing), labelSmoothing * share);
}

/** The mean loss; the accuracy, from the same pass, is kept for the metric. */
function meanWithAccuracy(logits: Tensor, targets: Tensor, { yTrue, yPred }: { yTrue: Tensor; yPred: Tensor }): Tensor {
  const [mean, , accuracy] = meanCrossEntropy.outputs(logits, targets);
  accuracies.set(yPred, { yTrue, accuracy });
  return mean;
}

/** Options of cross-entropies. */
export interface CrossentropyOptions extends LossOptions {
  /** Whether `yPred` holds logits instead of probabilities; default false. */
  readonly fromLogits?: boolean;
  /** The fraction of each target that is spread evenly over all classes, at least 0 and below 1; default 0. */
  readonly labelSmoothing?: number;
}

/** Options of losses over one-hot targets. */
export interface CategoricalOptions extends CrossentropyOptions {
  /** The axis of the classes; default -1. */
  readonly axis?: number;
}

/** Brings outputs and targets into rows of classes, and smooths the targets. */
function classRows(op: string, { labelSmoothing = 0, axis = -1 }: CategoricalOptions) {
  const smooth = smoother(labelSmoothing);
  return (yTrue: Tensor, yPred: Tensor): { targets: Tensor; rows: Tensor } => {
    const rows = moveAxisLast(op, yPred, axis);
    const targets = moveAxisLast(op, targetsLike(op, yTrue, yPred), axis);
    return { targets: smooth(targets, 1 / rows.shape[rows.ndim - 1]), rows };
  };
}

/**
 * Categorical cross-entropy: `-sum_j y_j log p_j` per row. `yTrue`: distributions over the classes, one-hot or not, in the shape
 * of `yPred` `[..., classes]`. Per sample: `[...]`.
 * If `softmax` computed the probabilities, the loss uses its logits instead, which cannot saturate, and the gradient flows to
 * the logits. Other probabilities are scaled to sum to 1 and clipped to `1e-7 .. 1 - 1e-7`. A logit of minus infinity adds
 * nothing where the target is 0; with `labelSmoothing` no target is 0, and the loss is infinite.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` differ in shape.
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
        const logits = fromLogits ? rows : softmaxLogits.of(rows);
        return logits ? softmaxCrossEntropy(logits, targets) : neg(sum(mul(targets, log(normalized(rows))), LAST));
      },
      mean: (yTrue, yPred) => {
        const { targets, rows } = rowsOf(yTrue, yPred);
        const logits = fromLogits ? rows : softmaxLogits.of(rows);
        // The metric looks for classes along the last axis.
        return rows === yPred && logits ? meanWithAccuracy(logits, targets, { yTrue, yPred }) : undefined;
      },
    };
  },
);

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseOptions extends LossOptions {
  /** Whether `yPred` holds logits instead of probabilities; default false. */
  readonly fromLogits?: boolean;
  /** A class whose samples are left out of the loss and its mean; default none. */
  readonly ignoreClass?: number;
}

/**
 * Categorical cross-entropy for integer labels: `-log p_label` per row. `yTrue`: class indices, `[...]` or `[..., 1]`; `yPred`:
 * `[..., classes]`. Per sample: `[...]`. Logits and probabilities are treated as in `categoricalCrossentropy`. A label that is
 * not a class has loss 0 but counts as a sample, unless it is `ignoreClass`; `fit` and `evaluate` reject such labels.
 * @throws ValueError if an option is out of range; ShapeError if the labels do not match the rows.
 */
export const sparseCategoricalCrossentropy = defineLoss<SparseOptions>(
  'sparseCategoricalCrossentropy',
  { fromLogits: flag, ignoreClass: integer },
  ({ fromLogits = false, ignoreClass }, name) => ({
    perSample: (yTrue, yPred) => {
      const labels = labelsFor(name, yTrue, yPred);
      const logits = fromLogits ? yPred : softmaxLogits.of(yPred);
      if (logits) return softmaxCrossEntropy(logits, labels);
      return neg(sum(mul(oneHot(labels, yPred.shape[yPred.ndim - 1]), log(normalized(yPred))), LAST));
    },
    mean: (yTrue, yPred) => {
      const logits = fromLogits ? yPred : softmaxLogits.of(yPred);
      return logits && meanWithAccuracy(logits, labelsFor(name, yTrue, yPred), { yTrue, yPred });
    },
    ...(ignoreClass !== undefined && {
      counts: (yTrue, yPred) => notEqual(labelsFor(name, yTrue, yPred), ignoreClass),
    }),
    targets: { kind: 'classes', ignored: ignoreClass },
  }),
);

const complement = (p: Tensor): Tensor => sub(1, p);

/** `a` where the target is 1, `b` where it is 0, and a mixture in between. */
const interpolate = (targets: Tensor, a: Tensor, b: Tensor): Tensor =>
  add(mul(targets, a), mul(complement(targets), b));

const binaryFromProbabilities = (targets: Tensor, p: Tensor): Tensor =>
  neg(interpolate(targets, log(p), log(complement(p))));

/**
 * Binary cross-entropy, one decision per output: `-mean(y log p + (1 - y) log(1 - p))` over the last axis. `yTrue`: numbers from
 * 0 to 1 in the shape of `yPred` `[..., n]`. Per sample: `[...]`.
 * For logits x it is `mean(softplus(x) - x y)`, which cannot saturate. If `sigmoid` computed the probabilities, the loss uses its
 * logits, and the gradient flows to them. Other probabilities are clipped to `1e-7 .. 1 - 1e-7`.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` differ in shape.
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
        const logits = fromLogits ? yPred : sigmoidLogits.of(yPred);
        const losses = logits ? sigmoidCrossEntropy(logits, targets) : binaryFromProbabilities(targets, clipped(yPred));
        return mean(losses, LAST);
      },
    };
  },
);

interface FocalOptions {
  /** The weight of a class, from 0 to 1; default 0.25. */
  readonly alpha?: number;
  /** The exponent of `1 - p`, 0 or more, which reduces the loss of easy samples; default 2. */
  readonly gamma?: number;
}

/** Options of `binaryFocalCrossentropy`. */
export interface BinaryFocalOptions extends CrossentropyOptions, FocalOptions {
  /** Whether losses are weighted, by `alpha` for targets of 1 and by `1 - alpha` for 0; default false. */
  readonly applyClassBalancing?: boolean;
}

/**
 * Binary focal loss: `-mean((1 - q)^gamma log q)` over the last axis, where q is the predicted probability of the true answer,
 * clipped to `1e-7 .. 1 - 1e-7`. `yTrue`: numbers from 0 to 1 in the shape of `yPred` `[..., n]`. Per sample: `[...]`.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` differ in shape.
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

/** Options of `categoricalFocalCrossentropy`. */
export interface CategoricalFocalOptions extends CategoricalOptions, FocalOptions {}

/**
 * Categorical focal loss: `-sum_j alpha (1 - p_j)^gamma y_j log p_j` per row. `yTrue`: distributions over the classes in the shape
 * of `yPred` `[..., classes]`. Per sample: `[...]`. Probabilities are scaled to sum to 1 and clipped to `1e-7 .. 1 - 1e-7`.
 * @throws ValueError if an option is out of range; ShapeError if `yTrue` and `yPred` differ in shape.
 * @see Lin et al. (2017), "Focal loss for dense object detection".
 */
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
