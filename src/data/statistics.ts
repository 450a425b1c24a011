import { type Check, checkValue, checkValues, finite } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { checkFinite } from './finite.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';

/** Mean and variance of each feature, or one of each. */
export interface Statistics {
  readonly mean: number[];
  readonly variance: number[];
}

/**
 * Mean and biased variance (division by n) in float64: what a `normalization` layer of the same axis takes.
 * Two passes over the data, so that a large mean costs no digits of the variance.
 * @param axis -1: one pair for each entry of the last axis, over all the others; `null`: one pair for everything.
 * @throws ValueError, ShapeError if there is nothing to average, for numbers that are not finite, and for another axis.
 */
export function statistics(x: HostNumbers, axis: -1 | null): Statistics {
  const { data, features, count } = countsOf('statistics', x, axis);
  const sums = new Float64Array(features);
  for (let i = 0; i < data.length; i++) sums[i % features] += data[i];
  const mean = sums.map((sum) => sum / count);
  const squares = new Float64Array(features);
  for (let i = 0; i < data.length; i++) squares[i % features] += (data[i] - mean[i % features]) ** 2;
  return { mean: [...mean], variance: Array.from(squares, (sum) => sum / count) };
}

const lastOrAll: Check = [
  (value) => value === -1 || value === null,
  '-1, for each entry of the last axis, or null, for all numbers together',
];

/** The numbers, how many of them have statistics of their own, and how many values each is made of. */
function countsOf(op: string, given: HostNumbers, axis: -1 | null) {
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

export interface MinMaxOptions {
  /** Where the smallest value goes; default 0. */
  readonly low?: number;
  /** Where the largest goes; default 1. */
  readonly high?: number;
}

/**
 * What scales the values between the smallest and the largest to `low` to `high`, in the form that a `normalization` layer
 * of the same axis takes: `(x - mean) / sqrt(variance)`. A feature that never varies becomes 0.
 * @param axis -1: each entry of the last axis by its own values; `null`: all of them alike.
 * @throws ValueError, ShapeError if there is nothing to scale, for numbers that are not finite, and for another axis.
 */
export function minMaxStatistics(x: HostNumbers, axis: -1 | null, options: MinMaxOptions = {}): Statistics {
  checkValues('minMaxStatistics', options, { low: finite, high: finite });
  const { low = 0, high = 1 } = options;
  const { data, features } = countsOf('minMaxStatistics', x, axis);
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
