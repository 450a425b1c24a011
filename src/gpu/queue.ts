import { DeviceError } from '../errors.ts';
import { sleepThrough } from '../sleep.ts';
import type { TypedArray } from '../storage.ts';
import { type Command, encode } from './commands.ts';
import type { PipelineCache } from './pipelines.ts';
import type { GpuMemory } from './pool.ts';
import { StagedWrites } from './staged.ts';
import { Timestamps } from './timestamps.ts';

/** Commands are handed to the GPU in lists of at most this many, so that it starts before a long list is complete. */
const MAX_PENDING = 64;

/** Commands in the order in which they were asked for, handed to the GPU in lists, and what comes back from it. */
export class CommandQueue {
  /** Steps that wait for each other before they are handed over. */
  stepsPerSubmit = 1;
  readonly #gpu: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #staged: StagedWrites;
  #pending: Command[] = [];
  #pendingSteps = 0;
  #failure: DeviceError | undefined;

  constructor(gpu: GPUDevice, pipelines: PipelineCache) {
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    this.#staged = new StagedWrites(gpu);
    gpu.addEventListener('uncapturederror', ({ error }) => {
      this.fail(new DeviceError(error instanceof GPUOutOfMemoryError ? 'memory' : 'validation', error.message));
    });
    void gpu.lost.then(({ reason, message }) => {
      const advice = 'Call init() again and go on from the last checkpoint.';
      this.fail(new DeviceError('lost', `The GPU device was lost (${reason}): ${message} ${advice}`));
    });
  }

  /** Makes whatever is asked for from now on fail, with the first reason given. */
  fail(reason: DeviceError): void {
    this.#failure ??= reason;
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  push(command: Command): void {
    this.#pending.push(command);
    if (this.#pendingSteps === 0 && this.#pending.length >= MAX_PENDING) this.flush();
  }

  /** Adds the commands of a whole step. */
  pushStep(commands: readonly Command[]): void {
    this.#pending.push(...commands);
    if (++this.#pendingSteps >= this.stepsPerSubmit) this.flush();
  }

  /** Adds a write of bytes from JavaScript, `start` bytes into some memory. */
  write({ buffer, offset }: GpuMemory, start: number, bytes: TypedArray): void {
    const toOffset = offset + start;
    if (this.#staged.fits(bytes.byteLength)) {
      const { buffer: from, offset: fromOffset } = this.#staged.add(bytes);
      this.push({ kind: 'copy', from, fromOffset, to: buffer, toOffset, bytes: bytes.byteLength });
      if (!this.#staged.hasRoom) this.flush();
      return;
    }
    this.flush(); // a write runs before commands that are submitted after it, so what was asked earlier goes first
    this.#gpu.queue.writeBuffer(buffer, toOffset, bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Adds a copy of what is in some memory at this point; what it returns waits for the bytes. */
  read({ buffer, offset }: GpuMemory, bytes: number): () => Promise<ArrayBuffer> {
    const size = Math.max(bytes, 4); // no buffer is mapped that has none
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const staging = this.#gpu.createBuffer({ label: 'readback', size, usage: MAP_READ | COPY_DST });
    if (bytes > 0) this.push({ kind: 'copy', from: buffer, fromOffset: offset, to: staging, toOffset: 0, bytes });
    return async () => {
      this.flush();
      try {
        await staging.mapAsync(GPUMapMode.READ);
      } catch (error) {
        await this.#check();
        throw new DeviceError('lost', `Reading a tensor failed: ${String(error)}`);
      }
      await this.#check();
      const copied = staging.getMappedRange(0, size).slice(0, bytes);
      staging.destroy();
      return copied;
    };
  }

  /** Hands the pending commands to the GPU. */
  flush(): void {
    if (this.#pending.length > 0) this.#submit((_encoder, encodeAll) => encodeAll());
  }

  /** Waits until the GPU has done everything. */
  async sync(): Promise<void> {
    this.flush();
    await this.#gpu.queue.onSubmittedWorkDone();
    await this.#check();
  }

  /** Milliseconds that the GPU takes for what `work` adds, in one list: by its own clock where it has one. */
  async time(work: () => void, expected: number): Promise<number> {
    await this.sync();
    const { stepsPerSubmit } = this;
    this.stepsPerSubmit = Number.POSITIVE_INFINITY;
    this.#pendingSteps = 1; // what belongs to a step is not cut up
    work();
    this.stepsPerSubmit = stepsPerSubmit;
    const stamps = this.#gpu.features.has('timestamp-query') ? new Timestamps(this.#gpu) : undefined;
    this.#submit((encoder, encodeAll) => (stamps === undefined ? encodeAll() : stamps.around(encoder, encodeAll)));
    const start = performance.now();
    await sleepThrough(expected);
    if (stamps !== undefined) return stamps.read();
    await this.sync();
    return performance.now() - start;
  }

  #submit(write: (encoder: GPUCommandEncoder, encodeAll: () => void) => void): void {
    this.#staged.write();
    const encoder = this.#gpu.createCommandEncoder();
    write(encoder, () => encode(encoder, this.#pending));
    this.#pending = [];
    this.#pendingSteps = 0;
    this.#gpu.queue.submit([encoder.finish()]);
  }

  async #check(): Promise<void> {
    await this.#pipelines.check();
    this.throwFailure();
  }
}
