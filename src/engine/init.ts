import { CpuDevice } from '../backends/cpu/device.ts';
import { findAdapter, openAdapter } from '../backends/webgpu/adapter.ts';
import type { Gpu, GpuSource } from '../backends/webgpu/source.ts';
import type { TunerStore } from '../backends/webgpu/tuner/tuner.ts';
import { type Check, checkValues, flag, named, seedValue } from '../core/checks.ts';
import { type Device, setCurrentDevice } from '../core/device.ts';
import { DeviceError } from '../core/errors.ts';
import { Generator } from '../core/random/generator.ts';
import { type AsyncContext, setAsyncContext } from '../core/tensor/scope.ts';
import { type Folders, setFolders } from '../io/folders.ts';

/** Options of `init`. */
export interface InitOptions {
  /**
   * `auto` (default) selects a hardware GPU, else a software GPU, else the CPU with a warning. A named backend that is
   * not available throws.
   */
  readonly backend?: 'auto' | 'webgpu' | 'cpu';
  /** The WebGPU entry point: `navigator.gpu`, or what Dawn's `create()` returned; default: the platform's. */
  readonly gpu?: Gpu;
  /**
   * Whether competing kernels are measured on this adapter before a step first runs, and the winners remembered;
   * default true on hardware only. Results differ by no more than float32 rounding.
   */
  readonly tune?: boolean;
  /**
   * Pins the kernels, so that the same seed gives the same bits whether or not tuning ever ran, and reduces in trees
   * that do not depend on the GPU's subgroups; default false.
   */
  readonly deterministic?: boolean;
  /** Seed of all random numbers on this device, a 32-bit integer; default 0. */
  readonly seed?: number;
}

const CHECKS: Readonly<Record<keyof InitOptions, Check>> = {
  backend: [(value) => ['auto', 'webgpu', 'cpu'].some((name) => name === value), "'auto', 'webgpu' or 'cpu'"],
  gpu: [(value) => typeof value === 'object' && value !== null, 'a GPU object, such as navigator.gpu'],
  tune: flag,
  deterministic: flag,
  seed: seedValue,
};

/** The differences between Node and a browser. */
interface Platform {
  readonly sources: readonly GpuSource[];
  /** Where the tuner stores its choices. */
  readonly store: TunerStore;
  /** How the platform follows code across an await, if it can. */
  readonly context?: AsyncContext;
  /** How models are written to folders, if there are any. */
  readonly folders?: Folders;
}

export const makeInit = (platform: Platform) =>
  named('init', async (options: InitOptions = {}): Promise<Device> => {
    checkValues('init', options, CHECKS);
    if (platform.context !== undefined) setAsyncContext(platform.context);
    if (platform.folders !== undefined) setFolders(platform.folders);
    const { backend = 'auto', seed = 0 } = options;
    const random = new Generator(seed);
    const device = backend === 'cpu' ? await CpuDevice.open(random) : await openGpu(backend, options, platform, random);
    setCurrentDevice(device);
    return device;
  });

async function openGpu(
  backend: 'auto' | 'webgpu',
  { gpu, tune, deterministic = false }: InitOptions,
  platform: Platform,
  random: Generator,
): Promise<Device> {
  const sources = gpu === undefined ? platform.sources : [{ name: 'the given gpu', open: async () => gpu }];
  const { found, tried } = await findAdapter(sources);
  const { store } = platform;
  if (found !== undefined) return openAdapter(found.gpu, found.adapter, { random, tune, deterministic, store });
  const attempts = tried.join('; ');
  if (backend === 'webgpu') {
    throw new DeviceError(
      'unavailable',
      `init: no WebGPU adapter (${attempts}). Install a Vulkan, Metal or D3D12 driver, or the package @sparticuz/chromium for a software GPU, or use init({ backend: 'cpu' }).`,
    );
  }
  console.warn(`dawngrad: no GPU (${attempts}); running on the CPU reference backend, which is slow.`);
  return CpuDevice.open(random);
}
