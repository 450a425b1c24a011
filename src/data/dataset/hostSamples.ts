import { CpuDevice } from '../../backends/cpu/device.ts';
import type { Device } from '../../core/device.ts';
import { type Shape, sizeOf } from '../../core/shape.ts';
import { BYTES, type DType, type TypedArray } from '../../core/tensor/storage.ts';
import { emptyOn, type HostArray, keep } from '../../core/tensor/tensor.ts';
import { tensor } from '../../ops/create/create.ts';
import type { Resident } from '../../ops/data/batch.ts';
import { checkFinite } from '../finite.ts';
import { checkFilled } from '../hostArray.ts';

interface Options {
  /** The caller, and the name of the data, in messages. */
  readonly op: string;
  readonly name: string;
  readonly dtype: DType;
}

/** Samples or labels in host memory, which can be uploaded all at once or in parts. */
export class HostSamples {
  readonly count: number;
  readonly shape: Shape;
  /** The caller, for messages. */
  readonly op: string;
  readonly #device: Device;
  readonly #data: HostArray['data'];
  readonly #dtype: DType;
  /** Whether they are stored as bytes on the GPU; batches convert them to floats. */
  readonly #bytes: boolean;

  /** @throws ShapeError if the data do not fill their shape; ValueError if a number is not finite. */
  constructor(device: Device, array: HostArray, { op, name, dtype }: Options) {
    checkFilled(op, name, array);
    checkFinite(name, array);
    this.op = op;
    this.#device = device;
    this.#data = array.data;
    this.#dtype = dtype;
    this.#bytes = array.data instanceof Uint8Array && dtype === 'f32' && !(device instanceof CpuDevice);
    [this.count, ...this.shape] = array.shape;
  }

  /** Device memory of one sample, in bytes. */
  get bytesEach(): number {
    return sizeOf(this.shape) * (this.#bytes ? 1 : BYTES);
  }

  /** Device memory of all samples, in bytes. */
  get bytes(): number {
    return this.count * this.bytesEach;
  }

  /** Uploads all samples. @throws ValueError if a class index is not a whole number. */
  upload(): Resident {
    const data = this.#data;
    if (this.#bytes) {
      const resident = this.reserve(this.count);
      this.#device.write(resident.memory.storage, wordsOf(data), 'i32');
      return resident;
    }
    const values = this.#dtype === 'i32' && data instanceof Uint8Array ? Int32Array.from(data) : data;
    const memory = tensor(values, { shape: [this.count, ...this.shape], dtype: this.#dtype, device: this.#device });
    return { memory: keep(memory), shape: this.shape, bytes: false };
  }

  /** Allocates device memory for `count` samples. */
  reserve(count: number): Resident {
    const dtype = this.#bytes ? 'i32' : this.#dtype;
    const length = Math.ceil((count * this.bytesEach) / BYTES);
    const memory = emptyOn(this.#device, [length], dtype);
    return { memory: keep(memory), shape: this.shape, bytes: this.#bytes };
  }

  /** Writes the samples at `positions` to reserved memory, from sample `start` on; `start` is a multiple of 4. */
  write(to: Resident, start: number, positions: readonly number[]): void {
    const length = sizeOf(this.shape);
    const gathered = this.#arrayOf(positions.length * length);
    for (const [i, position] of positions.entries()) {
      gathered.set(this.#data.subarray(position * length, (position + 1) * length), i * length);
    }
    const { storage, dtype } = to.memory;
    const words = gathered instanceof Uint8Array ? wordsOf(gathered) : gathered;
    this.#device.write(storage, words, dtype, (start * this.bytesEach) / BYTES);
  }

  #arrayOf(length: number): Uint8Array | TypedArray {
    if (this.#bytes) return new Uint8Array(length);
    if (this.#dtype === 'i32') return new Int32Array(length);
    return this.#device instanceof CpuDevice ? new Float64Array(length) : new Float32Array(length);
  }
}

function wordsOf(bytes: ArrayLike<number>): Int32Array {
  const words = new Int32Array(Math.ceil(bytes.length / BYTES));
  new Uint8Array(words.buffer).set(bytes);
  return words;
}
