import { CpuDevice } from '../backends/cpu/device.ts';
import { findAdapter, openAdapter } from '../backends/webgpu/adapter.ts';
import type { Gpu, GpuSource } from '../backends/webgpu/source.ts';
import type { TunerStore } from '../backends/webgpu/tuner/tuner.ts';
import { seedValue, type Check, checkValues, flag, named } from '../core/checks.ts';
import { type Device, setCurrentDevice } from '../core/device.ts';
import { DeviceError } from '../core/errors.ts';
import { Generator } from '../core/random.ts';
import { type AsyncContext, setAsyncContext } from '../core/scope.ts';
import { type Folders, setFolders } from '../io/folders.ts';

export interface InitOptions {
  /** `auto` (default): hardware GPU, else software GPU, else CPU with a warning. A named backend that is not there throws. */
  readonly backend?: 'auto' | 'webgpu' | 'cpu';
  /** Where to look for adapters instead of the usual places: `navigator.gpu`, or what Dawn's `create()` returned. */
  readonly gpu?: Gpu;
  /**
   * Whether kernels that compete are measured on this adapter before a step first runs, and the winners remembered;
   * default on hardware only. Results differ by float32's rounding at most.
   */
  readonly tune?: boolean;
  /**
   * Pins the kernels, so that the same seed gives the same bits whether or not tuning ever ran, and reduces in trees whose
   * shape does not depend on the GPU's subgroups; default false.
   */
  readonly deterministic?: boolean;
  /** Seed of everything random on this device, a 32-bit integer; default 0. */
  readonly seed?: number;
}

const CHECKS: Readonly<Record<keyof InitOptions, Check>> = {
  backend: [(value) => ['auto', 'webgpu', 'cpu'].some((each) => each === value), "'auto', 'webgpu' or 'cpu'"],
  gpu: [(value) => typeof value === 'object' && value !== null, 'a GPU as navigator.gpu is one'],
  tune: flag,
  deterministic: flag,
  seed: seedValue,
};

/** What differs between Node and a browser. */
interface Platform {
  readonly sources: readonly GpuSource[];
  /** Where the tuner's findings are kept. */
  readonly store: TunerStore;
  /** How it follows code over an await, where it can. */
  readonly context?: AsyncContext;
  /** How models get to folders, where there are some. */
  readonly folders?: Folders;
}

/** Makes `init` for a platform. */
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
