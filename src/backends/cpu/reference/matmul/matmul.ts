import { broadcastShapes, stridesOf } from '../../../../core/shape.ts';
import { unary } from '../elementwise/unary.ts';
import { broadcastPosition, eachIndex, map, type NdArray, zeros } from '../ndarray.ts';

/** The activations that a product can apply in the same pass: functions whose derivative follows from their value. */
export type ProductActivation = 'relu' | 'tanh';

export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: ProductActivation;
  /** Whether the column sums of B are returned as a by-product. */
  readonly sums?: boolean;
}

/**
 * C[..., m, n] = f(sum_k A[..., m, k] B[..., k, n] + bias[n]), with either matrix stored transposed; batch axes
 * broadcast; bias and activation f are optional. With `sums`, also sum_k B[k, n].
 */
export const matmul = {
  forward: (
    [a, b, bias]: readonly NdArray[],
    { transposeA, transposeB, activation, sums = false }: MatmulAttributes,
  ): NdArray | readonly NdArray[] => {
    const [aRows, aColumns] = a.shape.slice(-2);
    const [bRows, bColumns] = b.shape.slice(-2);
    const [M, K] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
    const N = transposeB ? bRows : bColumns;
    const aBatch = a.shape.slice(0, -2);
    const bBatch = b.shape.slice(0, -2);
    const batch = broadcastShapes('matmul', aBatch, bBatch);
    const c = zeros([...batch, M, N]);
    eachIndex(batch, (index, flat) => {
      const aStart = broadcastPosition(index, aBatch, stridesOf(aBatch)) * M * K;
      const bStart = broadcastPosition(index, bBatch, stridesOf(bBatch)) * K * N;
      for (let m = 0; m < M; m++) {
        for (let k = 0; k < K; k++) {
          const aValue = a.data[aStart + (transposeA ? k * M + m : m * K + k)];
          for (let n = 0; n < N; n++) {
            c.data[(flat * M + m) * N + n] += aValue * b.data[bStart + (transposeB ? n * K + k : k * N + n)];
          }
        }
      }
    });
    if (bias !== undefined) for (let i = 0; i < c.data.length; i++) c.data[i] += bias.data[i % N];
    if (activation !== undefined) for (let i = 0; i < c.data.length; i++) c.data[i] = unary[activation].f(c.data[i]);
    if (!sums) return c;
    const columns = zeros([N]);
    for (let i = 0; i < b.data.length; i++) columns.data[i % N] += b.data[i]; // with sums, B is never transposed
    return [c, columns];
  },
};

/** dz = dy f'(z), from y = f(z). */
export const slope = {
  forward: ([y, dy]: readonly NdArray[], { activation }: { readonly activation: ProductActivation }): NdArray =>
    map(y, (value, i) => dy.data[i] * unary[activation].df(value, value)), // both derivatives follow from y alone
};
