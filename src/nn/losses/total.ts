import type { Tensor } from '../../core/tensor/tensor.ts';

/** The value of a loss or metric for a batch, and its weight among the batches. */
export interface Weighted {
  /** One number, or several that `result` turns into one. */
  readonly value: Tensor;
  /** One number; default: the number of samples in the batch. */
  readonly weight?: Tensor | undefined;
}

/** The value of one or more batches, read from the device. */
export interface Total {
  /** The elements of `value`. */
  readonly values: readonly number[];
  /** The sum of the weights. */
  readonly weight: number;
}

/** How the values of batches are combined, so that the result does not depend on the batch size. */
export interface Totalling {
  /** The value of a batch; default: the function's own result. */
  readonly weighted?: (yTrue: Tensor, yPred: Tensor, options?: { readonly sampleWeight?: Tensor }) => Weighted;
  /** Combines the totals of two sets of samples; default: the weighted mean. */
  readonly join?: (a: Total, b: Total) => Total;
  /** The number to report; default: the first value. */
  readonly result?: (values: readonly number[]) => number;
}

export function meanOfBoth(a: Total, b: Total): Total {
  const weight = a.weight + b.weight;
  return { values: a.values.map((value, i) => (a.weight * value + b.weight * b.values[i]) / weight), weight };
}

export const sumOfBoth = (a: Total, b: Total): Total => ({
  values: a.values.map((value, i) => value + b.values[i]),
  weight: a.weight + b.weight,
});

/** Combines two totals; one of weight 0 adds nothing. */
export function join({ join = meanOfBoth }: Totalling, a: Total, b: Total): Total {
  if (b.weight === 0 && a.values.length > 0) return a;
  return a.weight === 0 ? b : join(a, b);
}

export const resultOf = ({ result = ([value]) => value }: Totalling, { values }: Total): number =>
  result(values) ?? Number.NaN;
