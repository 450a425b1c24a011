import { named } from '../../core/checks.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Totalling } from './total.ts';

/**
 * Measures a model: computes a scalar from the targets and outputs of a batch. An epoch reports the mean over its batches,
 * weighted by their sizes unless the metric defines `weighted`, or what `join` makes of them. Every loss is a metric too.
 */
export interface Metric extends Totalling {
  /** The name in the history, messages and files. */
  readonly name: string;
  (yTrue: Tensor, yPred: Tensor): Tensor;
  /** The options it was made with, for files. */
  readonly config?: object;
}

/** What a metric computes. */
export interface MetricDefinition extends Totalling {
  readonly weighted: NonNullable<Totalling['weighted']>;
  /** The same as `result`, for tensors; default: the value itself. */
  readonly scalar?: (value: Tensor) => Tensor;
  /** Options, for files. */
  readonly config?: object;
}

/**
 * Makes your own metric, for example one that is not a mean over samples. A ratio weights each batch by its denominator:
 * `weighted: (yTrue, yPred) => ({ value: div(hits, found), weight: found })`.
 * @param name the name in the history and messages.
 */
export const makeMetric = (name: string, { scalar, ...definition }: MetricDefinition): Metric =>
  Object.assign(
    named(name, (yTrue: Tensor, yPred: Tensor): Tensor => {
      const { value } = definition.weighted(yTrue, yPred);
      return scalar ? scalar(value) : value;
    }),
    definition,
  );

/** A metric that is a mean over samples. */
export const metricOf = (name: string, config: object, metric: (yTrue: Tensor, yPred: Tensor) => Tensor): Metric =>
  Object.assign(named(name, metric), { config });
