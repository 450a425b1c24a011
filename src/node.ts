import { hasVulkanLoader, useSoftwareGpu } from './gpu/software.ts';
import { tunerFiles } from './gpu/tunerFile.ts';
import { type GpuSource, makeInit } from './init.ts';

export * from './index.ts';

/** Dawn for Node; imported when asked for, so that the CPU backend works without it. */
async function dawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  return create([]);
}

const sources: readonly GpuSource[] = [
  {
    name: 'system driver',
    open: async () => {
      if (!hasVulkanLoader()) throw new Error('no Vulkan loader');
      return dawn();
    },
  },
  {
    name: 'software GPU',
    open: async () => {
      await useSoftwareGpu();
      return dawn();
    },
  },
];

export const init = makeInit({ sources, store: tunerFiles() });
