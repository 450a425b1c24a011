import { checkValue, show } from './checks.ts';
import type { Device } from './device.ts';
import { DisposedError, DTypeError, ShapeError, ValueError } from './errors.ts';
import { currentScope, runInnerScope, runInScope, Scope } from './scope.ts';
import { checkShape, formatShape, MAX_RANK, type Shape, sameShape, sizeOf } from './shape.ts';
import type { DType, Storage, TypedArray } from './storage.ts';

declare global {
  interface SymbolConstructor {
    /** For those whose TypeScript libraries do not have it yet; the same declaration as theirs. */
    readonly dispose: unique symbol;
  }
}

/** The method that `console.log` calls in Node, Deno and Bun. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Numbers in nested arrays, as deep as the rank; a scalar is a plain number. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** What `array()` returns. The rank is not known to TypeScript: at every depth it may be used as a number or as a list. */
export type NestedArray = number & NestedArray[];

/** Numbers in the host's memory, row-major, as files and data sets hold them. */
export interface HostArray {
  readonly data: TypedArray | Uint8Array;
  readonly shape: Shape;
}

/**
 * An n-dimensional array on a device, contiguous and row-major. Operations are functions (`relu(x)`), not methods.
 * Its memory is freed by `dispose()`, `using`, or the {@link scope} it was made in.
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly device: Device;
  #assignments = 0;
  #storage: Storage | undefined;
  /** The one whose end frees it. */
  #scope: Scope | undefined;

  /** Takes over one use of `storage`. Users call `tensor()`. */
  constructor(device: Device, storage: Storage, shape: Shape, dtype: DType) {
    this.device = device;
    this.#storage = storage;
    this.shape = shape;
    this.dtype = dtype;
    this.enter(currentScope());
  }

  /** Internal: moves it to another scope, or out of all. */
  enter(scope: Scope | undefined): void {
    this.#scope?.made.delete(this);
    this.#scope = scope;
    scope?.made.add(this);
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get ndim(): number {
    return this.shape.length;
  }

  get isDisposed(): boolean {
    return this.#storage === undefined;
  }

  /** The memory behind the tensor. @throws DisposedError when it was freed. */
  get storage(): Storage {
    if (this.#storage === undefined) {
      throw new DisposedError({
        op: 'tensor',
        got: `a disposed tensor of shape ${formatShape(this.shape)}`,
        expected: 'one that is still alive',
        fix: 'Use it before dispose(), or return it from scope(() => ...) to keep it.',
      });
    }
    return this.#storage;
  }

  /** The elements, row-major: a copy. Float32Array or Int32Array; a Float64Array on the CPU backend, which computes in float64. */
  async data(): Promise<TypedArray> {
    return this.device.read(this.storage, this.size, this.dtype);
  }

  /** The elements as nested arrays, `(await t.array())[0][0]`; of a scalar, a number. */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape) as NestedArray;
  }

  /** The one number of a tensor of size 1. @throws ShapeError for any other size. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError({
        op: 'item',
        got: `a tensor of shape ${formatShape(this.shape)}`,
        expected: 'a tensor of size 1',
        fix: 'Reduce it first, or read it with data().',
      });
    }
    return (await this.data())[0];
  }

  /** Overwrites the elements in place; the tape does not see it. */
  assign(values: TypedArray | Uint8Array | readonly number[]): void {
    if (values.length !== this.size) {
      throw new ShapeError({
        op: 'assign',
        got: `${values.length} numbers`,
        expected: `${this.size} for shape ${formatShape(this.shape)}`,
        fix: 'Pass the elements of the whole tensor, row-major.',
      });
    }
    this.device.write(this.storage, toTyped(values, this.dtype), this.dtype);
    this.#assignments++;
  }

  /** How often `assign` has overwritten it. */
  get assignments(): number {
    return this.#assignments;
  }

  /** Another tensor on the same memory, with its own lifetime. */
  alias(shape: Shape = this.shape): Tensor {
    return new Tensor(this.device, this.storage.retain(), shape, this.dtype);
  }

  /** Moves the tensor to other memory of the same contents, as an optimizer does that gathers parameters. */
  protected rehouse(storage: Storage): void {
    this.storage.release();
    this.#storage = storage;
  }

  /** Frees the memory; a second call does nothing. */
  dispose(): void {
    this.#storage?.release();
    this.#storage = undefined;
    this.enter(undefined);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  [INSPECT](): string {
    return this.describe('Tensor');
  }

  /** Shape and dtype after what the tensor is called; numbers are with the device, so only how to read them. */
  protected describe(title: string): string {
    const state = this.isDisposed ? 'disposed' : 'read it with await t.array() or t.data()';
    return `${title} ${formatShape(this.shape)} ${this.dtype} (${state})`;
  }
}

