import stridedWgsl from '../../../shaders/movement/strided.wgsl';
import { MAX_RANK, type Shape, sizeOf } from '../../core/shape.ts';
import type { DType } from '../../core/storage.ts';
import type { Tensor } from '../../core/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import type { Run } from '../op.ts';

const SOURCES = /* @__PURE__ */ elementwise(stridedWgsl);

/** What moves without being computed with. */
export const ANY: readonly (readonly DType[])[] = [['f32', 'i32']];

/** Parameters of the kernels in strided.wgsl: a shape, a stride per axis and an offset, all in elements. */
function walk(shape: Shape, strides: readonly number[], offset = 0): Record<string, number> {
  const missing = MAX_RANK - shape.length;
  const params: Record<string, number> = { size: sizeOf(shape), offset };
  for (let axis = 0; axis < MAX_RANK; axis++) {
    params[`d${axis}`] = shape[axis - missing] ?? 1;
    params[`s${axis}`] = strides[axis - missing] ?? 0;
  }
  return params;
}

/** A tensor of a shape whose elements lie `strides` apart in x, from `offset` on. */
export const gatherStrided = (run: Run, x: Tensor, shape: Shape, strides: readonly number[], offset = 0): Tensor =>
  run('gather', [x], { shape, dtype: x.dtype, sources: SOURCES, params: walk(shape, strides, offset) });

/** Writes x to places in y that lie `strides` apart. */
export const scatterStrided = (run: Run, x: Tensor, y: Tensor, strides: readonly number[], offset: number): void =>
  run.into('scatter', [x], [y], {
    sources: SOURCES,
    params: walk(x.shape, strides, offset),
    grid: { invocations: x.size },
  });
