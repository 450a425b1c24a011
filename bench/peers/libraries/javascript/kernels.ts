import type { HostArray } from '../../library.ts';

const EPSILON = 1e-3; // Keras's

/** `C[M, N] = A[M, K] B[K, N]`; a transposed operand is stored `[K, M]` or `[N, K]`. The inner loops walk memory in order. */
export function matmul(
  a: HostArray,
  b: HostArray,
  { transposeA = false, transposeB = false }: { transposeA?: boolean | undefined; transposeB?: boolean | undefined },
): HostArray {
  const [M, K] = transposeA ? a.shape.toReversed() : a.shape;
  const N = b.shape[transposeB ? 0 : 1];
  const [rowStep, kStep] = transposeA ? [1, M] : [K, 1];
  const data = new Float32Array(M * N);
  const row = new Float64Array(N);
  for (let i = 0; i < M; i++) {
    row.fill(0);
    if (transposeB) {
      for (let j = 0; j < N; j++) {
        let total = 0;
        for (let k = 0; k < K; k++) total += a.data[i * rowStep + k * kStep] * b.data[j * K + k];
        row[j] = total;
      }
    } else {
      for (let k = 0; k < K; k++) {
        const factor = a.data[i * rowStep + k * kStep];
        for (let j = 0; j < N; j++) row[j] += factor * b.data[k * N + j];
      }
    }
    data.set(row, i * N);
  }
  return { data, shape: [M, N] };
}

/** Sums of the columns of a matrix, each element first mapped by `f`. */
export function columnSums(x: HostArray, f: (value: number, column: number, i: number) => number): Float64Array {
  const [rows, columns] = x.shape;
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) sums[j] += f(x.data[i * columns + j], j, i * columns + j);
  }
  return sums;
}

/**
 * Batch normalisation with the statistics of the batch per column.
 * @returns y, and what its gradient and the running averages need: normalised x, mean, variance, 1 / deviation.
 */
export function batchNorm(x: HostArray, gamma: Float32Array, beta: Float32Array) {
  const [rows, columns] = x.shape;
  const mean = columnSums(x, (value) => value).map((total) => total / rows);
  const variance = columnSums(x, (value, j) => (value - mean[j]) ** 2).map((total) => total / rows);
  const scale = variance.map((value) => 1 / Math.sqrt(value + EPSILON));
  const normal = new Float32Array(x.data.length);
  const y = new Float32Array(x.data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      normal[at] = (x.data[at] - mean[j]) * scale[j];
      y[at] = normal[at] * gamma[j] + beta[j];
    }
  }
  return { y, normal, mean, variance, scale };
}

/** In place. */
export function relu(x: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0;
  return x;
}

/** Over the rows of a matrix. */
export function softmax({ data, shape: [rows, columns] }: HostArray): Float32Array<ArrayBuffer> {
  const y = new Float32Array(data.length);
  for (let start = 0; start < rows * columns; start += columns) {
    let largest = data[start];
    for (let i = start + 1; i < start + columns; i++) largest = Math.max(largest, data[i]);
    let total = 0;
    for (let i = start; i < start + columns; i++) {
      y[i] = Math.exp(data[i] - largest);
      total += y[i];
    }
    for (let i = start; i < start + columns; i++) y[i] /= total;
  }
  return y;
}

export function sum(x: Float32Array): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i];
  return total;
}
