import { ValueError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { HostArray } from '../tensor.ts';

/** Mean and variance of each feature, or one of each. */
export interface Statistics {
  readonly mean: number[];
  readonly variance: number[];
}

/**
 * Mean and biased variance (division by n) in float64: what a `normalization` layer of the same axis takes.
 * Two passes over the data, so that a large mean costs no digits of the variance.
 * @param axis -1: one pair for each entry of the last axis, over all the others; `null`: one pair for everything.
 * @throws ValueError if there is nothing to average.
 */
export function statistics(x: HostArray, axis: -1 | null): Statistics {
  const features = axis === null ? 1 : (x.shape.at(-1) ?? 1);
  const count = x.data.length / features;
  if (!(count >= 1)) {
    throw new ValueError({
      op: 'statistics',
      got: `an array of shape ${formatShape(x.shape)}`,
      expected: 'at least one sample',
      fix: 'Pass the training set.',
    });
  }
  const { data } = x;
  const sums = new Float64Array(features);
  for (let i = 0; i < data.length; i++) sums[i % features] += data[i];
  const mean = sums.map((sum) => sum / count);
  const squares = new Float64Array(features);
  for (let i = 0; i < data.length; i++) squares[i % features] += (data[i] - mean[i % features]) ** 2;
  return { mean: [...mean], variance: Array.from(squares, (sum) => sum / count) };
}
