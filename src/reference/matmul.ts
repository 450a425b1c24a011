import { broadcastShapes, stridesOf } from '../shape.ts';
import { broadcastPosition, eachIndex, type NdArray, zeros } from './ndarray.ts';

export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** C[..., m, n] = sum_k A[..., m, k] B[..., k, n], with either matrix stored transposed; batch axes broadcast. */
export const matmul = {
  forward: ([a, b]: readonly [NdArray, NdArray], { transposeA, transposeB }: MatmulAttributes): NdArray => {
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
    return c;
  },
};
