import { matmulBy } from './multiply.ts';

export type { MatmulOptions } from './multiply.ts';

/**
 * The matrix product `C[..., m, n] = f(sum_k A[..., m, k] B[..., k, n] + bias[n])`, f32; batch axes broadcast.
 * `MatmulOptions` sets transposition, the bias and the activation f; the default has none of them.
 * @returns `[..., M, N]`; each sum is within `K 2^-24 sum_k |A B|` of the exact sum.
 * @throws ShapeError if K differs, a rank is below 2, or the bias is not `[N]`; DTypeError for i32; ValueError for a
 * wrong option.
 */
export const matmul = matmulBy(undefined);
