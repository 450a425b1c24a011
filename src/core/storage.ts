export const DTYPES = ['f32', 'i32'] as const;
export type DType = (typeof DTYPES)[number];
export type TypedArray = Float32Array | Float64Array | Int32Array;

/** Bytes of one element, whatever its dtype. */
export const BYTES = 4;

/**
 * A device's memory behind one or more tensors. Aliases (a reshape, what the tape saved) share it; the last one
 * to let go gives the memory back.
 */
export class Storage<Memory = unknown> {
  #memory: Memory;
  #users = 1;
  #free: () => void;

  constructor(memory: Memory, free: () => void) {
    this.#memory = memory;
    this.#free = free;
  }

  get memory(): Memory {
    return this.#memory;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#free();
  }

  /** Whether a tensor still uses it. */
  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** Takes over the memory of another storage that nobody else uses; its old memory stays with whoever gave it. */
  takeOver(other: Storage<Memory>): void {
    this.#memory = other.#memory;
    this.#free = other.#free;
  }
}
