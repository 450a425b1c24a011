import type { DeviceInfo } from '../../core/device.ts';
import { DeviceError } from '../../core/errors.ts';
import type { Generator } from '../../core/random/generator.ts';
import { GpuDevice } from './device.ts';
import type { Debug } from './queue/debug.ts';
import type { GpuSource } from './source.ts';
import { Tuner, type TunerStore } from './tuner/tuner.ts';

/** Limits that kernels can use beyond the guaranteed minimum. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Features that kernels and the tuner use if available. */
const WANTED_FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query'];

/** Names by which drivers that run on the CPU identify themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

const textOf = ({ vendor, architecture, device, description }: GPUAdapterInfo): string =>
  [vendor, architecture, device, description].join(' ');

export const isSoftware = (adapter: GPUAdapter): boolean =>
  adapter.info.isFallbackAdapter === true || SOFTWARE.test(textOf(adapter.info));

/** Finds an adapter: a hardware adapter from any source, else a software adapter from any source. */
export async function findAdapter(
  sources: readonly GpuSource[],
): Promise<{ found: { gpu: GPU; adapter: GPUAdapter } | undefined; tried: string[] }> {
  const tried: string[] = [];
  for (const { name, open } of sources) {
    try {
      const gpu = (await open()) as GPU; // the public type omits WebGPU's own types
      const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
      if (adapter === null) tried.push(`${name}: no adapter`);
      else if (isSoftware(adapter) && sources.at(-1)?.name !== name) tried.push(`${name}: only a software adapter`);
      else return { found: { gpu, adapter }, tried };
    } catch (error) {
      tried.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { found: undefined, tried };
}

interface OpenOptions {
  readonly random: Generator;
  /** Whether kernels are selected by measurement; default true on hardware. */
  readonly tune: boolean | undefined;
  /** Whether measurements select nothing, and reductions use the same trees on every device. */
  readonly deterministic: boolean;
  readonly store: TunerStore | undefined;
}

/** The printer of dispatches, if DAWNGRAD_DEBUG is 1 or 2, in the environment or as a global variable. */
async function openDebug(device: GPUDevice): Promise<Debug | undefined> {
  const name = 'DAWNGRAD_DEBUG';
  const level = Number(Reflect.get(globalThis, name) ?? globalThis.process?.env?.[name] ?? 0);
  if (!(level > 0)) return undefined;
  const { Debug } = await import('./queue/debug.ts');
  return new Debug(device, level);
}

/** Opens an adapter with the limits and features that the engine can use. */
export async function openAdapter(
  gpu: GPU,
  adapter: GPUAdapter,
  { random, tune, deterministic, store }: OpenOptions,
): Promise<GpuDevice> {
  const limits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const features = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ label: 'dawngrad', requiredLimits: limits, requiredFeatures: features });
  } catch (error) {
    throw new DeviceError('unavailable', `The adapter ${textOf(adapter.info)} refused a device: ${String(error)}`);
  }
  const { vendor, architecture, device: model } = adapter.info;
  // Browsers hide what could identify users, above all the description.
  const description = adapter.info.description || [vendor, architecture, model].filter(Boolean).join(' ') || 'a GPU';
  const info: DeviceInfo = {
    backend: 'webgpu',
    adapter: { vendor, architecture, device: model, description, software: isSoftware(adapter) },
    limits,
    features: [...device.features].sort(),
  };
  const opened = new GpuDevice({ instance: gpu, device, info, random, deterministic, debug: await openDebug(device) });
  await opened.sync(); // throws if the adapter is gone, as the device is then lost
  if (!deterministic && (tune ?? !info.adapter.software)) {
    opened.tuner = new Tuner(textOf(adapter.info), store, opened);
    await opened.tuner.load();
  }
  return opened;
}
