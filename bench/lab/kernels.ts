// Which share of the GPU's limits each kernel reaches, large sizes first: node kernels.mjs <file for the results> [seconds]
// The same as `dawngrad bench`, without its checks of the results: the gradient checks are a stage of their own.
import { writeFile } from 'node:fs/promises';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { init } from '../../src/node.ts';
import { kernelCases } from '../../src/roofline/kernels.ts';
import { measureLimits } from '../../src/roofline/limits.ts';
import { type Measured, measure } from '../../src/roofline/suite.ts';

const [, , path, seconds = '90'] = process.argv;
const end = performance.now() + 1000 * Number(seconds);
const device = await init({ backend: 'webgpu', seed: 1 });
if (!(device instanceof GpuDevice)) throw new Error('webgpu was asked for');

const limits = await measureLimits(device);
console.log(`${(limits.bandwidth / 1e9).toFixed(0)} GB/s, ${(limits.arithmetic / 1e9).toFixed(0)} GFLOP/s`);
const kernels: Measured[] = [];
const cost = ({ operations, bytes }: { operations: number; bytes: number }): number =>
  Math.max(operations / limits.arithmetic, bytes / limits.bandwidth);
for (const kernel of [...kernelCases(device)].sort((a, b) => cost(b) - cost(a))) {
  if (performance.now() > end) break;
  const measured = await measure(device, kernel, limits, { checked: false });
  kernels.push(measured);
  const { name, size, milliseconds, share } = measured;
  console.log(`${name} ${size}: ${(1000 * milliseconds).toFixed(1)} us, ${(100 * share).toFixed(1)} %`);
  await writeFile(path, JSON.stringify({ ...limits, kernels }));
}
device.dispose();
