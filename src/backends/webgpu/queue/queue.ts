import { DeviceError } from '../../../core/errors.ts';
import type { TypedArray } from '../../../core/tensor/storage.ts';
import { type Command, encode } from './commands.ts';
import type { Debug } from './debug.ts';
import type { Failures } from './failures.ts';
import type { BufferPool, GpuMemory } from './pool.ts';
import { StagedWrites } from './staged.ts';
import { Timestamps } from './timestamps.ts';

/** The most commands per submit, so that the GPU starts before a long list is complete. */
const MAX_PENDING = 64;

/** Work whose time is measured. */
interface Timing {
  /** How often the submitted commands run. */
  readonly runs: number;
  /** Begin and end of each submit, by the GPU's clock. */
  readonly stamps: Timestamps[];
  /** Time of the first submit, by the host's clock. */
  since?: number;
}

/** Queues commands in the order of calls, submits them in lists, and reads results back. */
export class CommandQueue {
  /** The number of steps submitted together. */
  stepsPerSubmit = 1;
  readonly #gpu: GPUDevice;
  readonly #failures: Failures;
  readonly #pool: BufferPool;
  readonly #staged: StagedWrites;
  readonly #debug: Debug | undefined;
  #pending: Command[] = [];
  #pendingSteps = 0;
  /** Buffers to destroy once the pending commands, which may still use them, are submitted. */
  #retired: GPUBuffer[] = [];
  #timing: Timing | undefined;
  #changes = 0;

  constructor(gpu: GPUDevice, failures: Failures, pool: BufferPool, debug?: Debug) {
    this.#gpu = gpu;
    this.#failures = failures;
    this.#pool = pool;
    this.#staged = new StagedWrites(gpu);
    this.#debug = debug;
  }

  /** Counts operations that may have changed memory. */
  get changes(): number {
    return this.#changes;
  }

  push(command: Command): void {
    this.#changes++;
    this.#add(command);
  }

  #add(command: Command): void {
    this.#pending.push(command);
    if (this.#pendingSteps === 0 && this.#pending.length >= MAX_PENDING) this.flush();
  }

  pushStep(commands: readonly Command[]): void {
    this.#changes++;
    for (const command of commands) this.#pending.push(command);
    if (++this.#pendingSteps >= this.stepsPerSubmit) this.flush();
  }

  /** Queues a write of bytes from JavaScript, `start` bytes into some memory. */
  write({ buffer, offset }: GpuMemory, start: number, bytes: TypedArray): void {
    const toOffset = offset + start;
    if (this.#staged.fits(bytes.byteLength)) {
      const { buffer: from, offset: fromOffset } = this.#staged.add(bytes);
      this.push({ kind: 'copy', from, fromOffset, to: buffer, toOffset, bytes: bytes.byteLength });
      if (!this.#staged.hasRoom) this.flush();
      return;
    }
    this.#changes++;
    this.flush(); // writeBuffer overtakes pending commands, so these are submitted first
    this.#pool.allocate(`writing ${bytes.byteLength} bytes`, () => {
      this.#gpu.queue.writeBuffer(buffer, toOffset, bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return true;
    });
  }

  /** Queues a copy of some memory at this point of the queue; the returned function waits for the bytes. */
  read({ buffer, offset }: GpuMemory, bytes: number): () => Promise<ArrayBuffer> {
    const size = Math.max(bytes, 4); // an empty buffer cannot be mapped
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const staging = this.#pool.allocate(`reading ${size} bytes`, () =>
      this.#gpu.createBuffer({ label: 'readback', size, usage: MAP_READ | COPY_DST }),
    );
    if (bytes > 0) this.#add({ kind: 'copy', from: buffer, fromOffset: offset, to: staging, toOffset: 0, bytes });
    return async () => {
      this.flush();
      try {
        await this.#answer(staging.mapAsync(GPUMapMode.READ));
        return staging.getMappedRange(0, size).slice(0, bytes);
      } finally {
        staging.destroy();
      }
    };
  }

  /** Destroys buffers after the pending commands that may still use them. */
  destroy(buffers: readonly GPUBuffer[]): void {
    this.#retired.push(...buffers);
    this.#submit(); // even if empty: Dawn reclaims memory after a number of submits
  }

  /** Submits the pending commands. */
  flush(): void {
    if (this.#pending.length > 0) this.#submit();
  }

  /** Waits until the GPU has finished all work. */
  async sync(): Promise<void> {
    this.#failures.throwLasting();
    this.flush();
    await this.#answer(this.#gpu.queue.onSubmittedWorkDone());
  }

  /**
   * Submits the commands of `work`, `runs` times, in one list if possible. The returned function waits for the
   * milliseconds that the GPU takes for all of them, by its own clock if it has one.
   */
  time(work: () => void, runs: number): () => Promise<number> {
    this.flush(); // earlier commands are not part of the measurement
    const timing: Timing = { runs, stamps: [] };
    const { stepsPerSubmit } = this;
    this.stepsPerSubmit = Number.POSITIVE_INFINITY;
    this.#pendingSteps = 1; // commands of a step are not split into several submits
    this.#timing = timing;
    try {
      work();
      this.flush();
    } finally {
      this.stepsPerSubmit = stepsPerSubmit;
      this.#timing = undefined;
      this.flush();
    }
    return async () => {
      await this.sync();
      const { stamps, since = performance.now() } = timing;
      if (!this.#hasClock) return performance.now() - since;
      const times = await this.#answer(Promise.all(stamps.map((stamp) => stamp.read())));
      return times.reduce((sum, time) => sum + time, 0);
    };
  }

  get #hasClock(): boolean {
    return this.#gpu.features.has('timestamp-query');
  }

  #submit(): void {
    this.#staged.write();
    const encoder = this.#gpu.createCommandEncoder();
    const timing = this.#pending.length > 0 ? this.#timing : undefined;
    let print: (() => void) | undefined;
    if (timing !== undefined) this.#encodeTimed(encoder, timing);
    else if (this.#debug !== undefined) print = this.#debug.encode(encoder, this.#pending);
    else encode(encoder, this.#pending);
    this.#pending = [];
    this.#pendingSteps = 0;
    this.#gpu.queue.submit([encoder.finish()]);
    print?.();
    if (timing !== undefined) timing.since ??= performance.now();
    for (const buffer of this.#retired) buffer.destroy();
    this.#retired = [];
  }

  #encodeTimed(encoder: GPUCommandEncoder, { runs, stamps }: Timing): void {
    this.#debug?.list(this.#pending);
    const commands = Array.from({ length: runs }, () => this.#pending).flat();
    const work = (): void => encode(encoder, commands);
    if (this.#hasClock) {
      const stamp = new Timestamps(this.#gpu);
      stamp.around(encoder, work);
      stamps.push(stamp);
    } else {
      work();
    }
  }

  /** Returns the GPU's answer, or throws if anything failed in the meantime. */
  async #answer<T>(answer: Promise<T>): Promise<T> {
    const outcome = await answer.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await this.#failures.check();
    if ('error' in outcome) throw new DeviceError('lost', `The GPU did not answer: ${String(outcome.error)}`);
    return outcome.value;
  }
}
