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
 * Mean squared error: `mean((p - y)^2)` over the last axis. `yTrue` has the shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const meanSquaredError = regression('meanSquaredError', {}, () => (y, p) => mean(square(sub(p, y)), LAST));

/**
 * Mean absolute error: `mean(|p - y|)` over the last axis. `yTrue` has the shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const meanAbsoluteError = regression('meanAbsoluteError', {}, () => (y, p) => mean(abs(sub(p, y)), LAST));

/**
 * Mean absolute percentage error: `100 mean(|y - p| / max(|y|, 1e-7))` over the last axis, in percent. `yTrue` has the shape
 * of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const meanAbsolutePercentageError = regression(
  'meanAbsolutePercentageError',
  {},
  () => (y, p) => mul(mean(div(abs(sub(y, p)), maximum(abs(y), EPSILON)), LAST), 100),
);

const log1p = (x: Tensor): Tensor => log(add(maximum(x, EPSILON), 1));

/**
 * Mean squared logarithmic error: `mean((log(p + 1) - log(y + 1))^2)` over the last axis, with numbers below 1e-7 taken as
 * that. `yTrue` has the shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const meanSquaredLogarithmicError = regression(
  'meanSquaredLogarithmicError',
  {},
  () => (y, p) => mean(square(sub(log1p(p), log1p(y))), LAST),
);

export interface HuberOptions extends LossOptions {
  /** The absolute error from which the loss is linear, above 0; default 1. */
  readonly delta?: number;
}

/**
 * Huber loss: the mean over the last axis of `e^2 / 2` for errors `|e| = |p - y| <= delta`, and of `delta (|e| - delta / 2)`
 * beyond. `yTrue` has the shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape. ValueError for a delta that is not above 0.
 * @see Huber (1964), "Robust estimation of a location parameter".
 */
export const huber = regression<HuberOptions>('huber', { delta: positive }, ({ delta = 1 }) => (y, p) => {
  const error = abs(sub(p, y));
  const near = clip(error, 0, delta);
  return mean(mul(near, sub(error, mul(near, 0.5))), LAST);
});

/**
 * Log-cosh loss: `mean(log(cosh(p - y)))` over the last axis. `yTrue` has the shape of `yPred` `[..., n]`; per sample
 * `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const logCosh = regression('logCosh', {}, () => (y, p) => {
  const error = abs(sub(p, y));
  return sub(mean(add(error, softplus(mul(error, -2))), LAST), Math.LN2);
});

/** `max(1 - y p, 0)`. If all targets are 0 or 1, 0 stands for -1. */
function margin(targets: Tensor, p: Tensor): Tensor {
  const areBinary = cast(min(equal(square(targets), targets)), 'f32');
  const y = add(targets, mul(areBinary, sub(targets, 1)));
  return relu(sub(1, mul(y, p)));
}

/**
 * Hinge loss: `mean(max(1 - y p, 0))` over the last axis, for targets of -1 and 1. If all targets are 0 or 1, 0 stands for
 * -1. `yTrue` has the shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const hinge = regression('hinge', {}, () => (y, p) => mean(margin(y, p), LAST));

/**
 * Squared hinge loss: `mean(max(1 - y p, 0)^2)` over the last axis, for targets of -1 and 1. If all targets are 0 or 1, 0
 * stands for -1. `yTrue` has the shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const squaredHinge = regression('squaredHinge', {}, () => (y, p) => mean(square(margin(y, p)), LAST));

/**
 * Categorical hinge loss: `max(1 + max_j((1 - y_j) p_j) - sum_j y_j p_j, 0)` per row, for one-hot targets. `yTrue` has the
 * shape of `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const categoricalHinge = regression(
  'categoricalHinge',
  {},
  () => (y, p) => relu(add(sub(max(weigh(p, sub(1, y)), LAST), sum(weigh(p, y), LAST)), 1)),
);

export interface CosineSimilarityOptions extends LossOptions {
  /** The axis of the vectors; default -1. */
  readonly axis?: number;
}

/**
 * Negative cosine similarity: `-sum(y p) / (|y| |p|)` along an axis, so -1 for the same direction and 0 for a vector of zeros.
 * `yTrue` has the shape of `yPred`; per sample the shape without that axis.
 * @throws ShapeError for targets of another shape; ValueError for an axis that is no whole number.
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
 * Kullback-Leibler divergence: `sum(y log(y / p))` per row, with y and p clipped to `1e-7 .. 1`. `yTrue` has the shape of
 * `yPred` `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const klDivergence = regression('klDivergence', {}, () => (given, predicted) => {
  const y = clip(given, EPSILON, 1);
  return sum(mul(y, log(div(y, clip(predicted, EPSILON, 1)))), LAST);
});

/**
 * Poisson loss: `mean(p - y log(p + 1e-7))` over the last axis, for counts y and rates p. `yTrue` has the shape of `yPred`
 * `[..., n]`; per sample `[...]`.
 * @throws ShapeError for targets of another shape.
 */
export const poisson = regression('poisson', {}, () => (y, p) => mean(sub(p, weigh(log(add(p, EPSILON)), y)), LAST));
