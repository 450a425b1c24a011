import {
  checkedLater,
  checkOptions,
  checkValue,
  checkValues,
  checkWord,
  finite,
  notNegative,
} from '../../core/checks.ts';
import { checkRoom, currentDevice, type Device } from '../../core/device.ts';
import { ShapeError } from '../../core/errors.ts';
import { normal, uniform } from '../../core/random.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../../core/shape.ts';
import { DTYPES, type DType, type TypedArray } from '../../core/storage.ts';
import { flatten, type NestedNumbers, Tensor, toTyped } from '../../core/tensor.ts';
import { fullOn } from './fill.ts';

export interface TensorOptions {
  /** Required for typed arrays that are not 1-D; nested arrays bring their own. */
  readonly shape?: Shape;
  /** Default: f32, or i32 for an Int32Array. */
  readonly dtype?: DType;
  /** Default: the device that `init()` found. */
  readonly device?: Device;
}

const isTyped = (values: unknown): values is TypedArray | Uint8Array => ArrayBuffer.isView(values);

/**
 * Makes a tensor from nested arrays, a number or a typed array (copied to the device).
 * @throws ShapeError if the arrays are ragged, or the numbers do not fill `shape`.
 * @throws ValueError if dtype is i32 and a number is not whole.
 */
export function tensor(values: NestedNumbers | TypedArray | Uint8Array, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, ['shape', 'dtype', 'device']);
  const { device = currentDevice(), dtype = values instanceof Int32Array ? 'i32' : 'f32' } = options;
  checkWord('tensor', 'dtype', dtype, DTYPES);
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

/** What a tensor may be told besides its shape. */
export type FilledOptions = Omit<TensorOptions, 'shape'>;
const FILLED = { dtype: checkedLater, device: checkedLater };

/** A tensor of the given shape with every element `value`. */
export function full(shape: Shape, value: number, options: FilledOptions = {}): Tensor {
  checkValues('full', options, FILLED);
  const { device = currentDevice(), dtype = 'f32' } = options;
  checkWord('full', 'dtype', dtype, DTYPES);
  checkValue('full', 'value', value, [(given) => typeof given === 'number', 'a number']);
  return fullOn(device, shape, toTyped([value], dtype)[0], dtype);
}

/** A tensor of zeros. */
export const zeros = (shape: Shape, options: FilledOptions = {}): Tensor => full(shape, 0, options);

/** A tensor of ones. */
export const ones = (shape: Shape, options: FilledOptions = {}): Tensor => full(shape, 1, options);

/** The identity matrix `[n, n]`. */
export function eye(n: number, options: FilledOptions = {}): Tensor {
  const shape = [n, n];
  checkShape('eye', shape);
  checkRoom('eye: a tensor', shape, options.device ?? currentDevice());
  return tensor(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    { ...options, shape },
  );
}

/** `start, start + step, ...` up to but without `stop`, as NumPy's arange; dtype f32. */
export function arange(start: number, stop: number, step = 1, options: FilledOptions = {}): Tensor {
  checkValue('arange', 'step', step, [(value) => Number.isFinite(value) && value !== 0, 'a finite number, not 0']);
  const length = Math.max(0, Math.ceil((stop - start) / step));
  checkRoom('arange: a tensor', [length], options.device ?? currentDevice());
  return tensor(
    Float64Array.from({ length }, (_, i) => start + i * step),
    { ...options, shape: [length] },
  );
}

/** Normal numbers with the given mean and standard deviation, from the device's seeded generator. */
export function randomNormal(
  shape: Shape,
  given: FilledOptions & { readonly mean?: number; readonly stddev?: number } = {},
): Tensor {
  const checks = { mean: finite, stddev: notNegative, ...FILLED };
  const { mean = 0, stddev = 1, ...options } = checkValues('randomNormal', given, checks);
  checkShape('randomNormal', shape);
  const { device = currentDevice() } = options;
  checkRoom('randomNormal: a tensor', shape, device);
  return tensor(
    normal(sizeOf(shape), device.random).map((z) => mean + stddev * z),
    { ...options, shape },
  );
}

/** Uniform numbers between `low` and `high`, from the device's seeded generator. */
export function randomUniform(
  shape: Shape,
  given: FilledOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor {
  const checks = { low: finite, high: finite, ...FILLED };
  const { low = 0, high = 1, ...options } = checkValues('randomUniform', given, checks);
  checkValue('randomUniform', 'high', high, [(value) => Number(value) >= low, `a number of at least low, ${low}`]);
  checkShape('randomUniform', shape);
  const { device = currentDevice() } = options;
  checkRoom('randomUniform: a tensor', shape, device);
  return tensor(
    uniform(sizeOf(shape), device.random).map((u) => low + (high - low) * u),
    { ...options, shape },
  );
}
