/** Bytes of a timestamp: nanoseconds in 64 bits. */
const STAMP = 8;

/** Begin and end of some commands, by the GPU's clock. */
export class Timestamps {
  readonly #querySet: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  constructor(gpu: GPUDevice) {
    const { COPY_DST, COPY_SRC, MAP_READ, QUERY_RESOLVE } = GPUBufferUsage;
    this.#querySet = gpu.createQuerySet({ type: 'timestamp', count: 2 });
    this.#resolved = gpu.createBuffer({ label: 'timestamps', size: 2 * STAMP, usage: QUERY_RESOLVE | COPY_SRC });
    this.#staging = gpu.createBuffer({ label: 'timestamps', size: 2 * STAMP, usage: COPY_DST | MAP_READ });
  }

  /** Takes timestamps in an empty pass before and after the work, which may span several passes. */
  around(encoder: GPUCommandEncoder, work: () => void): void {
    const stamp = (endOfPassWriteIndex: number): void =>
      encoder.beginComputePass({ timestampWrites: { querySet: this.#querySet, endOfPassWriteIndex } }).end();
    stamp(0);
    work();
    stamp(1);
    encoder.resolveQuerySet(this.#querySet, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 2 * STAMP);
  }

  /** Milliseconds between the two timestamps. */
  async read(): Promise<number> {
    await this.#staging.mapAsync(GPUMapMode.READ);
    const [begin, end] = new BigUint64Array(this.#staging.getMappedRange());
    for (const buffer of [this.#resolved, this.#staging]) buffer.destroy();
    this.#querySet.destroy();
    return Number(end - begin) / 1e6;
  }
}
