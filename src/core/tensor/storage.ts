export const DTYPES = ['f32', 'i32'] as const;
/** The type of a tensor's elements: float32 or int32. The CPU backend computes f32 in float64. */
export type DType = (typeof DTYPES)[number];
/** Elements on the host: Float32Array or Int32Array, and Float64Array from the CPU backend. */
export type TypedArray = Float32Array | Float64Array | Int32Array;

/** Bytes per element, for every dtype. */
export const BYTES = 4;

/**
 * A device's memory behind one or more tensors. Aliases (a reshape, tensors saved by the tape) share it; the last to
 * release it frees the memory.
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

  /** Whether a tensor still uses the memory. */
  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** Takes over the memory of another storage that is not used elsewhere. The previous memory stays with its owner. */
  takeOver(other: Storage<Memory>): void {
    this.#memory = other.#memory;
    this.#free = other.#free;
  }
}
