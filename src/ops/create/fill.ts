import shader from '../../../shaders/create/fill.wgsl';
import { checkRoom, type Device } from '../../core/device.ts';
import { checkShape, type Shape, sizeOf } from '../../core/shape.ts';
import { toTyped } from '../../core/tensor/nested.ts';
import type { DType } from '../../core/tensor/storage.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { defineKernel } from '../op.ts';

/** The bit pattern of a number in a dtype, so that one kernel parameter serves every dtype. */
export const bitsOf = (value: number, dtype: DType): number =>
  new Uint32Array((dtype === 'f32' ? Float32Array.of(value) : Int32Array.of(value)).buffer)[0];

/** A tensor on `device` with every element equal to `value`; `full`, `zeros` and `ones` call it. */
export function fullOn(device: Device, shape: Shape, value: number, dtype: DType): Tensor {
  checkShape('full', shape);
  if (dtype === 'i32') toTyped([value], dtype); // throws for a value that is not an i32
  checkRoom('full: a tensor', shape, device);
  return fill(device, shape, value, dtype);
}

const fill = defineKernel<[shape: Shape, value: number, dtype: DType], Tensor>({
  name: 'full',
  shader: elementwise(shader),
  run: (run, shape, value, dtype) =>
    run('forward', [], { shape, dtype, params: { size: sizeOf(shape), bits: bitsOf(value, dtype) } }),
  reference: (device, shape, value, dtype) => {
    const data = dtype === 'f32' ? new Float64Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
    return device.adopt({ data: data.fill(value), shape });
  },
});
