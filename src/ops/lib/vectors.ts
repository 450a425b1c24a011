import type { Constants } from '../../core/kernel.ts';
import type { DType } from '../../core/tensor/storage.ts';

/** The types of a kernel that computes one number at a time, or four: V, and I and B for special.wgsl. */
export const vectorsOf = (width: number, dtype: DType = 'f32'): Constants =>
  width === 4 ? { V: `vec4<${dtype}>`, I: 'vec4<i32>', B: 'vec4<bool>' } : { V: dtype };
