import { randomUniform, scope } from '../src/node.ts';
import { check } from '../src/roofline/check.ts';
import { type KernelCase, kernelCases } from '../src/roofline/kernels.ts';
import { device, type Row, suite, wanted } from './harness.ts';

function row(kernel: KernelCase): Row {
  const { name, size, operations, bytes, shapes, prepare } = kernel;
  const inputs = shapes.map((shape) => randomUniform(shape, { low: -1, high: 1 }));
  const run = prepare(...inputs);
  const isProduct = name.startsWith('matmul');
  return {
    name: size,
    work: isProduct ? operations : bytes,
    unit: isProduct ? 'GFLOP/s' : 'GB/s',
    run,
    check: () => check(kernel, inputs, run()),
  };
}

const cases = kernelCases(device).filter(({ name }) => name.includes(wanted));
for (const name of new Set(cases.map((kernel) => kernel.name))) {
  await scope(() => suite(name, cases.filter((kernel) => kernel.name === name).map(row)));
}
device.dispose();
