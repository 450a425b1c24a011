import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { full, randomUniform } from '../../src/ops/create/create.ts';
import { mul } from '../../src/ops/elementwise/binary.ts';
import { check } from '../../src/roofline/check.ts';
import { type KernelCase, kernelCases } from '../../src/roofline/kernels.ts';
import { rejects } from '../harness/check.ts';
import { onGpu } from '../harness/device.ts';

const test = suite('roofline');

/** The cases small enough to run here. */
const small = (cases: readonly KernelCase[]): readonly KernelCase[] => cases.filter(({ bytes }) => bytes < 2 ** 21);

onGpu(test, 'every kernel in the table is correct, and a wrong one is detected', async (device) => {
  const cases = small(kernelCases(device));
  assert.is(new Set(cases.map(({ name }) => name)).size, new Set(kernelCases(device).map(({ name }) => name)).size);
  for (const kernel of cases) {
    const inputs = kernel.shapes.map((shape) => randomUniform(shape, { low: -1, high: 1, device }));
    const result = kernel.prepare(...inputs)();
    await check(kernel, inputs, result);
    const wrong = mul(result, full([], 1.01, { device }));
    await rejects(() => check(kernel, inputs, wrong), /expected .* within/);
  }
});

onGpu(test, 'the GPU times work as a whole, copies included', async (device) => {
  if (!(device instanceof GpuDevice)) throw new Error('expected a GPU device');
  const x = full([2 ** 20], 1, { device });
  const sums = full([16], 0, { device });
  const milliseconds = await device.time(() => {
    for (let i = 0; i < 100; i++) device.copy(mul(x, full([], i, { device })).storage, sums.storage, 16);
  });
  assert.ok(milliseconds > 0 && milliseconds < Number.POSITIVE_INFINITY, `${milliseconds} ms`);
  assert.equal([...(await sums.data())], Array(16).fill(99));
});

test.run();
