import {
  checkChoice,
  checkedLater,
  checkOptions,
  checkValue,
  checkValues,
  finite,
  notNegative,
} from '../../core/checks.ts';
import { checkRoom, currentDevice, type Device } from '../../core/device.ts';
import { ShapeError } from '../../core/errors.ts';
import { normal, uniform } from '../../core/random/generator.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../../core/shape.ts';
import { flatten, type NestedNumbers, toTyped } from '../../core/tensor/nested.ts';
import { DTYPES, type DType, type TypedArray } from '../../core/tensor/storage.ts';
import { Tensor } from '../../core/tensor/tensor.ts';
import { fullOn } from './fill.ts';

/** Options of `tensor`. */
export interface TensorOptions {
  /** The shape; default `[length]` for a typed array, and the nesting of arrays otherwise. */
  readonly shape?: Shape;
  /** Default f32, or i32 for an Int32Array. */
  readonly dtype?: DType;
  /** Default: the device that `init()` selected. */
  readonly device?: Device;
}

const isTyped = (values: unknown): values is TypedArray | Uint8Array => ArrayBuffer.isView(values);

/**
 * Makes a tensor from a number, nested arrays or a typed array; the values are copied to the device.
 * @throws ShapeError if the arrays are ragged, or the number of elements does not match `shape`; ValueError if dtype is
 * i32 and a number is not a 32-bit integer; DeviceError before `init()`, or if the device cannot hold the tensor.
 */
export function tensor(values: NestedNumbers | TypedArray | Uint8Array, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, ['shape', 'dtype', 'device']);
  const { device = currentDevice(), dtype = values instanceof Int32Array ? 'i32' : 'f32' } = options;
  checkChoice('tensor', 'dtype', dtype, DTYPES);
  const flat = isTyped(values)
    ? { values: values instanceof Uint8Array ? new Float32Array(values) : values, shape: [values.length] }
    : flatten(values);
  const shape = options.shape ?? flat.shape;
  checkShape('tensor', shape);
  if (sizeOf(shape) !== flat.values.length) {
    throw new ShapeError({
      op: 'tensor',
      got: `${flat.values.length} numbers`,
      expected: `${sizeOf(shape)} for shape ${formatShape(shape)}`,
      fix: 'Correct the shape, or pass all elements.',
    });
  }
  return new Tensor(device, device.upload(toTyped(flat.values, dtype), dtype), shape, dtype);
}

/**
 * Options of tensors whose shape is an argument: `dtype`, default f32, and `device`, default the one that `init()`
 * selected.
 */
export type FilledOptions = Omit<TensorOptions, 'shape'>;
const FILLED = { dtype: checkedLater, device: checkedLater };

/**
 * A tensor with every element equal to `value`.
 * @throws ShapeError for an invalid shape; ValueError if `value` is not a number, or not a 32-bit integer for dtype
 * i32; DeviceError before `init()`, or if the device cannot hold the tensor.
 */
export function full(shape: Shape, value: number, options: FilledOptions = {}): Tensor {
  checkValues('full', options, FILLED);
  const { device = currentDevice(), dtype = 'f32' } = options;
  checkChoice('full', 'dtype', dtype, DTYPES);
  checkValue('full', 'value', value, [(given) => typeof given === 'number', 'a number']);
  return fullOn(device, shape, toTyped([value], dtype)[0], dtype);
}

/**
 * A tensor of zeros; `zeros(shape)` is `full(shape, 0)`.
 * @throws ShapeError for an invalid shape; DeviceError before `init()`, or if the device cannot hold it.
 */
export const zeros = (shape: Shape, options: FilledOptions = {}): Tensor => full(shape, 0, options);

/**
 * A tensor of ones; `ones(shape)` is `full(shape, 1)`.
 * @throws ShapeError for an invalid shape; DeviceError before `init()`, or if the device cannot hold it.
 */
export const ones = (shape: Shape, options: FilledOptions = {}): Tensor => full(shape, 1, options);

/**
 * The identity matrix `[n, n]`.
 * @throws ShapeError if `n` is not a whole number of 0 or more; DeviceError before `init()`, or if the device cannot
 * hold the tensor.
 */
export function eye(n: number, options: FilledOptions = {}): Tensor {
  const shape = [n, n];
  checkShape('eye', shape);
  checkRoom('eye: a tensor', shape, options.device ?? currentDevice());
  return tensor(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    { ...options, shape },
  );
}

/**
 * The numbers `start, start + step, ...` below `stop` (above it for a negative step), as in NumPy: shape
 * `[ceil((stop - start) / step)]`, default dtype f32.
 * @throws ValueError if `step` is 0 or not finite; DeviceError before `init()`, or if the device cannot hold the
 * tensor.
 */
export function arange(start: number, stop: number, step = 1, options: FilledOptions = {}): Tensor {
  checkValue('arange', 'step', step, [(value) => Number.isFinite(value) && value !== 0, 'a finite number, not 0']);
  const length = Math.max(0, Math.ceil((stop - start) / step));
  checkRoom('arange: a tensor', [length], options.device ?? currentDevice());
  return tensor(
    Float64Array.from({ length }, (_, i) => start + i * step),
    { ...options, shape: [length] },
  );
}

/**
 * Normal random numbers `mean + stddev z` from the device's seeded generator; f32.
 * @param distribution `mean`, default 0; `stddev`, default 1, 0 or more; the options of `full`.
 * @throws ShapeError for an invalid shape; ValueError for a wrong option; DeviceError before `init()`, or if the device
 * cannot hold the tensor.
 * @see Box and Muller (1958), "A note on the generation of random normal deviates".
 */
export function randomNormal(
  shape: Shape,
  distribution: FilledOptions & { readonly mean?: number; readonly stddev?: number } = {},
): Tensor {
  const checks = { mean: finite, stddev: notNegative, ...FILLED };
  const { mean = 0, stddev = 1, ...options } = checkValues('randomNormal', distribution, checks);
  checkShape('randomNormal', shape);
  const { device = currentDevice() } = options;
  checkRoom('randomNormal: a tensor', shape, device);
  return tensor(
    normal(sizeOf(shape), device.random).map((z) => mean + stddev * z),
    { ...options, shape },
  );
}

/**
 * Uniform random numbers between `low` and `high` from the device's seeded generator; f32.
 * @param distribution `low`, default 0; `high`, default 1, at least `low`; the options of `full`.
 * @throws ShapeError for an invalid shape; ValueError for a wrong option; DeviceError before `init()`, or if the device
 * cannot hold the tensor.
 */
export function randomUniform(
  shape: Shape,
  distribution: FilledOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor {
  const checks = { low: finite, high: finite, ...FILLED };
  const { low = 0, high = 1, ...options } = checkValues('randomUniform', distribution, checks);
  checkValue('randomUniform', 'high', high, [
    (value) => Number(value) >= low,
    `a number of at least ${low}, the value of low`,
  ]);
  checkShape('randomUniform', shape);
  const { device = currentDevice() } = options;
  checkRoom('randomUniform: a tensor', shape, device);
  return tensor(
    uniform(sizeOf(shape), device.random).map((u) => low + (high - low) * u),
    { ...options, shape },
  );
}
