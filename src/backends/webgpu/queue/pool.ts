import { checkBytes, type DeviceInfo, type DeviceMemory } from '../../../core/device.ts';
import { DeviceError } from '../../../core/errors.ts';
import type { Failures } from './failures.ts';

/** A range of a GPU buffer. */
export interface GpuMemory {
  readonly buffer: GPUBuffer;
  /** In bytes; a multiple of 256. */
  readonly offset: number;
  /** In bytes; a multiple of 16, so that kernels can read vec4. */
  readonly size: number;
}

const GRAIN = 256;

/** The bytes that a tensor of `bytes` occupies. */
export const padded = (bytes: number): number => Math.max(GRAIN, Math.ceil(bytes / GRAIN) * GRAIN);

/** Freed buffers are kept up to this many bytes, or up to the live bytes if that is more. */
const KEEP_AT_LEAST = 256 * 2 ** 20;

/** Free buffers by size: training repeats its sizes, so the next step reuses them. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #info: DeviceInfo;
  readonly #onShortage: () => void;
  #live = { buffers: 0, bytes: 0 };
  #pooled = { buffers: 0, bytes: 0 };
  #drained = 0;

  /**
   * @param onShortage called when memory runs out; must destroy the buffers that `drain` returns.
   */
  constructor(device: GPUDevice, failures: Failures, info: DeviceInfo, onShortage: () => void) {
    this.#device = device;
    this.#failures = failures;
    this.#info = info;
    this.#onShortage = onShortage;
  }

  take(bytes: number): GpuMemory {
    this.#failures.throwLasting();
    const size = padded(bytes);
    checkBytes('A tensor', size, this.#info);
    const buffer = this.#pick(size) ?? this.#make(size);
    this.#live.buffers++;
    this.#live.bytes += buffer.size;
    return { buffer, offset: 0, size };
  }

  /** Takes a buffer back; returns it if it must be destroyed instead of kept. */
  give({ buffer }: GpuMemory): GPUBuffer | undefined {
    const { size } = buffer;
    this.#live.buffers--;
    this.#live.bytes -= size;
    if (this.#pooled.bytes + size > Math.max(KEEP_AT_LEAST, this.#live.bytes)) return buffer;
    const same = this.#free.get(size);
    if (same === undefined) this.#free.set(size, [buffer]);
    else same.push(buffer);
    this.#pooled.buffers++;
    this.#pooled.bytes += size;
    return undefined;
  }

  /** Total bytes released because memory ran out. */
  get drained(): number {
    return this.#drained;
  }

  /** Removes and returns all free buffers. */
  drain(): GPUBuffer[] {
    const buffers = [...this.#free.values()].flat();
    this.#drained += this.#pooled.bytes;
    this.#free.clear();
    this.#pooled = { buffers: 0, bytes: 0 };
    return buffers;
  }

  /** Runs an allocation; if memory runs out, frees the pool and runs it once more. */
  allocate<T>(what: string, make: () => T): T {
    const made = this.#failures.attempt(make);
    if (made !== undefined) return made;
    const kept = this.#pooled.bytes;
    this.#onShortage();
    const again = kept > 0 ? this.#failures.attempt(make) : undefined;
    if (again !== undefined) return again;
    const { buffers, bytes } = this.#live;
    const given = kept > 0 ? ` ${kept} pooled bytes are freed now, so a second try may succeed.` : '';
    throw new DeviceError(
      'memory',
      `The GPU has no memory for ${what}: ${bytes} bytes are in use, in ${buffers} buffers.${given} Free tensors with dispose() or scope(() => ...), or use smaller batches.`,
    );
  }

  memory(): DeviceMemory {
    return {
      buffers: this.#live.buffers,
      bytes: this.#live.bytes,
      pooledBuffers: this.#pooled.buffers,
      pooledBytes: this.#pooled.bytes,
    };
  }

  /** A free buffer of this size. */
  #pick(size: number): GPUBuffer | undefined {
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return undefined;
    this.#pooled.buffers--;
    this.#pooled.bytes -= size;
    return buffer;
  }

  #make(size: number): GPUBuffer {
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const usage = STORAGE | UNIFORM | COPY_SRC | COPY_DST;
    const make = (): GPUBuffer => this.#device.createBuffer({ label: `tensor ${size}`, size, usage });
    return this.#failures.attempt(make) ?? this.#pickLarger(size) ?? this.allocate(`a tensor of ${size} bytes`, make);
  }

  /** The smallest free buffer up to twice as large. Drivers reclaim destroyed buffers too late for the current call. */
  #pickLarger(size: number): GPUBuffer | undefined {
    const larger = [...this.#free].filter(
      ([bytes, buffers]) => bytes > size && bytes <= 2 * size && buffers.length > 0,
    );
    return larger.length > 0 ? this.#pick(Math.min(...larger.map(([bytes]) => bytes))) : undefined;
  }
}