/** A penalty on a weight, a scalar that training adds to the loss. */
export interface Regularizer {
  (w: Tensor): Tensor;
  /** Of a penalty `l1 sum(|w|) + l2 sum(w^2)`: its gradient then comes with the optimizer's own pass. */
  readonly strengths?: { readonly l1: number; readonly l2: number };
}

/** Takes a weight to the nearest one that is allowed, after every step. */
export type Constraint = (w: Tensor) => Tensor;

export interface ParameterOptions {
  /** For messages and files. */
  readonly name?: string;
  /** Default true. */
  readonly trainable?: boolean;
  readonly regularizer?: Regularizer | undefined;
  readonly constraint?: Constraint | undefined;
}

/** A leaf whose gradient is wanted: it outlives scopes, has a name, and optimizers update it in place. */
export class Parameter extends Tensor {
  readonly name: string;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
  /** Whether `fit` and optimizers change it. Running statistics are parameters that they do not. */
  trainable: boolean;

  constructor(source: Tensor, { name = 'parameter', trainable = true, regularizer, constraint }: ParameterOptions) {
    super(source.device, source.storage.retain(), source.shape, source.dtype);
    this.name = name;
    this.trainable = trainable;
    this.regularizer = regularizer;
    this.constraint = constraint;
    this.enter(undefined);
  }

  override [INSPECT](): string {
    return this.describe(`Parameter '${this.name}'`);
  }

  /** Internal: optimizers gather their parameters in one allocation. */
  moveTo(storage: Storage): void {
    this.rehouse(storage);
  }
}

/** Makes a parameter from a tensor and takes the tensor over: use the parameter from then on. */
export function parameter(source: Tensor, options: ParameterOptions = {}): Parameter {
  checkValue('parameter', 'the source', source, [
    (given) => given instanceof Tensor,
    'a tensor: tensor(...) makes one',
  ]);
  const made = new Parameter(source, options);
  source.dispose();
  return made;
}

/** Takes a tensor out of its scope, so that only `dispose()` frees it. */
export function keep<T extends Tensor>(kept: T): T {
  kept.enter(undefined);
  return kept;
}

/**
 * Runs `body` and frees every tensor made inside, except those it returns (alone, in arrays or in plain objects)
 * and parameters. An async `body` is awaited first: in Node what it makes after an await belongs to its scope, and what other
 * code makes meanwhile does not; a page can't tell them apart, and counts that as made inside.
 */
export function scope<R>(body: () => R): R {
  const made = new Scope(currentScope());
  let result: R;
  try {
    result = runInScope(made, body);
  } catch (error) {
    leave(made);
    throw error;
  }
  if (result instanceof Promise) {
    const settled = result.then(
      (value: unknown) => {
        leave(made, value);
        return value;
      },
      (error: unknown) => {
        leave(made);
        throw error;
      },
    );
    return settled as R; // the same promise type: only the freeing was added
  }
  leave(made, result);
  return result;
}

/** The same for a synchronous `body` of the engine's own: cheaper. */
export function innerScope<R>(body: () => R): R {
  const made = new Scope(currentScope());
  let result: R | undefined;
  try {
    result = runInnerScope(made, body);
    return result;
  } finally {
    leave(made, result);
  }
}

/** Ends a scope: what is returned belongs to the one around it, all else is freed. */
function leave(ended: Scope, result?: unknown): void {
  ended.isOpen = false;
  let { outer } = ended;
  while (outer !== undefined && !outer.isOpen) outer = outer.outer;
  const seen = new Set<unknown>(); // it may hold itself
  const hand = (part: unknown): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (part instanceof Tensor) {
      if (ended.made.has(part)) part.enter(outer);
    } else if (Array.isArray(part)) part.forEach(hand);
    else if (isPlainObject(part)) Object.values(part).forEach(hand);
  };
  try {
    hand(result);
  } finally {
    for (const t of ended.made) t.dispose();
  }
}

/** A tensor whose elements are still to be written. */
export const emptyOn = (device: Device, shape: Shape, dtype: DType = 'f32'): Tensor =>
  new Tensor(device, device.allocate(sizeOf(shape), dtype), shape, dtype);

/** The same arrays and plain objects with each tensor in them replaced; what else they hold stays. */
export function mapTensors<Value>(value: Value, replace: (t: Tensor) => Tensor): Value {
  const map = (part: unknown): unknown => {
    if (part instanceof Tensor) return replace(part);
    if (Array.isArray(part)) return part.map(map);
    if (!isPlainObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, map(item)]));
  };
  return map(value) as Value; // of the same form
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Converts numbers to the array type that a dtype is written from. */
export function toTyped(values: TypedArray | Uint8Array | readonly number[], dtype: DType): TypedArray {
  if (dtype === 'i32') return values instanceof Int32Array ? values : checkedIntegers(values);
  return values instanceof Float32Array || values instanceof Float64Array ? values : Float32Array.from(values);
}

