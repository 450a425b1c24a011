import { show } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../core/shape.ts';
import { flatten, type NestedNumbers } from '../core/tensor/nested.ts';
import type { TypedArray } from '../core/tensor/storage.ts';
import { type HostArray, Tensor } from '../core/tensor/tensor.ts';

/** A flat list of numbers. */
type Numbers =
  | readonly number[]
  | TypedArray
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Uint32Array;

/** Numbers in the host's memory: nested arrays, a flat typed array, or `{ data, shape }`. */
export type HostNumbers = NestedNumbers | Numbers | { readonly data: Numbers; readonly shape: Shape };

/** Typed arrays that are used as they are. */
const KINDS = [Float32Array, Float64Array, Int32Array, Uint8Array];
/** Other typed arrays, and the types that hold their numbers exactly. */
const CONVERSIONS = [
  [Int8Array, Int32Array],
  [Int16Array, Int32Array],
  [Uint16Array, Int32Array],
  [Uint32Array, Float64Array],
  [Uint8ClampedArray, Uint8Array],
] as const;

const isNumbers = (data: unknown): data is HostArray['data'] => KINDS.some((kind) => data instanceof kind);

/** Data in one of these types; undefined for what holds no numbers. */
function numbersOf(data: unknown): HostArray['data'] | undefined {
  if (isNumbers(data)) return data;
  if (Array.isArray(data))
    return data.every((value) => typeof value === 'number') ? Float64Array.from(data) : undefined;
  const conversion = CONVERSIONS.find(([kind]) => data instanceof kind);
  return conversion?.[1].from(data as ArrayLike<number>);
}

const isShaped = (x: unknown): x is Partial<Record<keyof HostArray, unknown>> =>
  typeof x === 'object' && x !== null && ('data' in x || 'shape' in x) && !(x instanceof Tensor);

/**
 * Converts numbers of any supported form to `{ data, shape }`, without a copy where possible.
 * @param name what messages call them.
 * @throws ValueError for what holds no numbers; ShapeError for ragged arrays and data that do not fill their shape.
 */
export function hostArrayOf(op: string, name: string, x: unknown): HostArray {
  if (isShaped(x)) {
    const data = numbersOf(x.data);
    if (data === undefined || !Array.isArray(x.shape)) throw notNumbers(op, name, x);
    const array = { data, shape: x.shape };
    checkFilled(op, name, array);
    return array;
  }
  const flat = ArrayBuffer.isView(x) ? numbersOf(x) : undefined;
  if (flat !== undefined) return { data: flat, shape: [flat.length] };
  if (!Array.isArray(x)) throw notNumbers(op, name, x);
  if (x.some((each) => each instanceof Tensor || isShaped(each))) {
    throw new ValueError({
      op,
      got: `${name} a list of ${x.length} arrays`,
      expected: 'one array that holds all samples along its first axis',
      fix: 'Join them along the first axis, for example with concat(...). Only predict and call take one array per input.',
    });
  }
  const { values, shape } = flatten(x as NestedNumbers); // which checks them
  return { data: Float64Array.from(values), shape };
}

function notNumbers(op: string, name: string, x: unknown): ValueError {
  const data = isShaped(x) ? x.data : x;
  const got = ArrayBuffer.isView(data) ? `a ${data.constructor.name}` : show(data);
  return new ValueError({
    op,
    got: `${name} ${isShaped(x) ? `with data ${got} and shape ${show(x.shape)}` : got}`,
    expected: `nested arrays of numbers, or { data, shape } with data in a ${KINDS.map((kind) => kind.name).join(', ')} or plain array`,
    fix: /^a Big/.test(got)
      ? 'Convert them: Int32Array.from(data, Number).'
      : 'Of a tensor pass { data: await x.data(), shape: x.shape }.',
  });
}

/** Refuses data that do not fill their shape. @throws ShapeError */
export function checkFilled(op: string, name: string, { data, shape }: HostArray): void {
  checkShape(op, shape);
  if (data.length === sizeOf(shape)) return;
  throw new ShapeError({
    op,
    got: `${name} with ${data.length} numbers and the shape ${formatShape(shape)}`,
    expected: `${sizeOf(shape)} numbers, as many as the shape says`,
    fix: 'Correct data or shape.',
  });
}
