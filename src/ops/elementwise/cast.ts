import shader from '../../../shaders/elementwise/cast.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import oneWgsl from '../../../shaders/lib/vectors/one.wgsl';
import { checkChoice } from '../../core/checks.ts';
import { DTYPES, type DType } from '../../core/tensor/storage.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
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
 * Converts x to another dtype; any shape. f32 to i32 truncates towards 0 and saturates at `-2^31` and `2^31 - 1`; NaN
 * becomes 0. Only f32 to f32 passes a gradient.
 * @throws ValueError for an unknown dtype.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  checkChoice('cast', 'dtype', dtype, DTYPES);
  return castOp(x, { dtype });
}
