import { type Device, type DeviceInfo, type DeviceMemory, DISPOSED } from '../../core/device.ts';
import { DeviceError } from '../../core/errors.ts';
import type { Generator } from '../../core/random/generator.ts';
import { type DType, Storage, type TypedArray } from '../../core/tensor/storage.ts';
import { Tensor } from '../../core/tensor/tensor.ts';
import type { NdArray } from './reference/ndarray.ts';

/** The functions of `src/backends/cpu/reference`. */
export type References = typeof import('./reference/index.ts');

type CpuMemory = Float64Array | Int32Array;

/** The largest tensor in float32 bytes; float64 takes twice that, close to the largest typed array in all engines. */
const MOST_BYTES = 2 ** 33;

/** The reference backend: float64 on the CPU, one plain loop per operation. For checking, not for speed. */
export class CpuDevice implements Device {
  readonly info: DeviceInfo = {
    backend: 'cpu',
    adapter: {
      vendor: 'dawngrad',
      architecture: 'float64',
      device: '',
      description: 'CPU reference, float64',
      software: true,
    },
    limits: { maxBufferSize: MOST_BYTES, maxStorageBufferBindingSize: MOST_BYTES },
    features: [],
  };
  random: Generator;
  /** The reference functions, by name. */
  readonly references: References;
  stepsPerSubmit = 1;
  readonly capture = undefined;
  readonly tuner = undefined;
  #live = { buffers: 0, bytes: 0 };
  #isDisposed = false;

  private constructor(random: Generator, references: References) {
    this.random = random;
    this.references = references;
  }

  /** Loads the reference functions on demand, so that a program that runs on a GPU does not load them. */
  static async open(random: Generator): Promise<CpuDevice> {
    return new CpuDevice(random, await import('./reference/index.ts'));
  }

  allocate(length: number, dtype: DType): Storage<CpuMemory> {
    return this.#store(dtype === 'f32' ? new Float64Array(length) : new Int32Array(length));
  }

  upload(data: TypedArray, dtype: DType): Storage<CpuMemory> {
    return this.#store(dtype === 'f32' ? Float64Array.from(data) : Int32Array.from(data));
  }

  write(storage: Storage, data: TypedArray, _dtype: DType, start = 0): void {
    memoryOf(storage).set(data, start);
  }

  copy(from: Storage, to: Storage, length: number, toStart = 0): void {
    memoryOf(to).set(memoryOf(from).subarray(0, length), toStart);
  }

  async read(storage: Storage, length: number): Promise<TypedArray> {
    this.#throwDisposed();
    return memoryOf(storage).slice(0, length);
  }

  readLater(storage: Storage, length: number): () => Promise<TypedArray> {
    this.#throwDisposed();
    const copy = memoryOf(storage).slice(0, length);
    return async () => copy;
  }

  arena(lengths: readonly number[]): { whole: Storage<CpuMemory>; length: number; parts: Storage<CpuMemory>[] } {
    const length = lengths.reduce((sum, length) => sum + length, 0);
    const whole = this.allocate(length, 'f32');
    let start = 0;
    const parts = lengths.map((partLength) => {
      whole.retain();
      const part = new Storage<CpuMemory>(whole.memory.subarray(start, start + partLength), () => whole.release());
      start += partLength;
      return part;
    });
    return { whole, length, parts };
  }

  async allocating<R>(work: () => R): Promise<R> {
    return work();
  }

  flush(): void {}

  async sync(): Promise<void> {
    this.#throwDisposed();
  }

  memory(): DeviceMemory {
    return { ...this.#live, pooledBuffers: 0, pooledBytes: 0 };
  }

  dispose(): void {
    this.#isDisposed = true;
  }

  /** A tensor's elements, in the form that reference functions read. */
  view(t: Tensor): NdArray {
    return { data: memoryOf(t.storage).subarray(0, t.size), shape: t.shape };
  }

  adopt(result: NdArray): Tensor {
    const dtype = result.data instanceof Int32Array ? 'i32' : 'f32';
    return new Tensor(this, this.#store(result.data), result.shape, dtype);
  }

  #throwDisposed(): void {
    if (this.#isDisposed) throw new DeviceError('unavailable', DISPOSED);
  }

  #store(memory: CpuMemory): Storage<CpuMemory> {
    this.#throwDisposed();
    this.#live.buffers++;
    this.#live.bytes += memory.byteLength;
    return new Storage(memory, () => this.#release(memory));
  }

  #release(memory: CpuMemory): void {
    this.#live.buffers--;
    this.#live.bytes -= memory.byteLength;
  }
}

/** Storages of this device hold typed arrays; the generic type is erased at the border of `Device`. */
const memoryOf = (storage: Storage): CpuMemory => storage.memory as CpuMemory;
