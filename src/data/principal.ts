import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { HostArray } from '../core/tensor.ts';

/** Directions without correlation, the one of the largest variance first. */
export interface PrincipalComponents {
  /** The variance along each. */
  readonly variance: readonly number[];
  /** The matrix whose columns are the directions, each by a factor of its own; with `back`, turned back to the features. */
  readonly projection: (factors: readonly number[], back: boolean) => HostArray;
}

/**
 * The eigenvectors of a covariance, `[features, features]`, and their eigenvalues. The largest entry of each vector is
 * positive, the first of equal ones.
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
    variance: order.map((i) => Math.max(0, realEigenvalues[i])), // one of 0 may come out slightly below
    projection: (factors, back) => {
      const columns = rows.transpose().mulRowVector([...factors]);
      const matrix = back ? columns.mmul(rows) : columns;
      return { data: Float64Array.from(matrix.to1DArray()), shape: [matrix.rows, matrix.columns] };
    },
  };
}

/** The vector or its negative. */
function withPositiveMaximum(vector: readonly number[]): number[] {
  const size = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 0) * (1 - 1e-9);
  const largest = vector.find((value) => Math.abs(value) >= size) ?? 0;
  return vector.map((value) => (largest < 0 ? -value : value));
}
