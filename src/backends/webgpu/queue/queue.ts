import { DeviceError } from '../../../core/errors.ts';
import type { TypedArray } from '../../../core/storage.ts';
import { type Command, encode } from './commands.ts';
import type { Debug } from './debug.ts';
import type { Failures } from './failures.ts';
import type { BufferPool, GpuMemory } from './pool.ts';
import { StagedWrites } from './staged.ts';
import { Timestamps } from './timestamps.ts';

/** Commands are handed to the GPU in lists of at most this many, so that it starts before a long list is complete. */
const MAX_PENDING = 64;

/** Work that is being timed. */
interface Timing {
  /** How often what it submits is to run. */
  readonly runs: number;
  /** When each submit began and ended, by the GPU's clock. */
  readonly stamps: Timestamps[];
  /** When the first was handed over, by the host's. */
  since?: number;
}

/** Commands in the order in which they were asked for, handed to the GPU in lists, and what comes back from it. */
export class CommandQueue {
  /** Steps that wait for each other before they are handed over. */
  stepsPerSubmit = 1;
  readonly #gpu: GPUDevice;
  readonly #failures: Failures;
  readonly #pool: BufferPool;
  readonly #staged: StagedWrites;
  readonly #debug: Debug | undefined;
  #pending: Command[] = [];
  #pendingSteps = 0;
  /** Buffers that pending commands may use, for the last time. */
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

  /** Counts what may have changed some memory. */
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

  /** Adds the commands of a whole step. */
  pushStep(commands: readonly Command[]): void {
    this.#changes++;
    for (const command of commands) this.#pending.push(command);
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
    this.#changes++;
    this.flush(); // a write runs before commands that are submitted after it, so what was asked earlier goes first
    this.#pool.allocate(`writing ${bytes.byteLength} bytes`, () => {
      this.#gpu.queue.writeBuffer(buffer, toOffset, bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return true;
    });
  }

  /** Adds a copy of what is in some memory at this point; what it returns waits for the bytes. */
  read({ buffer, offset }: GpuMemory, bytes: number): () => Promise<ArrayBuffer> {
    const size = Math.max(bytes, 4); // no buffer is mapped that has none
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

  /** Destroys buffers that only pending commands still use, after these. */
  destroy(buffers: readonly GPUBuffer[]): void {
    this.#retired.push(...buffers);
    this.#submit(); // also of nothing: Dawn counts submits until it gives memory back
  }

  /** Hands the pending commands to the GPU. */
  flush(): void {
    if (this.#pending.length > 0) this.#submit();
  }

  /** Waits until the GPU has done everything. */
  async sync(): Promise<void> {
    this.#failures.throwLasting();
    this.flush();
    await this.#answer(this.#gpu.queue.onSubmittedWorkDone());
  }

  /**
   * Hands over what `work` adds, `runs` times, in one list unless that can't be; what it returns waits for the milliseconds
   * that the GPU takes for all of it, by its own clock where it has one.
   */
  time(work: () => void, runs: number): () => Promise<number> {
    this.flush(); // what others have asked for is theirs
    const timing: Timing = { runs, stamps: [] };
    const { stepsPerSubmit } = this;
    this.stepsPerSubmit = Number.POSITIVE_INFINITY;
    this.#pendingSteps = 1; // what belongs to a step is not cut up
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
      const times = await this.#answer(Promise.all(stamps.map((each) => each.read())));
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
      const own = new Timestamps(this.#gpu);
      own.around(encoder, work);
      stamps.push(own);
    } else {
      work();
    }
  }

  /** What the GPU answers, unless something went wrong until then. */
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
