import { checkMade, lookUp, named } from '../../core/checks.ts';
import * as crossentropy from './crossentropy.ts';
import { type Loss, type LossFunction, lossFromFunction } from './defineLoss.ts';
import type { Metric } from './defineMetric.ts';
import * as metricMakers from './metrics.ts';
import * as regression from './regression.ts';

/** Losses by their Keras names, each a function of its options; files name losses by these keys. */
export const losses = { ...crossentropy, ...regression } satisfies Record<string, () => Loss>;

/** Keras's short names of losses. */
const SHORT_LOSSES: Readonly<Record<string, keyof typeof losses>> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
};

/** The name that a short one stands for, or the name itself. */
const fullName = (name: string, short: Readonly<Record<string, string>>): string => {
  const key = typeof name === 'string' ? name.toLowerCase() : '';
  return Object.hasOwn(short, key) ? short[key] : name;
};

/** The loss of a name, with default options; a function becomes a loss. @throws ValueError that lists the names. */
export function getLoss(loss: Loss | LossFunction | string): Loss {
  if (typeof loss !== 'function') return lookUp<() => Loss>('loss', losses, fullName(loss, SHORT_LOSSES))();
  checkMade('loss', losses, loss);
  return 'perSample' in loss ? loss : lossFromFunction(loss);
}

/** Metrics by their names, each a function of its options. Every loss is a metric too. */
export const metrics = { ...metricMakers } satisfies Record<string, () => Metric>;

/** Keras's short names of metrics, and its names of metrics that are one metric here. */
const SHORT_METRICS: Readonly<Record<string, keyof typeof metrics>> = {
  acc: 'accuracy',
  rmse: 'rootMeanSquaredError',
  sparse_categorical_accuracy: 'categoricalAccuracy',
  top_k_categorical_accuracy: 'topKAccuracy',
  sparse_top_k_categorical_accuracy: 'topKAccuracy',
};

/** The name that a short one stands for, or the name itself. */
export const metricName = (name: string): string => fullName(fullName(name, SHORT_METRICS), SHORT_LOSSES);

/** The metric of a name, or the given metric. A short name is kept, because the history is read by it. */
export function getMetric(metric: Metric | string): Metric {
  const known = { ...metrics, ...losses };
  checkMade('metric', known, metric);
  if (typeof metric === 'function') return metric;
  const name = metricName(metric);
  const found = lookUp<() => Metric>('metric', known, name)();
  return name === metric ? found : named(metric, found);
}
