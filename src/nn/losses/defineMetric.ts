import { named } from '../../core/checks.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { Totalling } from './total.ts';

/**
 * A number that tells how good a model is: a scalar from the targets and outputs of a batch. What is reported of an epoch
 * is the mean of its batches, weighted by their sizes, unless the metric says otherwise. Every loss is a metric too.
 */
export interface Metric extends Totalling {
  readonly name: string;
  (yTrue: Tensor, yPred: Tensor): Tensor;
  /** The options that it was made with, where files can say how to make it again. */
  readonly config?: object;
}

/** What distinguishes one metric from another. */
export interface MetricDefinition extends Totalling {
  readonly weighted: NonNullable<Totalling['weighted']>;
  /** The same as `result`, in operations; default: the value itself. */
  readonly scalar?: (value: Tensor) => Tensor;
  readonly config?: object;
}

/**
 * Makes a metric of one's own that is more than a mean over samples: a ratio, say, whose batches count by what they were
 * divided by: `weighted: (yTrue, yPred) => ({ value: div(hits, found), weight: found })`.
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
