import { type Checks, checkValues, count } from '../core/checks.ts';
import type { SampleWeightOptions } from '../data/dataset/sampleWeights.ts';

/** Options of passing samples through a model in batches. */
export interface BatchOptions {
  /** Samples per batch; default 32. A number above the size of the data makes one batch. */
  readonly batchSize?: number;
  /**
   * The most bytes of device memory for the samples; default: the largest tensor that the device can hold. Larger data stay in
   * host memory and stream through the device in chunks, with the same results.
   */
  readonly residentBytes?: number;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends BatchOptions, Pick<SampleWeightOptions, 'sampleWeight'> {}

export const BATCH_CHECKS: Checks<keyof BatchOptions> = { batchSize: count, residentBytes: count };

export const SAMPLE_WEIGHT_CHECKS: Checks<keyof SampleWeightOptions> = {
  sampleWeight: [
    (value) => typeof value === 'object' && value !== null,
    'weights as samples are given: a tensor, an array, or { data, shape }',
  ],
  classWeight: [
    (value) => typeof value === 'object' && value !== null,
    'an object of weights by class: { 0: 1, 1: 5 }',
  ],
};

/** The options of `evaluate`, `predict` or `recalibrate`, with defaults. @throws ValueError for an invalid option. */
export function batchOptionsOf(op: string, options: EvaluateOptions, checks: Checks = {}) {
  const { batchSize = 32, ...others } = checkValues(op, options, { ...BATCH_CHECKS, ...checks });
  return { batchSize, ...others };
}
