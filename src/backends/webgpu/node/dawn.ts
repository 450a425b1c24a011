import { isMainThread } from 'node:worker_threads';
import type { GpuSource } from '../source.ts';
import { hasVulkanLoader, useSoftwareGpu } from './software.ts';

/**
 * Flags for Dawn, separated by spaces. `enable-dawn-features=skip_validation,disable_robustness` disables its checks,
 * so that benches can measure their cost; browsers always have them.
 */
const FLAGS = 'DAWNGRAD_DAWN_FLAGS';
/**
 * Dawn rounds timestamps to 65.5 microseconds, to isolate users of web pages from each other; kernels can take less.
 */
const ROUNDING = 'timestamp_quantization';
const DISABLE = 'disable-dawn-features=';

/** The flags for Dawn: the given ones, plus exact timestamps unless a given flag mentions them. */
export function dawnFlags(userFlags: string): string[] {
  const flags = userFlags.split(' ').filter(Boolean);
  if (userFlags.includes(ROUNDING)) return flags;
  const disabled = flags.filter((flag) => flag.startsWith(DISABLE)).map((flag) => flag.slice(DISABLE.length));
  const others = flags.filter((flag) => !flag.startsWith(DISABLE));
  return [...others, DISABLE + [...disabled, ROUNDING].join()]; // Dawn uses the last of two equal flags
}

/** Dawn for Node, imported on demand, so that the CPU backend works without it. */
async function dawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  return create(dawnFlags(process.env[FLAGS] ?? ''));
}

/** Where to look for adapters in Node: a driver of the system, else a software GPU. */
export const dawnSources: readonly GpuSource[] = [
  {
    name: 'system driver',
    open: async () => {
      if (!hasVulkanLoader()) throw new Error('no Vulkan loader');
      return dawn();
    },
  },
  {
    name: isMainThread
      ? 'software GPU'
      : 'software GPU (if the system has a Vulkan loader, create the worker with new Worker(file, { env: SHARE_ENV }))',
    open: async () => {
      await useSoftwareGpu();
      return dawn();
    },
  },
];
