import { matmulBy } from './multiply.ts';

export type { MatmulOptions } from './multiply.ts';

/**
 * The matrix product `C[..., m, n] = f(sum_k A[..., m, k] B[..., k, n] + bias[n])`, f32; batch axes broadcast; bias and
 * activation f are left out by default.
 * @returns `[..., M, N]`; each sum within `K 2^-24 sum_k |A B|` of the exact one.
 * @throws ShapeError if K differs, a rank is below 2, or the bias is not `[N]`.
 */
export const matmul = matmulBy(undefined);
