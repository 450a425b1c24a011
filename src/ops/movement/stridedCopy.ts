import stridedWgsl from '../../../shaders/movement/strided.wgsl';
import { MAX_RANK, type Shape, sizeOf } from '../../core/shape.ts';
import type { DType } from '../../core/tensor/storage.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import type { Run } from '../op.ts';

const SOURCES = /* @__PURE__ */ elementwise(stridedWgsl);

/** The dtypes of operations that only move elements. */
export const ANY: readonly (readonly DType[])[] = [['f32', 'i32']];

/** The parameters of strided.wgsl: a shape, a stride per axis and an offset, all in elements. */
function walk(shape: Shape, strides: readonly number[], offset = 0): Record<string, number> {
  const missing = MAX_RANK - shape.length;
  const params: Record<string, number> = { size: sizeOf(shape), offset };
  for (let axis = 0; axis < MAX_RANK; axis++) {
    params[`d${axis}`] = shape[axis - missing] ?? 1;
    params[`s${axis}`] = strides[axis - missing] ?? 0;
  }
  return params;
}

/** Copies the elements of x that lie `strides` apart, from `offset` on, into a tensor of the given shape. */
export const gatherStrided = (run: Run, x: Tensor, shape: Shape, strides: readonly number[], offset = 0): Tensor =>
  run('gather', [x], { shape, dtype: x.dtype, sources: SOURCES, params: walk(shape, strides, offset) });

/** Copies x to elements of y that lie `strides` apart, from `offset` on. */
export const scatterStrided = (run: Run, x: Tensor, y: Tensor, strides: readonly number[], offset: number): void =>
  run.into('scatter', [x], [y], {
    sources: SOURCES,
    params: walk(x.shape, strides, offset),
    grid: { invocations: x.size },
  });
