import type { Device } from '../device.ts';
import { DisposedError, ShapeError } from '../errors.ts';
import { formatShape, type Shape, sizeOf } from '../shape.ts';
import { type NestedArray, nest, toTyped } from './nested.ts';
import { currentScope, type Scope } from './scope.ts';
import type { DType, Storage, TypedArray } from './storage.ts';

declare global {
  interface SymbolConstructor {
    /** For TypeScript libraries that lack it; identical to their declaration. */
    readonly dispose: unique symbol;
  }
}

/** The method that `console.log` calls in Node, Deno and Bun. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Numbers in host memory, row-major, as in files and data sets. */
export interface HostArray {
  readonly data: TypedArray | Uint8Array;
  readonly shape: Shape;
}

/** Moves a tensor to another scope, or out of all scopes. */
export let setScope: (t: Tensor, scope: Scope | undefined) => void;
/** Moves a tensor to other memory with the same contents. */
export let setStorage: (t: Tensor, storage: Storage) => void;

/**
 * An n-dimensional array on a device, contiguous and row-major. Operations are functions (`relu(x)`), not methods.
 * `dispose()`, `using`, or the {@link scope} in which it was made frees its memory.
 */
export class Tensor {
  static {
    setScope = (t, scope) => {
      t.#scope?.made.delete(t);
      t.#scope = scope;
      scope?.made.add(t);
    };
    setStorage = (t, storage) => {
      t.storage.release();
      t.#storage = storage;
    };
  }

  readonly shape: Shape;
  readonly dtype: DType;
  readonly device: Device;
  #assignments = 0;
  #storage: Storage | undefined;
  #scope: Scope | undefined;

  /** Takes over one use of `storage`. Users call `tensor()`. */
  constructor(device: Device, storage: Storage, shape: Shape, dtype: DType) {
    this.device = device;
    this.#storage = storage;
    this.shape = shape;
    this.dtype = dtype;
    setScope(this, currentScope());
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The rank: the number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Whether its memory was freed. */
  get isDisposed(): boolean {
    return this.#storage === undefined;
  }

  /** The memory behind the tensor. @throws DisposedError if it was freed. */
  get storage(): Storage {
    if (this.#storage === undefined) {
      throw new DisposedError({
        op: 'tensor',
        got: `a disposed tensor of shape ${formatShape(this.shape)}`,
        expected: 'a live tensor',
        fix: 'Use it before dispose(), or return it from scope(() => ...) to keep it.',
      });
    }
    return this.#storage;
  }

  /**
   * A copy of the elements, row-major: a Float32Array or Int32Array, or on the CPU backend, which computes in float64,
   * a Float64Array.
   */
  async data(): Promise<TypedArray> {
    return this.device.read(this.storage, this.size, this.dtype);
  }

  /** The elements as nested arrays, `(await t.array())[0][0]`; for a scalar, a number. */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape) as NestedArray;
  }

  /** The only element of a tensor of size 1. @throws ShapeError for any other size. */
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

  /**
   * Overwrites the elements in place; the tape does not record it.
   * @throws ShapeError if the number of elements differs; ValueError for a number that dtype i32 cannot hold.
   */
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

  /** How often `assign` has overwritten the elements. */
  get assignments(): number {
    return this.#assignments;
  }

  /** Another tensor that shares the memory and has its own lifetime. */
  alias(shape: Shape = this.shape): Tensor {
    return new Tensor(this.device, this.storage.retain(), shape, this.dtype);
  }

  /** Frees the tensor; a second call does nothing. Shared memory is freed with its last tensor. */
  dispose(): void {
    this.#storage?.release();
    this.#storage = undefined;
    setScope(this, undefined);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  [INSPECT](): string {
    return this.describe('Tensor');
  }

  /** The title, shape and dtype, and how to read the elements, which are on the device. */
  protected describe(title: string): string {
    const state = this.isDisposed ? 'disposed' : 'read it with await t.array() or t.data()';
    return `${title} ${formatShape(this.shape)} ${this.dtype} (${state})`;
  }
}

/** Removes a tensor from its scope, so that only `dispose()` frees it. */
export function keep<T extends Tensor>(kept: T): T {
  setScope(kept, undefined);
  return kept;
}

/** A tensor with undefined contents, to be written. */
export const emptyOn = (device: Device, shape: Shape, dtype: DType = 'f32'): Tensor =>
  new Tensor(device, device.allocate(sizeOf(shape), dtype), shape, dtype);
