import { type Device, type DeviceInfo, type DeviceMemory, DISPOSED } from '../../core/device.ts';
import { DeviceError, ShapeError } from '../../core/errors.ts';
import type { KernelCall } from '../../core/kernel.ts';
import type { Generator } from '../../core/random/generator.ts';
import { sleepThrough } from '../../core/sleep.ts';
import { Parameter } from '../../core/tensor/parameter.ts';
import { BYTES, type DType, Storage, type TypedArray } from '../../core/tensor/storage.ts';
import { packParams } from '../../core/wgsl.ts';
import type { Plan } from './capture/plan.ts';
import { type Operand, type Recorded, Recording, Transient } from './capture/recording.ts';
import { type Command, foldGrid } from './queue/commands.ts';
import type { Debug } from './queue/debug.ts';
import { Failures } from './queue/failures.ts';
import { ParamsCache } from './queue/params.ts';
import { PipelineCache } from './queue/pipelines.ts';
import { BufferPool, type GpuMemory, padded } from './queue/pool.ts';
import { CommandQueue } from './queue/queue.ts';
import type { Tuner } from './tuner/tuner.ts';

/**
 * The grid of elementwise kernels. A software GPU is slow to start an invocation: relu of 64 MiB takes 68 ms with one
 * vec4 per invocation, 44 ms with 16. Hardware is slow to start a workgroup: relu of 256 MiB takes 161 us with
 * workgroups of 64 on an NVIDIA H200, 128 us with workgroups of 256.
 */
const ELEMENTWISE = { software: { ITEMS: 16 }, hardware: { WORKGROUP_SIZE: 256, ITEMS: 1 } };
/** The alignment of a tensor inside an arena, in bytes: WebGPU's alignment of bindings. */
const ARENA_ALIGNMENT = 256;

/** A planned step with its buffers and bind groups; a replay only encodes. */
export interface Replay {
  readonly recording: Recording;
  readonly commands: readonly Command[];
  /** Where the plan placed a transient. */
  readonly find: (transient: Transient) => GpuMemory;
  readonly dispose: () => void;
}

interface GpuDeviceParts {
  readonly instance: GPU;
  readonly device: GPUDevice;
  readonly info: DeviceInfo;
  readonly random: Generator;
  /** Whether results must equal those of a device without subgroups; default false. */
  readonly deterministic?: boolean;
  /** Prints commands, if debugging. */
  readonly debug?: Debug | undefined;
}

/**
 * The WebGPU backend. Only `src/backends/webgpu` touches a GPUDevice. Commands are collected and submitted when a
 * result is read.
 */
export class GpuDevice implements Device {
  readonly info: DeviceInfo;
  random: Generator;
  /** Selects kernels by measurement; undefined if kernels are pinned. */
  tuner: Tuner | undefined;
  capture: Recording | undefined;
  /** Dawn's instance, kept because its garbage collection would destroy the device. */
  readonly instance: GPU;
  readonly #gpu: GPUDevice;
  readonly #failures: Failures;
  readonly #queue: CommandQueue;
  readonly #pipelines: PipelineCache;
  readonly #params: ParamsCache;
  readonly #pool: BufferPool;
  readonly #debug: Debug | undefined;

