import { type Checks, integer, positive } from '../../core/checks.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add, div, equal, maximum, mul, sub, weigh } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { abs, clip, log, neg, relu, softplus, sqrt, square } from '../../ops/elementwise/unary.ts';
import { max, mean, min, sum } from '../../ops/reduce/reduce.ts';
import { defineLoss, EPSILON, LAST, type LossOptions, type Pointwise, targetsLike } from './defineLoss.ts';

/** A loss whose targets have the shape of the outputs; they are converted to f32. */
const regression = /* @__NO_SIDE_EFFECTS__ */ <Options extends LossOptions = LossOptions>(
  name: string,
  checks: Checks<Exclude<keyof Options & string, keyof LossOptions>>,
  define: (options: Options) => Pointwise,
) =>
  defineLoss<Options>(name, checks, (options) => {
    const perSample = define(options);
    return { perSample: (yTrue, yPred) => perSample(targetsLike(name, yTrue, yPred), yPred) };
  });

/**
 * Mean squared error: `mean((yPred - yTrue)^2)` over the last axis. `yTrue` and `yPred`: `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const meanSquaredError = regression('meanSquaredError', {}, () => (y, p) => mean(square(sub(p, y)), LAST));

/**
 * Mean absolute error: `mean(|yPred - yTrue|)` over the last axis. `yTrue` and `yPred`: `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const meanAbsoluteError = regression('meanAbsoluteError', {}, () => (y, p) => mean(abs(sub(p, y)), LAST));

/**
 * Mean absolute percentage error: `100 mean(|y - p| / max(|y|, 1e-7))` over the last axis, in percent. Targets y and outputs p:
 * `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const meanAbsolutePercentageError = regression(
  'meanAbsolutePercentageError',
  {},
  () => (y, p) => mul(mean(div(abs(sub(y, p)), maximum(abs(y), EPSILON)), LAST), 100),
);

const log1p = (x: Tensor): Tensor => log(add(maximum(x, EPSILON), 1));

/**
 * Mean squared logarithmic error: `mean((log(p + 1) - log(y + 1))^2)` over the last axis; numbers below 1e-7 count as 1e-7.
 * Targets y and outputs p: `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const meanSquaredLogarithmicError = regression(
  'meanSquaredLogarithmicError',
  {},
  () => (y, p) => mean(square(sub(log1p(p), log1p(y))), LAST),
);

/** Options of `huber`. */
export interface HuberOptions extends LossOptions {
  /** The absolute error beyond which the loss is linear, above 0; default 1. */
  readonly delta?: number;
}

/**
 * Huber loss: for errors `e = yPred - yTrue`, the mean over the last axis of `e^2 / 2` where `|e| <= delta`, and of
 * `delta (|e| - delta / 2)` elsewhere. `yTrue` and `yPred`: `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape; ValueError if `delta` is not above 0.
 * @see Huber (1964), "Robust estimation of a location parameter".
 */
export const huber = regression<HuberOptions>('huber', { delta: positive }, ({ delta = 1 }) => (y, p) => {
  const error = abs(sub(p, y));
  const near = clip(error, 0, delta);
  return mean(mul(near, sub(error, mul(near, 0.5))), LAST);
});

/**
 * Log-cosh loss: `mean(log(cosh(yPred - yTrue)))` over the last axis. `yTrue` and `yPred`: `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const logCosh = regression('logCosh', {}, () => (y, p) => {
  const error = abs(sub(p, y));
  return sub(mean(add(error, softplus(mul(error, -2))), LAST), Math.LN2);
});

/** `max(1 - y p, 0)`. If all targets are 0 or 1, 0 is read as -1. */
function margin(targets: Tensor, p: Tensor): Tensor {
  const areBinary = cast(min(equal(square(targets), targets)), 'f32');
  const y = add(targets, mul(areBinary, sub(targets, 1)));
  return relu(sub(1, mul(y, p)));
}

/**
 * Hinge loss: `mean(max(1 - y p, 0))` over the last axis. Targets y, -1 or 1 (or 0 or 1, with 0 read as -1), and outputs p:
 * `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const hinge = regression('hinge', {}, () => (y, p) => mean(margin(y, p), LAST));

/**
 * Squared hinge loss: `mean(max(1 - y p, 0)^2)` over the last axis. Targets y, -1 or 1 (or 0 or 1, with 0 read as -1), and
 * outputs p: `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const squaredHinge = regression('squaredHinge', {}, () => (y, p) => mean(square(margin(y, p)), LAST));

/**
 * Categorical hinge loss: `max(1 + max_j((1 - y_j) p_j) - sum_j y_j p_j, 0)` per row. One-hot targets y and outputs p:
 * `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const categoricalHinge = regression(
  'categoricalHinge',
  {},
  () => (y, p) => relu(add(sub(max(weigh(p, sub(1, y)), LAST), sum(weigh(p, y), LAST)), 1)),
);

/** Options of `cosineSimilarity`. */
export interface CosineSimilarityOptions extends LossOptions {
  /** The axis of the vectors; default -1. */
  readonly axis?: number;
}

/**
 * Negative cosine similarity: `-sum(y p) / (|y| |p|)` along an axis: -1 for the same direction, 0 if a vector is all zeros.
 * Targets y and outputs p have the same shape; per sample: the shape without that axis.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape; ValueError if `axis` is not a whole number.
 */
export const cosineSimilarity = regression<CosineSimilarityOptions>(
  'cosineSimilarity',
  { axis: integer },
  ({ axis = -1 }) => {
    const unit = (x: Tensor): Tensor => div(x, sqrt(maximum(sum(square(x), { axis, keepDims: true }), EPSILON ** 2)));
    return (y, p) => neg(sum(mul(unit(y), unit(p)), { axis }));
  },
);

/**
 * Kullback-Leibler divergence: `sum(y log(y / p))` per row, with y and p clipped to `1e-7 .. 1`. Targets y and outputs p:
 * `[..., n]`; per sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const klDivergence = regression('klDivergence', {}, () => (given, predicted) => {
  const y = clip(given, EPSILON, 1);
  return sum(mul(y, log(div(y, clip(predicted, EPSILON, 1)))), LAST);
});

/**
 * Poisson loss: `mean(p - y log(p + 1e-7))` over the last axis. Counts y (`yTrue`) and rates p (`yPred`): `[..., n]`; per
 * sample: `[...]`.
 * @throws ShapeError if `yTrue` and `yPred` differ in shape.
 */
export const poisson = regression('poisson', {}, () => (y, p) => mean(sub(p, weigh(log(add(p, EPSILON)), y)), LAST));
