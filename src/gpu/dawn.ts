import { isMainThread } from 'node:worker_threads';
import { hasVulkanLoader, useSoftwareGpu } from './software.ts';
import type { GpuSource } from './source.ts';

/**
 * Flags for Dawn, separated by spaces. `enable-dawn-features=skip_validation,disable_robustness` leaves its checks out:
 * what they cost is for benches to say, as pages can't do without them.
 */
const FLAGS = 'DAWNGRAD_DAWN_FLAGS';

/** Dawn for Node; imported when asked for, so that the CPU backend works without it. */
async function dawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  return create((process.env[FLAGS] ?? '').split(' ').filter(Boolean));
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