function checkedIntegers(values: TypedArray | Uint8Array | readonly number[]): Int32Array {
  const integers = Int32Array.from(values);
  const wrong = integers.findIndex((integer, i) => integer !== values[i]);
  if (wrong >= 0) {
    throw new ValueError({
      op: 'tensor',
      got: `${values[wrong]} at element ${wrong} for dtype i32`,
      expected: 'whole numbers of 32 bits',
      fix: "Round first, or use dtype 'f32'.",
    });
  }
  return integers;
}

const isList = (level: NestedNumbers): level is Exclude<NestedNumbers, number> =>
  Array.isArray(level) || (ArrayBuffer.isView(level) && 'length' in level);

/** Flattens nested numbers and finds their shape. @throws ShapeError when they are ragged. */
export function flatten(nested: NestedNumbers): { values: number[]; shape: Shape } {
  const shape: number[] = [];
  for (let level: NestedNumbers = nested; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0 || shape.length > MAX_RANK) break; // an array may contain itself
  }
  checkShape('tensor', shape);
  const values: number[] = [];
  const walk = (level: NestedNumbers, axis: number): void => {
    if (typeof level === 'number' && axis === shape.length) values.push(level);
    else if (isList(level) && level.length === shape[axis]) for (const item of level) walk(item, axis + 1);
    else {
      const isNumber = isList(level) || typeof level === 'number';
      throw new ShapeError({
        op: 'tensor',
        got: `${isList(level) ? `${level.length} items` : show(level)} at depth ${axis}`,
        expected: `nested arrays of shape ${formatShape(shape)}, as the first items have it, holding numbers`,
        fix: isNumber ? 'Make all rows of the same length.' : 'Convert what is no number, with Number() for example.',
      });
    }
  };
  walk(nested, 0);
  return { values, shape };
}

function nest(data: TypedArray, shape: Shape): NestedNumbers {
  const build = (axis: number, start: number, count: number): NestedNumbers => {
    if (axis === shape.length) return data[start];
    const each = shape[axis] === 0 ? 0 : count / shape[axis];
    return Array.from({ length: shape[axis] }, (_, i) => build(axis + 1, start + i * each, each));
  };
  return build(0, 0, data.length);
}

/** Refuses a dtype that an operation does not compute in. */
export function checkDType(op: string, name: string, given: Tensor, allowed: readonly DType[]): void {
  if (allowed.includes(given.dtype)) return;
  throw new DTypeError({
    op,
    got: `${name} of dtype ${given.dtype}`,
    expected: allowed.join(' or '),
    fix: `Convert it with cast(${name}, '${allowed[0]}').`,
  });
}

/**
 * What a user's function returned, which has to be a tensor of that dtype and shape.
 * @param name that of the function. @throws ValueError, DTypeError, ShapeError that say what it returned.
 */
export function checkReturned(
  name: string,
  value: unknown,
  { dtype = 'f32', shape }: { readonly dtype?: DType | undefined; readonly shape?: Shape } = {},
): Tensor {
  const op = name || 'a function without a name';
  if (!(value instanceof Tensor)) {
    const isLate = value instanceof Promise;
    if (isLate) value.catch(() => {}); // what comes of it does not matter any more
    throw new ValueError({
      op,
      got: `${isLate ? 'a promise' : show(value)} in return`,
      expected: 'a tensor',
      fix: isLate
        ? 'A step waits for nothing: leave async and await out.'
        : 'Return what operations make: mean(...), say.',
    });
  }
  if (value.dtype !== dtype) {
    throw new DTypeError({
      op,
      got: `a tensor of dtype ${value.dtype} in return`,
      expected: dtype,
      fix: `Convert it with cast(..., '${dtype}').`,
    });
  }
  if (shape !== undefined && !sameShape(value.shape, shape)) {
    throw new ShapeError({
      op,
      got: `a tensor of shape ${formatShape(value.shape)} in return`,
      expected: formatShape(shape),
      fix: 'Correct what it computes.',
    });
  }
  return value;
}

/** Refuses a tensor whose shape is not the expected one. */
export function checkSameShape(op: string, name: string, given: Tensor, expected: Shape): void {
  if (sameShape(given.shape, expected)) return;
  throw new ShapeError({
    op,
    got: `${name} of shape ${formatShape(given.shape)}`,
    expected: formatShape(expected),
    fix: 'Reshape it, or check how it was made.',
  });
}
