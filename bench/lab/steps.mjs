// Where a training step's time goes: node steps.mjs <file for the results> [seconds]
// For each batch: steps of `fit`, and each dispatch of one epoch by the GPU's clock (which makes it some 5 us longer).
import { writeFile } from 'node:fs/promises';
import { init, matmul, ones, scope } from '../../src/node.ts';
import { lectureNetwork, samplesLike } from './network.ts';

const device = await init({ backend: 'webgpu', seed: 1 });
const { timed } = await import('./timestamps.mjs'); // once WebGPU's classes are there
const { software } = device.info.adapter;
const [, , path, seconds = '60'] = process.argv;
const end = performance.now() + 1000 * Number(seconds);
const BATCHES = software ? [128] : [8192, 128, 1024, 16384];
const STEPS = software ? 4 : 32;

/** Keeps the GPU busy while the host gets ready, as one that idles is slow at first. */
const side = ones(software ? [64, 64] : [2048, 2048]);
const burn = () => {
  for (let i = 0; i < 300; i++) scope(() => void matmul(side, side));
  device.flush();
};

burn(); // compiles

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const rows = [];
for (const batchSize of BATCHES) {
  if (performance.now() > end) break;
  const model = lectureNetwork();
  const { x, y } = samplesLike(STEPS * batchSize);
  const options = { batchSize, verbose: 0 };
  await model.fit(x, y, { ...options, epochs: 1 }); // compiles and tunes
  const dispatches = await timed(device, () => model.fit(x, y, { ...options, epochs: 1 }), burn);
  const kinds = new Map();
  for (const { label, grid, microseconds } of dispatches) {
    const name = `${label} ${grid.join(' x ')}`;
    kinds.set(name, [...(kinds.get(name) ?? []), microseconds]);
  }
  const kernels = [...kinds].map(([name, times]) => ({
    name,
    perStep: times.length / STEPS,
    microseconds: median(times),
  }));
  kernels.sort((a, b) => b.perStep * b.microseconds - a.perStep * a.microseconds);
  const sum = kernels.reduce((total, { perStep, microseconds }) => total + perStep * microseconds, 0);
  rows.push({ batchSize, microseconds: sum, kernels });
  console.log(`batch ${batchSize}: dispatches of ${sum.toFixed(0)} us a step`);
  for (const { name, microseconds } of kernels.filter(({ perStep }) => perStep >= 1)) {
    console.log(`  ${microseconds.toFixed(1).padStart(8)} us  ${name.replace(/\S+\/(?=\S)/g, '').slice(0, 150)}`);
  }
  model.dispose();
  await writeFile(path, JSON.stringify({ rows }));
}
device.dispose();
