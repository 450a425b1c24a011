import type { Device, DeviceInfo, DeviceMemory } from '../device.ts';
import { DeviceError } from '../errors.ts';
import type { KernelCall } from '../kernel.ts';
import type { Generator } from '../random.ts';
import { BYTES, type DType, Storage, type TypedArray } from '../storage.ts';
import { type Command, encode, foldGrid } from './commands.ts';
import { PipelineCache } from './pipelines.ts';
import { BufferPool, type GpuMemory } from './pool.ts';
import { packParams } from './wgsl.ts';

/** Commands are handed to the GPU in lists of at most this many, so that it starts before a long list is complete. */
const MAX_PENDING = 64;
/** Parameter blocks repeat from step to step; this many different ones are kept. */
const MAX_UNIFORMS = 4096;
/** Where a tensor may start inside an arena, in bytes: WebGPU's alignment of bindings. */
const ARENA_ALIGNMENT = 256;

interface GpuDeviceParts {
  readonly instance: GPU;
  readonly device: GPUDevice;
  readonly info: DeviceInfo;
  readonly random: Generator;
}

/** WebGPU: the only code that touches a GPUDevice. Work is collected as commands and submitted when somebody reads. */
export class GpuDevice implements Device {
  readonly info: DeviceInfo;
  readonly random: Generator;
  /** Dawn's instance: collected as garbage before the device, it would take the device down with it. */
  readonly instance: GPU;
  readonly #gpu: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #pool: BufferPool;
  readonly #uniforms = new Map<string, GPUBuffer>();
  #pending: Command[] = [];
  #failure: DeviceError | undefined;

