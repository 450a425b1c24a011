import { DeviceError } from './errors.ts';
import type { Generator } from './random.ts';
import { formatShape, type Shape, sizeOf } from './shape.ts';
import { BYTES, type DType, type Storage, type TypedArray } from './storage.ts';

/** What one runs on; `software` means a GPU that is emulated on the CPU. */
export interface DeviceInfo {
  readonly backend: 'webgpu' | 'cpu';
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    /** The model, where the platform tells it. */
    readonly device: string;
    /** The driver, or vendor and architecture where the platform does not tell it. */
    readonly description: string;
    readonly software: boolean;
  };
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

/** Live and pooled memory of a device, in buffers and bytes. */
export interface DeviceMemory {
  /** Buffers that tensors hold now. */
  readonly buffers: number;
  readonly bytes: number;
  /** Freed buffers kept for the next tensor of their size. */
  readonly pooledBuffers: number;
  readonly pooledBytes: number;
}

/** Several kernels that can do the same, of which the fastest is wanted. */
export interface Contest {
  /** What they do, to which sizes. */
  readonly key: string;
  readonly candidates: readonly string[];
  /** Dispatches a candidate once, on scratch memory. */
  readonly run: (candidate: string) => void;
}

/** A step that is being captured: what belongs to it besides the commands of the device. */
export interface Capture {
  /** Does work of the host at each replay. What it writes must not have been used earlier in the step. */
  atReplay(work: () => void, writes?: Storage): void;
  /** Says what the commands depend on besides shapes: the step is replayed only while it is the same. */
  dependOn(now: () => unknown): void;
  /** Says that the step can't be captured, and why. */
  refuse(reason: string): never;
}

/** Decides contests by measurement. */
export interface KernelTuner {
  /** The winner of a contest that was settled; notes down one that was not. */
  choice(contest: Contest): string | undefined;
  /** Settles the contests that came up. */
  settle(): Promise<void>;
  /** Changes with each settlement. */
  readonly round: number;
}

/** What a device says that was disposed of. */
export const DISPOSED = 'The device was disposed. Call init() for a new one.';

/** A place where tensors live and operations run: `src/gpu` is one, `src/backends/cpu/device.ts` the other. */
export interface Device {
  readonly info: DeviceInfo;
  /** Memory for `length` elements, contents undefined. */
  allocate(length: number, dtype: DType): Storage;
  upload(data: TypedArray, dtype: DType): Storage;
  /** Overwrites a storage from element `start` on. */
  write(storage: Storage, data: TypedArray, dtype: DType, start?: number): void;
  /** Copies `length` elements (4 bytes each) from one storage to another of this device, from element `toStart` there. */
  copy(from: Storage, to: Storage, length: number, toStart?: number): void;
  /** The step that is being captured, if one is: capture.ts. */
  capture: Capture | undefined;
  /** Chooses kernels by measurement; undefined where there is no choice or they are pinned. */
  readonly tuner: KernelTuner | undefined;
  read(storage: Storage, length: number, dtype: DType): Promise<TypedArray>;
  /** Takes a copy in turn with the commands; calling the result brings it to the host. */
  readLater(storage: Storage, length: number, dtype: DType): () => Promise<TypedArray>;
  /** `count` storages of the given lengths inside one allocation, and that allocation itself. */
  arena(lengths: readonly number[]): {
    readonly whole: Storage;
    readonly length: number;
    readonly parts: readonly Storage[];
  };
  /** Captured steps that go to the GPU together. */
  stepsPerSubmit: number;
  /** Does what allocates memory; if there is too little, once more when what was kept for later tensors is freed. */
  allocating<R>(work: () => R): Promise<R>;
  /** Starts the work that was collected so far. */
  flush(): void;
  /** Resolves when all work is done. */
  sync(): Promise<void>;
  memory(): DeviceMemory;
  /** Frees everything; tensors of this device can't be used afterwards. */
  dispose(): void;
  /** Seed and counters of what is random on this device: its own, or while a model computes, those of the model. */
  random: Generator;
}

/** The bytes of the largest tensor that a device can hold. */
export const largestTensor = ({ limits }: DeviceInfo): number =>
  Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** Refuses what takes more bytes than a tensor can have. @throws DeviceError */
export function checkBytes(what: string, bytes: number, info: DeviceInfo): void {
  const limit = largestTensor(info);
  if (bytes <= limit) return;
  throw new DeviceError(
    'memory',
    `${what} takes ${bytes} bytes, more than this adapter's limit of ${limit} for a tensor. Make it smaller, or split it, for example into smaller batches.`,
  );
}

/** Refuses a tensor that a device can't hold, before its numbers are made. @throws DeviceError */
export const checkRoom = (what: string, shape: Shape, { info }: Device): void =>
  checkBytes(`${what} of shape ${formatShape(shape)}`, BYTES * sizeOf(shape), info);

let current: Device | undefined;

/** The device that new tensors are made on. @throws DeviceError before `init()`. */
export function currentDevice(): Device {
  if (current === undefined) {
    throw new DeviceError('unavailable', 'No device yet: call `await init()` before making a tensor.');
  }
  return current;
}

/** Makes `device` the one that new tensors are made on. */
export function setCurrentDevice(device: Device | undefined): void {
  current = device;
}

/** Runs `body` with `device` as the current one. */
export function withDevice<R>(device: Device, body: () => R): R {
  const previous = current;
  current = device;
  try {
    return body();
  } finally {
    current = previous;
  }
}

/** Runs `body` with random numbers on `device` drawn from `generator`. */
export function drawingFrom<R>(device: Device, generator: Generator, body: () => R): R {
  const own = device.random;
  device.random = generator;
  try {
    return body();
  } finally {
    device.random = own;
  }
}

/** The one device of some tensors. @throws DeviceError when they live on two. */
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
