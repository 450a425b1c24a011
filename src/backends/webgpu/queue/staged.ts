/** The most bytes that can be staged. */
const CAPACITY = 64 * 1024;
/** A larger write is sent on its own. */
const LARGEST = 1024;

/**
 * Small writes that keep their place among the commands. They are collected here, sent to the GPU in one piece before
 * the commands are submitted, and copied from there in command order. So a step's scalars need no submit of their own.
 */
export class StagedWrites {
  readonly #gpu: GPUDevice;
  readonly #buffer: GPUBuffer;
  readonly #bytes = new Uint8Array(CAPACITY);
  #used = 0;

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#buffer = gpu.createBuffer({ label: 'staged writes', size: CAPACITY, usage: COPY_SRC | COPY_DST });
  }

  fits(bytes: number): boolean {
    return bytes > 0 && bytes <= LARGEST;
  }

  /** Whether another write fits. */
  get hasRoom(): boolean {
    return this.#used + LARGEST <= CAPACITY;
  }

  /** Stages the bytes of a write; they are in this buffer when the commands run. */
  add({ buffer, byteOffset, byteLength }: ArrayBufferView): { buffer: GPUBuffer; offset: number } {
    const offset = this.#used;
    this.#bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    this.#used += byteLength;
    return { buffer: this.#buffer, offset };
  }

  /** Sends the staged bytes, ahead of the submit of the commands that copy them. */
  write(): void {
    if (this.#used === 0) return;
    this.#gpu.queue.writeBuffer(this.#buffer, 0, this.#bytes, 0, this.#used);
    this.#used = 0;
  }
}