  constructor({ instance, device, info, random }: GpuDeviceParts) {
    this.instance = instance;
    this.#gpu = device;
    this.info = info;
    this.random = random;
    this.#pipelines = new PipelineCache(device);
    this.#pool = new BufferPool(device);
    device.addEventListener('uncapturederror', ({ error }) => {
      const reason = error instanceof GPUOutOfMemoryError ? 'memory' : 'validation';
      this.#failure ??= new DeviceError(reason, error.message);
    });
    void device.lost.then(({ reason, message }) => {
      this.#failure ??= new DeviceError(
        'lost',
        `The GPU device was lost (${reason}): ${message} Call init() again and go on from the last checkpoint.`,
      );
    });
  }

  allocate(length: number): Storage<GpuMemory> {
    const memory = this.#pool.take(length * BYTES);
    return new Storage(memory, () => this.#release(memory));
  }

  upload(data: TypedArray, dtype: DType): Storage<GpuMemory> {
    const storage = this.allocate(data.length);
    this.write(storage, data, dtype);
    return storage;
  }

  write(storage: Storage, data: TypedArray, dtype: DType): void {
    const { buffer, offset } = memoryOf(storage);
    this.flush(); // a write runs before commands that are submitted after it, so what was asked earlier goes first
    const values = dtype === 'f32' && data instanceof Float64Array ? Float32Array.from(data) : data;
    this.#gpu.queue.writeBuffer(buffer, offset, values.buffer, values.byteOffset, values.byteLength);
  }

  copy(from: Storage, to: Storage, length: number): void {
    const source = memoryOf(from);
    const target = memoryOf(to);
    this.#push({
      kind: 'copy',
      from: source.buffer,
      fromOffset: source.offset,
      to: target.buffer,
      toOffset: target.offset,
      bytes: length * BYTES,
    });
  }

  arena(lengths: readonly number[]): { whole: Storage<GpuMemory>; length: number; parts: Storage<GpuMemory>[] } {
    const sizes = lengths.map((length) => Math.max(1, Math.ceil((length * BYTES) / ARENA_ALIGNMENT)) * ARENA_ALIGNMENT);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const whole = this.allocate(bytes / BYTES);
    const { buffer } = whole.memory;
    if (bytes > 0) this.#push({ kind: 'clear', buffer, offset: 0, bytes });
    let offset = 0;
    const parts = sizes.map((size) => {
      const part = new Storage<GpuMemory>({ buffer, offset, size }, () => whole.release());
      whole.retain();
      offset += size;
      return part;
    });
    return { whole, length: bytes / BYTES, parts };
  }

  /** Adds one dispatch to the pending commands; an empty grid is nothing to do. */
  run(call: KernelCall): void {
    this.#throwFailure();
    const { kernel, entry, reads, writes, constants, params = {}, grid } = call;
    const {
      pipeline,
      layout,
      params: fields,
      elementsPerWorkgroup,
    } = this.#pipelines.get(kernel, entry, reads.length, writes.length, constants);
    const workgroups = 'invocations' in grid ? Math.ceil(grid.invocations / elementsPerWorkgroup) : grid.workgroups;
    const limit = this.#gpu.limits.maxComputeWorkgroupsPerDimension;
    const folded = typeof workgroups === 'number' ? foldGrid(workgroups, limit) : workgroups;
    if (folded.some((count) => count === 0)) return;
    const entries: GPUBindGroupEntry[] = [...reads, ...writes].map(({ storage }, i) => ({
      binding: i + 1,
      resource: memoryOf(storage),
    }));
    if (fields.length > 0)
      entries.push({ binding: 0, resource: { buffer: this.#uniform(packParams(fields, params)) } });
    const bindGroup = this.#gpu.createBindGroup({ layout, entries });
    this.#push({ kind: 'dispatch', pipeline, bindGroup, grid: folded });
  }

  /** Hands the pending commands to the GPU. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const encoder = this.#gpu.createCommandEncoder();
    encode(encoder, this.#pending);
    this.#pending = [];
    this.#gpu.queue.submit([encoder.finish()]);
  }

  async read(storage: Storage, length: number, dtype: DType): Promise<TypedArray> {
    const bytes = length * BYTES;
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const staging = this.#gpu.createBuffer({
      label: 'readback',
      size: Math.max(bytes, BYTES),
      usage: MAP_READ | COPY_DST,
    });
    const { buffer, offset } = memoryOf(storage);
    if (bytes > 0) {
      this.#push({ kind: 'copy', from: buffer, fromOffset: offset, to: staging, toOffset: 0, bytes });
    }
    this.flush();
    try {
      await staging.mapAsync(GPUMapMode.READ);
    } catch (error) {
      await this.#pipelines.check();
      this.#throwFailure();
      throw new DeviceError('lost', `Reading a tensor failed: ${String(error)}`);
    }
    await this.#pipelines.check();
    this.#throwFailure();
    const copied = staging.getMappedRange(0, Math.max(bytes, BYTES)).slice(0, bytes);
    staging.destroy();
    return dtype === 'f32' ? new Float32Array(copied) : new Int32Array(copied);
  }

  async sync(): Promise<void> {
    this.flush();
    await this.#gpu.queue.onSubmittedWorkDone();
    await this.#pipelines.check();
    this.#throwFailure();
  }

  memory(): DeviceMemory {
    return this.#pool.memory();
  }

  dispose(): void {
    this.#failure = new DeviceError('unavailable', 'The device was disposed. Call init() for a new one.');
    this.#gpu.destroy();
  }

  #push(command: Command): void {
    this.#pending.push(command);
    if (this.#pending.length >= MAX_PENDING) this.flush();
  }

  #release(memory: GpuMemory): void {
    const surplus = this.#pool.give(memory);
    if (surplus === undefined) return;
    this.flush(); // commands that are still pending may use it
    surplus.destroy();
  }

  #uniform(words: Uint32Array<ArrayBuffer>): GPUBuffer {
    const key = words.join(' ');
    let buffer = this.#uniforms.get(key);
    if (buffer === undefined) {
      if (this.#uniforms.size >= MAX_UNIFORMS) this.#uniforms.clear(); // commands hold on to what they still need
      buffer = this.#gpu.createBuffer({
        label: 'params',
        size: words.byteLength,
        usage: GPUBufferUsage.UNIFORM,
        mappedAtCreation: true,
      });
      new Uint32Array(buffer.getMappedRange()).set(words);
      buffer.unmap();
      this.#uniforms.set(key, buffer);
    }
    return buffer;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Storages of this device hold GPU memory; the generic type is erased at the border of `Device`. */
const memoryOf = (storage: Storage): GpuMemory => storage.memory as GpuMemory;
