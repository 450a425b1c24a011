import type { BufferPool } from './pool.ts';

/** The most parameter blocks kept; they repeat from step to step. */
const MAX_BLOCKS = 4096;

/** Uniform buffers by content. */
export class ParamsCache {
  readonly #gpu: GPUDevice;
  readonly #pool: BufferPool;
  readonly #blocks = new Map<string, GPUBuffer>();

  constructor(gpu: GPUDevice, pool: BufferPool) {
    this.#gpu = gpu;
    this.#pool = pool;
  }

  get(words: Uint32Array<ArrayBuffer>): GPUBuffer {
    const key = words.join(' ');
    let buffer = this.#blocks.get(key);
    if (buffer === undefined) {
      if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear(); // commands keep references to the buffers they need
      const size = words.byteLength;
      buffer = this.#pool.allocate(`${size} bytes of parameters`, () =>
        this.#gpu.createBuffer({ label: 'params', size, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true }),
      );
      new Uint32Array(buffer.getMappedRange()).set(words);
      buffer.unmap();
      this.#blocks.set(key, buffer);
    }
    return buffer;
  }
}
