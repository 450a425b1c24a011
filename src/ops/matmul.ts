import type { Device } from '../device.ts';
import type { Tensor } from '../tensor.ts';
import { matmulRegister, matmulTiled } from './matmulKernels.ts';

const variantFor = (device: Device) => (device.info.adapter.software ? matmulRegister : matmulTiled);

/**
 * The matrix product `C[..., m, n] = sum_k A[..., m, k] B[..., k, n]`, f32; batch axes broadcast.
 * @param options `transposeA`: a is `[..., K, M]`; `transposeB`: b is `[..., N, K]`; read in place, nothing is copied.
 * @returns `[..., M, N]`; each element within `K 2^-24 sum_k |A B|` of the exact product.
 * @throws ShapeError if K differs, or a rank is below 2.
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Tensor {
  return variantFor(a.device)(a, b, { transposeA, transposeB });
}
