import { isMainThread } from 'node:worker_threads';
import type { GpuSource } from '../source.ts';
import { hasVulkanLoader, useSoftwareGpu } from './software.ts';

/**
 * Flags for Dawn, separated by spaces. `enable-dawn-features=skip_validation,disable_robustness` leaves its checks out:
 * what they cost is for benches to say, as pages can't do without them.
 */
const FLAGS = 'DAWNGRAD_DAWN_FLAGS';
/** Dawn rounds timestamps to 65.5 microseconds, which protects users of pages from each other; kernels take less. */
const ROUNDING = 'timestamp_quantization';
const DISABLE = 'disable-dawn-features=';

/** What Dawn is told: the given flags, and to leave timestamps as they are unless these say something about it. */
export function dawnFlags(given: string): string[] {
  const flags = given.split(' ').filter(Boolean);
  if (given.includes(ROUNDING)) return flags;
  const disabled = flags.filter((flag) => flag.startsWith(DISABLE)).map((flag) => flag.slice(DISABLE.length));
  const others = flags.filter((flag) => !flag.startsWith(DISABLE));
  return [...others, DISABLE + [...disabled, ROUNDING].join()]; // of two flags with one name Dawn knows the last
}

/** Dawn for Node; imported when asked for, so that the CPU backend works without it. */
async function dawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  return create(dawnFlags(process.env[FLAGS] ?? ''));
}

/** Where adapters are found in Node: a driver of the system, else a GPU in software. */
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
      : 'software GPU (beside a Vulkan loader of the system new Worker needs { env: SHARE_ENV } for it)',
    open: async () => {
      await useSoftwareGpu();
      return dawn();
    },
  },
];
