import { show } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../core/shape.ts';
import { flatten, type NestedNumbers } from '../core/tensor/nested.ts';
import type { TypedArray } from '../core/tensor/storage.ts';
import { type HostArray, Tensor } from '../core/tensor/tensor.ts';

type Numbers =
  | readonly number[]
  | TypedArray
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Uint32Array;

/** Numbers in host memory: nested arrays, a flat typed array, or `{ data, shape }` with row-major data. */
export type HostNumbers = NestedNumbers | Numbers | { readonly data: Numbers; readonly shape: Shape };

/** Typed arrays that are used without conversion. */
const KINDS = [Float32Array, Float64Array, Int32Array, Uint8Array];
/** Other typed arrays, and types that hold their numbers exactly. */
const CONVERSIONS = [
  [Int8Array, Int32Array],
  [Int16Array, Int32Array],
  [Uint16Array, Int32Array],
  [Uint32Array, Float64Array],
  [Uint8ClampedArray, Uint8Array],
] as const;

const isNumbers = (data: unknown): data is HostArray['data'] => KINDS.some((kind) => data instanceof kind);

/** The data in one of these types; undefined if they are not numbers. */
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
 * @param name their name in messages.
 * @throws ValueError if they are not numbers; ShapeError if arrays are ragged or data do not fill their shape.
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
      : 'For a tensor x, pass { data: await x.data(), shape: x.shape }.',
  });
}

/** Rejects data that do not fill their shape. @throws ShapeError */
export function checkFilled(op: string, name: string, { data, shape }: HostArray): void {
  checkShape(op, shape);
  if (data.length === sizeOf(shape)) return;
  throw new ShapeError({
    op,
    got: `${name} with ${data.length} numbers and the shape ${formatShape(shape)}`,
    expected: `${sizeOf(shape)} numbers, the product of the shape`,
    fix: 'Correct the data or the shape.',
  });
}
