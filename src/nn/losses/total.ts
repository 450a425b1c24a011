import type { Tensor } from '../../core/tensor.ts';

/** A value of a batch, and how much it counts among those of other batches. */
export interface Weighted {
  /** One number, or those from which `result` makes one. */
  readonly value: Tensor;
  /** One number; default: how many samples the batch has. */
  readonly weight?: Tensor | undefined;
}

/** The same of one batch or of several, read. */
export interface Total {
  readonly values: readonly number[];
  readonly weight: number;
}

/** How the values of batches become the value of all their samples, whatever the batches are. */
export interface Totalling {
  /** What a batch hands over; default: the function's own result. */
  readonly weighted?: (yTrue: Tensor, yPred: Tensor, options?: { readonly sampleWeight?: Tensor }) => Weighted;
  /** Joins what two sets of samples gave; default `meanOfBoth`. */
  readonly join?: (a: Total, b: Total) => Total;
  /** The number that is reported; default: the first value. */
  readonly result?: (values: readonly number[]) => number;
}

/** Means by weight. */
export function meanOfBoth(a: Total, b: Total): Total {
  const weight = a.weight + b.weight;
  return { values: a.values.map((value, i) => (a.weight * value + b.weight * b.values[i]) / weight), weight };
}

export const sumOfBoth = (a: Total, b: Total): Total => ({
  values: a.values.map((value, i) => value + b.values[i]),
  weight: a.weight + b.weight,
});

/** Joins totals; one without weight has nothing to add. */
export function join({ join = meanOfBoth }: Totalling, a: Total, b: Total): Total {
  if (b.weight === 0 && a.values.length > 0) return a;
  return a.weight === 0 ? b : join(a, b);
}

export const resultOf = ({ result = ([value]) => value }: Totalling, { values }: Total): number =>
  result(values) ?? Number.NaN;
