import { DeviceError } from './errors.ts';
import type { Generator } from './random/generator.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';
import { BYTES, type DType, type Storage, type TypedArray } from './tensor/storage.ts';

/** The hardware and driver that a device runs on. */
export interface DeviceInfo {
  readonly backend: 'webgpu' | 'cpu';
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    /** The model, if the platform reports it. */
    readonly device: string;
    /** The driver, or vendor and architecture if the platform does not report it. */
    readonly description: string;
    /** Whether the CPU emulates the GPU. */
    readonly software: boolean;
  };
  /** WebGPU's limits, by their names: `maxBufferSize`, in bytes. */
  readonly limits: Readonly<Record<string, number>>;
  /** WebGPU's optional features that are enabled, such as `timestamp-query`. */
  readonly features: readonly string[];
}

/** The memory of a device, in buffers and bytes. */
export interface DeviceMemory {
  /** Buffers that tensors use. */
  readonly buffers: number;
  readonly bytes: number;
  /** Freed buffers, kept for the next tensor of the same size. */
  readonly pooledBuffers: number;
  readonly pooledBytes: number;
}

/** Kernels that compute the same result, of which the tuner finds the fastest. */
export interface Contest {
  /** The computation and its sizes. */
  readonly key: string;
  readonly candidates: readonly string[];
  /** Dispatches a candidate once, on scratch memory. */
  readonly run: (candidate: string) => void;
}

/** A step that is being captured: what it needs besides the device's commands. */
export interface Capture {
  /** Runs host work at each replay. It must not write memory that the step has already used. */
  atReplay(work: () => void, writes?: Storage): void;
  /**
   * Declares a value that the commands depend on, besides shapes: the step is replayed only while the value stays the
   * same.
   */
  dependOn(now: () => unknown): void;
  /** Makes the step uncapturable and says why. */
  refuse(reason: string): never;
}

/** Selects kernels by measurement. */
export interface KernelTuner {
  /** The winner of a settled contest; an open contest is queued. */
  choice(contest: Contest): string | undefined;
  /** Measures and settles the queued contests. */
  settle(): Promise<void>;
  /** Changes at each settlement. */
  readonly round: number;
}

export const DISPOSED = 'The device was disposed. Call init() for a new one.';

/** Holds tensors and runs operations; `init()` returns one. Users need `info`, `memory`, `sync` and `dispose`. */
export interface Device {
  readonly info: DeviceInfo;
  /** Memory for `length` elements, with undefined contents. */
  allocate(length: number, dtype: DType): Storage;
  upload(data: TypedArray, dtype: DType): Storage;
  /** Overwrites a storage from element `start` on. */
  write(storage: Storage, data: TypedArray, dtype: DType, start?: number): void;
  /** Copies `length` elements (4 bytes each) to another storage of this device, from its element `toStart` on. */
  copy(from: Storage, to: Storage, length: number, toStart?: number): void;
  /** The step that is being captured, if any: see capture.ts. */
  capture: Capture | undefined;
  /** Selects kernels by measurement; undefined if there is no choice or kernels are pinned. */
  readonly tuner: KernelTuner | undefined;
  /** Copies a storage to the host, after the commands submitted before. */
  read(storage: Storage, length: number, dtype: DType): Promise<TypedArray>;
  /** Queues a copy in command order; the returned function brings it to the host. */
  readLater(storage: Storage, length: number, dtype: DType): () => Promise<TypedArray>;
  /** Allocates storages of the given lengths in one allocation, which it returns as `whole`. */
  arena(lengths: readonly number[]): {
    readonly whole: Storage;
    readonly length: number;
    readonly parts: readonly Storage[];
  };
  /** The number of captured steps submitted to the GPU together. */
  stepsPerSubmit: number;
  /** Runs work that allocates memory. If memory runs out, frees the pooled buffers and runs it once more. */
  allocating<R>(work: () => R): Promise<R>;
  /** Submits the commands collected so far. */
  flush(): void;
  /** Resolves when all submitted work is done. */
  sync(): Promise<void>;
  /** The memory in use now. */
  memory(): DeviceMemory;
  /** Frees everything; tensors of this device cannot be used afterwards. */
  dispose(): void;
  /** The seed and counters of random numbers: the device's own or, while a model computes, the model's. */
  random: Generator;
}

/** The size of the largest tensor a device can hold, in bytes. */
export const largestTensor = ({ limits }: DeviceInfo): number =>
  Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** Rejects allocations larger than a tensor can be. @throws DeviceError */
export function checkBytes(what: string, bytes: number, info: DeviceInfo): void {
  const limit = largestTensor(info);
  if (bytes <= limit) return;
  throw new DeviceError(
    'memory',
    `${what} takes ${bytes} bytes, more than this adapter's limit of ${limit} for a tensor. Make it smaller, or split it, for example into smaller batches.`,
  );
}

/** Rejects a tensor the device cannot hold, before its elements are computed. @throws DeviceError */
export const checkRoom = (what: string, shape: Shape, { info }: Device): void =>
  checkBytes(`${what} of shape ${formatShape(shape)}`, BYTES * sizeOf(shape), info);

let current: Device | undefined;

/** The device on which new tensors are made. @throws DeviceError before `init()`. */
export function currentDevice(): Device {
  if (current === undefined) {
    throw new DeviceError('unavailable', 'No device yet: call `await init()` before making a tensor.');
  }
  return current;
}

/** Makes `device` the one on which new tensors are made. */
export function setCurrentDevice(device: Device | undefined): void {
  current = device;
}

export function withDevice<R>(device: Device, body: () => R): R {
  const previous = current;
  current = device;
  try {
    return body();
  } finally {
    current = previous;
  }
}

/** Runs `body` while random numbers on `device` come from `generator`. */
export function drawingFrom<R>(device: Device, generator: Generator, body: () => R): R {
  const previous = device.random;
  device.random = generator;
  try {
    return body();
  } finally {
    device.random = previous;
  }
}

/** The device that all tensors are on. @throws DeviceError if they are on two. */
export function commonDevice(
  op: string,
  tensors: readonly { readonly device: Device; readonly shape: Shape }[],
): Device {
  const [first, ...others] = tensors;
  if (others.some(({ device }) => device !== first.device)) {
    throw new DeviceError(
      'validation',
      `${op}: got tensors of two devices; expected one. Move one with tensor(await t.data(), { shape: t.shape }).`,
    );
  }
  return first.device;
}
