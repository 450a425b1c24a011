// A contestant in a process of its own: node node.mjs <library> <folder of .wasm files>, spoken to over IPC.
import { findAdapter } from '../../src/backends/webgpu/adapter.ts';
import { dawnSources } from '../../src/backends/webgpu/node/dawn.ts';
import { Contestant } from './contestant.mjs';

/** Every library looks for the GPU where a page has it. */
async function open([name, wasmFolder]) {
  const { found } = await findAdapter(dawnSources);
  const navigator = { gpu: found?.gpu, userAgent: `Node.js/${process.versions.node}` };
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