  constructor({ instance, device, info, random, deterministic = false, debug }: GpuDeviceParts) {
    this.instance = instance;
    this.#gpu = device;
    this.info = info;
    this.random = random;
    this.#debug = debug;
    this.#pipelines = new PipelineCache(device, {
      elementwise: ELEMENTWISE[info.adapter.software ? 'software' : 'hardware'],
      subgroups: info.features.includes('subgroups') && !deterministic,
      debug,
    });
    this.#failures = new Failures(device, this.#pipelines);
    this.#pool = new BufferPool(device, this.#failures, info, () => this.#queue.destroy(this.#pool.drain()));
    this.#queue = new CommandQueue(device, this.#failures, this.#pool, debug);
    this.#params = new ParamsCache(device, this.#pool);
  }

  get stepsPerSubmit(): number {
    return this.#queue.stepsPerSubmit;
  }

  set stepsPerSubmit(steps: number) {
    this.#queue.stepsPerSubmit = steps;
  }

  allocate(length: number): Storage<Operand> {
    if (this.capture !== undefined) return new Storage<Operand>(new Transient(padded(length * BYTES)), () => {});
    return this.#allocateNow(length);
  }

  upload(data: TypedArray, dtype: DType): Storage<Operand> {
    this.capture?.refuse('it uploads numbers from JavaScript; make that tensor before the step, or pass it in');
    const storage = this.#allocateNow(data.length);
    try {
      this.write(storage, data, dtype);
      return storage;
    } catch (error) {
      storage.release();
      throw error;
    }
  }

  write(storage: Storage, data: TypedArray, dtype: DType, start = 0): void {
    this.capture?.refuse('it writes numbers from JavaScript; write them before the step');
    const values = dtype === 'f32' && data instanceof Float64Array ? new Float32Array(data) : data;
    this.#queue.write(placed(memoryOf(storage)), start * BYTES, values);
  }

  /**
   * Milliseconds that the GPU takes to do some work `runs` times, by its own clock if it has one. The host runs the
   * work once, and its commands are repeated. `expected` is the expected total.
   */
  async time(work: () => void, { runs = 1, expected = 0 } = {}): Promise<number> {
    await this.sync();
    const milliseconds = await this.allocating(() => this.#queue.time(work, runs));
    if (expected > 0) await sleepThrough(expected);
    return milliseconds();
  }

  /** Compiles the kernels of some work in parallel, without running it. */
  async compile(work: () => void): Promise<void> {
    const { recording } = this.record(work);
    recording.release();
    await this.compileAhead(recording.commands);
  }

  /** Compiles the kernels of recorded commands in parallel, before the commands are placed. */
  async compileAhead(commands: Plan['commands']): Promise<void> {
    if (this.info.adapter.software) return; // awaiting polls, which slows the compiler by a core
    await Promise.all(commands.map(({ compile }) => compile?.()));
  }

  copy(from: Storage, to: Storage, length: number, toStart = 0): void {
    const bytes = length * BYTES;
    const source = memoryOf(from);
    const target = memoryOf(to);
    const label = `copy ${bytes} bytes`;
    this.#do({
      kind: 'copy',
      label,
      reads: [source],
      writes: [target],
      place: (find) => {
        const { buffer, offset } = find(source);
        const place = find(target);
        return {
          kind: 'copy',
          from: buffer,
          fromOffset: offset,
          to: place.buffer,
          toOffset: place.offset + toStart * BYTES,
          bytes,
        };
      },
    });
  }

  arena(lengths: readonly number[]): { whole: Storage<GpuMemory>; length: number; parts: Storage<GpuMemory>[] } {
    const sizes = lengths.map((length) => Math.max(1, Math.ceil((length * BYTES) / ARENA_ALIGNMENT)) * ARENA_ALIGNMENT);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const whole = this.#allocateNow(bytes / BYTES);
    const { buffer } = whole.memory;
    if (bytes > 0) this.#queue.push({ kind: 'clear', buffer, offset: 0, bytes });
    let offset = 0;
    const parts = sizes.map((size) => {
      const part = new Storage<GpuMemory>({ buffer, offset, size }, () => whole.release());
      whole.retain();
      offset += size;
      return part;
    });
    return { whole, length: bytes / BYTES, parts };
  }

  /** Adds one dispatch to the pending commands; an empty grid adds none. */
  run(call: KernelCall): void {
    this.#failures.throwLasting();
    const { kernel, entry, reads, writes, uniforms = [], constants, params = {}, grid } = call;
    const pipeline = this.#pipelines.get(kernel, entry, [uniforms.length, reads.length, writes.length], constants);
    const { layout, params: fields, elementsPerWorkgroup } = pipeline;
    const workgroups = 'invocations' in grid ? Math.ceil(grid.invocations / elementsPerWorkgroup) : grid.workgroups;
    const limit = this.#gpu.limits.maxComputeWorkgroupsPerDimension;
    const folded = typeof workgroups === 'number' ? foldGrid(workgroups, limit) : workgroups;
    if (folded.some((count) => count === 0)) return;
    if (folded.some((count) => count > limit)) {
      throw new ShapeError({
        op: kernel.name,
        got: `sizes that need ${folded.join(' x ')} workgroups`,
        expected: `at most ${limit} workgroups per grid axis, this adapter's limit`,
        fix: 'Slice the tensors.',
      });
    }
    this.#noteOutside([...reads, ...writes, ...uniforms]);
    const read = [...uniforms, ...reads].map(({ storage }) => memoryOf(storage));
    const written = writes.map(({ storage }) => memoryOf(storage));
    const about = this.#debug?.describe(call);
    const uniform = fields.length > 0 ? this.#params.get(packParams(fields, params)) : undefined;
    this.#do({
      kind: 'dispatch',
      label: entry === 'forward' ? kernel.name : `${kernel.name} ${entry}`,
      reads: read,
      writes: written,
      compile: pipeline.compileAhead,
      place: (find) => {
        const entries: GPUBindGroupEntry[] = [...read, ...written].map((memory, i) => ({
          binding: i + 1,
          resource: find(memory),
        }));
        if (uniform !== undefined) entries.push({ binding: 0, resource: { buffer: uniform } });
        return {
          kind: 'dispatch',
          pipeline: pipeline.compiled(),
          bindGroup: this.#gpu.createBindGroup({ layout, entries }),
          grid: folded,
          about,
        };
      },
    });
  }

  /** Records what `body` does instead of doing it. @throws CaptureError if it can't be captured. */
  record<R>(body: () => R): { recording: Recording; result: R } {
    const recording: Recording = new Recording();
    this.capture = recording;
    try {
      const result = body();
      if (result instanceof Promise) {
        result.catch(() => {}); // it fails when it continues with tensors that do not exist
        recording.refuse('it is async; read tensors after the step');
      }
      recording.check();
      return { recording, result };
    } catch (error) {
      recording.release();
      throw error;
    } finally {
      this.capture = undefined;
    }
  }

  /** Whether the device is disposed or lost. */
  get isOver(): boolean {
    return this.#failures.areLasting;
  }

  /** Allocates a plan's buffers and makes its bind groups. */
  prepare(recording: Recording, plan: Plan): Replay {
    const buffers: Storage<GpuMemory>[] = [];
    const free = (): void => {
      for (const storage of buffers) storage.release();
    };
    const find = (memory: Operand): GpuMemory => {
      if (!(memory instanceof Transient)) return memory;
      const place = plan.places.get(memory);
      if (place === undefined) throw new Error('internal: the plan has no place for a transient');
      return typeof place.buffer === 'number'
        ? { ...buffers[place.buffer].memory, size: memory.size }
        : (place as GpuMemory);
    };
    try {
      for (const bytes of plan.buffers) buffers.push(this.#allocateNow(bytes / BYTES));
      return {
        recording,
        commands: plan.commands.map(({ place }) => place(find)),
        find,
        dispose: () => {
          recording.release();
          free();
        },
      };
    } catch (error) {
      free();
      throw error;
    }
  }

  /** Adds a planned step to the pending commands. */
  replay({ recording, commands }: Replay): void {
    this.#failures.throwLasting();
    for (const work of recording.hostWork) work();
    this.#queue.pushStep(commands);
  }

  /** Submits the pending commands. */
  flush(): void {
    this.#queue.flush();
  }

  async read(storage: Storage, length: number, dtype: DType): Promise<TypedArray> {
    this.capture?.refuse('it reads a tensor; return the tensor, and read it after the step');
    const { changes } = this.#queue;
    const take = (): (() => Promise<TypedArray>) => this.readLater(storage, length, dtype);
    const bytes = await this.allocating(take, () => this.#queue.changes === changes); // else it may have changed
    return bytes();
  }

  readLater(storage: Storage, length: number, dtype: DType): () => Promise<TypedArray> {
    const bytes = this.#queue.read(placed(memoryOf(storage)), length * BYTES);
    return async () => (dtype === 'f32' ? new Float32Array(await bytes()) : new Int32Array(await bytes()));
  }

  sync(): Promise<void> {
    return this.#queue.sync();
  }

  async allocating<R>(work: () => R, mayRepeat = (): boolean => true): Promise<R> {
    const { drained } = this.#pool;
    try {
      return work();
    } catch (error) {
      if (this.#pool.drained === drained) throw error;
      await this.sync(); // by then the driver has reclaimed the pool's buffers
      if (!mayRepeat()) throw error;
      return work();
    }
  }

  memory(): DeviceMemory {
    return this.#pool.memory();
  }

  dispose(): void {
    this.#failures.fail(new DeviceError('unavailable', DISPOSED));
    this.#gpu.destroy();
  }

  #allocateNow(length: number): Storage<GpuMemory> {
    const memory = this.#pool.take(length * BYTES);
    return new Storage(memory, () => this.#release(memory));
  }

  /** Records a command during capture, else adds it to the pending ones. */
  #do(command: Recorded): void {
    if (this.capture !== undefined) this.capture.add(command);
    else this.#queue.push(command.place(placed));
  }

  /** Keeps outside tensors of a recorded step alive; a parameter that moves invalidates the recording. */
  #noteOutside(tensors: KernelCall['reads']): void {
    const recording = this.capture;
    if (recording === undefined) return;
    for (const t of tensors) {
      if (memoryOf(t.storage) instanceof Transient) continue;
      recording.retain(t.storage);
      if (t instanceof Parameter) recording.dependOn(() => t.storage);
    }
  }

  #release(memory: GpuMemory): void {
    const surplus = this.#pool.give(memory);
    if (surplus !== undefined) this.#queue.destroy([surplus]);
  }
}

/** Storages of this device hold GPU memory; the generic type is erased at the border of `Device`. */
const memoryOf = (storage: Storage): Operand => storage.memory as Operand;

/** Memory that exists: a tensor of a captured step has none after the step, unless the step returned it. */
function placed(memory: Operand): GpuMemory {
  if (!(memory instanceof Transient)) return memory;
  throw new DeviceError('validation', 'A tensor of a captured step was used outside of it. Return it from the step.');
}
