import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { HostArray } from '../core/tensor/tensor.ts';

/** The principal components of data, by descending variance. */
export interface PrincipalComponents {
  readonly variance: readonly number[];
  /** The matrix `U diag(factors)` of components U, in columns; with `back`, `U diag(factors) U'`. */
  readonly projection: (factors: readonly number[], back: boolean) => HostArray;
}

/**
 * The eigenvectors and eigenvalues of a covariance, `[features, features]`. The entry of largest magnitude in each vector (the
 * first, if several are equal) is positive.
 */
export function principalComponents(covariance: Float64Array, components: number): PrincipalComponents {
  const features = Math.sqrt(covariance.length);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(features, features, covariance),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a])
    .slice(0, components);
  const rows = new Matrix(order.map((i) => withPositiveMaximum(eigenvectorMatrix.getColumn(i))));
  return {
    variance: order.map((i) => Math.max(0, realEigenvalues[i])), // rounding can make 0 negative
    projection: (factors, back) => {
      const columns = rows.transpose().mulRowVector([...factors]);
      const matrix = back ? columns.mmul(rows) : columns;
      return { data: Float64Array.from(matrix.to1DArray()), shape: [matrix.rows, matrix.columns] };
    },
  };
}

/** The vector, or its negative if its largest entry is negative. */
function withPositiveMaximum(vector: readonly number[]): number[] {
  const size = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 0) * (1 - 1e-9);
  const largest = vector.find((value) => Math.abs(value) >= size) ?? 0;
  return vector.map((value) => (largest < 0 ? -value : value));
}
