import shader from '../../../shaders/elementwise/cast.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import oneWgsl from '../../../shaders/lib/vectors/one.wgsl';
import { checkWord } from '../../core/checks.ts';
import { DTYPES, type DType } from '../../core/storage.ts';
import type { Tensor } from '../../core/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { defineOp } from '../op.ts';

const castOp = defineOp<[x: Tensor], { readonly dtype: DType }>({
  name: 'cast',
  shader: elementwise(shader, specialWgsl, oneWgsl),
  reference: ({ cast }) => cast,
  dtypes: [['f32', 'i32']],
  shape: ([x]) => x,
  forward: (run, [x], { dtype }) =>
    x.dtype === dtype
      ? x.alias()
      : run('forward', [x], { shape: x.shape, dtype, params: { size: x.size }, constants: { T: x.dtype, R: dtype } }),
  backward: (_run, dy, { inputs: [x] }) => [x.dtype === 'f32' ? dy : undefined],
});

/**
 * Converts to another dtype. f32 to i32 truncates towards 0; what is beyond `-2^31 .. 2^31 - 1` becomes the nearest end, and
 * NaN becomes 0. The gradient passes from f32 to f32 only.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  checkWord('cast', 'dtype', dtype, DTYPES);
  return castOp(x, { dtype });
}
