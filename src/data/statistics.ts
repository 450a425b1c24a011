import { type Check, checkValue, checkValues, finite } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { checkFinite } from './finite.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';

/** Mean and variance of each feature, or of all numbers together: the options of a `normalization` layer. */
export interface Statistics {
  readonly mean: number[];
  readonly variance: number[];
}

/**
 * Mean and biased variance, `sum((x - mean)^2) / n`, in float64, for a `normalization` layer with the same axis. Two passes over
 * the data keep a large mean from costing accuracy.
 * @param x data of any shape. @param axis -1: one pair per entry of the last axis; `null`: one pair for all numbers.
 * @throws ValueError if there are no data, a number is not finite, or `axis` is neither; ShapeError if arrays are ragged.
 */
export function statistics(x: HostNumbers, axis: -1 | null): Statistics {
  const { data, features, count } = featuresOf('statistics', x, axis);
  const sums = new Float64Array(features);
  for (let i = 0; i < data.length; i++) sums[i % features] += data[i];
  const mean = sums.map((sum) => sum / count);
  const squares = new Float64Array(features);
  for (let i = 0; i < data.length; i++) squares[i % features] += (data[i] - mean[i % features]) ** 2;
  return { mean: [...mean], variance: Array.from(squares, (sum) => sum / count) };
}

const lastOrAll: Check = [
  (value) => value === -1 || value === null,
  '-1 for each entry of the last axis, or null for all numbers together',
];

/** The data, the number of features, and the number of values of each. */
function featuresOf(op: string, given: HostNumbers, axis: -1 | null) {
  const x = hostArrayOf(op, 'x', given);
  checkValue(op, 'axis', axis, lastOrAll);
  checkFinite(op, x);
  const features = axis === null ? 1 : (x.shape.at(-1) ?? 1);
  const count = x.data.length / features;
  if (count >= 1) return { data: x.data, features, count };
  throw new ValueError({
    op,
    got: `an array of shape ${formatShape(x.shape)}`,
    expected: 'at least one sample',
    fix: 'Pass the training set.',
  });
}

/** Options of `minMaxStatistics`. */
export interface MinMaxOptions {
  /** The value that the smallest number is mapped to; default 0. */
  readonly low?: number;
  /** The value that the largest number is mapped to, above `low`; default 1. */
  readonly high?: number;
}

/**
 * Min-max scaling to `low .. high` for a `normalization` layer with the same axis, `(x - mean) / sqrt(variance)`:
 * `sqrt(variance)` is s = `(max - min) / (high - low)`, and `mean` is `min - low s`. A constant feature becomes 0.
 * @param x data of any shape. @param axis -1: a range per entry of the last axis; `null`: one range for all numbers.
 * @throws ValueError if an option is out of range, there are no data, or a number is not finite; ShapeError if arrays are ragged.
 */
export function minMaxStatistics(x: HostNumbers, axis: -1 | null, options: MinMaxOptions = {}): Statistics {
  checkValues('minMaxStatistics', options, { low: finite, high: finite });
  const { low = 0, high = 1 } = options;
  const { data, features } = featuresOf('minMaxStatistics', x, axis);
  if (!(low < high)) {
    throw new ValueError({
      op: 'minMaxStatistics',
      got: `low ${low} and high ${high}`,
      expected: 'low below high',
      fix: 'Correct the range.',
    });
  }
  const smallest = new Array<number>(features).fill(Number.POSITIVE_INFINITY);
  const largest = new Array<number>(features).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < data.length; i++) {
    smallest[i % features] = Math.min(smallest[i % features], data[i]);
    largest[i % features] = Math.max(largest[i % features], data[i]);
  }
  const unit = smallest.map((value, i) => (largest[i] - value) / (high - low));
  return { mean: unit.map((each, i) => smallest[i] - low * each), variance: unit.map((each) => each ** 2) };
}
