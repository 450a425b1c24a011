// A contestant in a process of its own: node node.mjs <library> <folder of .wasm files>, spoken to over IPC.
import { isSoftware } from '../../src/gpu/adapter.ts';
import { hasVulkanLoader, useSoftwareGpu } from '../../src/gpu/software.ts';
import { Contestant } from './contestant.mjs';

/** Dawn on the system's driver, else on the software GPU, as dawngrad's own entry for Node finds it. */
async function dawn() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  if (hasVulkanLoader()) {
    const gpu = create([]);
    const adapter = await gpu.requestAdapter();
    if (adapter !== null && !isSoftware(adapter)) return gpu;
  }
  await useSoftwareGpu();
  return create([]);
}

/** Every library looks for the GPU where a page has it. */
async function open([name, wasmFolder]) {
  const navigator = { gpu: await dawn(), userAgent: `Node.js/${process.versions.node}` };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  return Contestant.open(name, { wasmFolder });
}

const opened = open(process.argv.slice(2));
opened.catch(() => {}); // told in answer to the first question

process.on('message', async ([question, ...rest]) => {
  try {
    const contestant = await opened;
    process.send({ answer: await contestant[question](...rest) });
  } catch (error) {
    process.send({ problem: error.message });
  }
});
process.on('disconnect', () => process.exit());
