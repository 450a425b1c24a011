import type { DeviceMemory } from '../device.ts';
import { DeviceError } from '../errors.ts';

/** A range of a GPU buffer. */
export interface GpuMemory {
  readonly buffer: GPUBuffer;
  /** In bytes; a multiple of 256. */
  readonly offset: number;
  /** In bytes; a multiple of 16, so that kernels may read vec4. */
  readonly size: number;
}

const GRAIN = 256;

/** The bytes that a tensor of `bytes` occupies. */
export const padded = (bytes: number): number => Math.max(GRAIN, Math.ceil(bytes / GRAIN) * GRAIN);

/** Freed buffers are kept up to this many bytes, or as many as are live, whichever is more. */
const KEEP_AT_LEAST = 256 * 2 ** 20;

/** Buffers by size: training repeats its sizes, so a freed buffer is the next step's buffer. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #limit: number;
  #live = { buffers: 0, bytes: 0 };
  #pooled = { buffers: 0, bytes: 0 };

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#limit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  }

  take(bytes: number): GpuMemory {
    const size = padded(bytes);
    if (size > this.#limit) {
      throw new DeviceError(
        'memory',
        `A tensor of ${size} bytes is more than this adapter's limit of ${this.#limit}. Split it, for example into smaller batches.`,
      );
    }
    let buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) {
      const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
      const usage = STORAGE | UNIFORM | COPY_SRC | COPY_DST;
      buffer = this.#device.createBuffer({ label: `tensor ${size}`, size, usage });
    } else {
      this.#pooled.buffers--;
      this.#pooled.bytes -= size;
    }
    this.#live.buffers++;
    this.#live.bytes += size;
    return { buffer, offset: 0, size };
  }

  /** Takes a buffer back; returns it if it should be destroyed instead of kept. */
  give({ buffer, size }: GpuMemory): GPUBuffer | undefined {
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

  memory(): DeviceMemory {
    return {
      buffers: this.#live.buffers,
      bytes: this.#live.bytes,
      pooledBuffers: this.#pooled.buffers,
      pooledBytes: this.#pooled.bytes,
    };
  }
}
