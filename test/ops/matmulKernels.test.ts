import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Device } from '../../src/core/device.ts';
import { candidatesOn, kernelOf } from '../../src/ops/matmul/kernels.ts';

const test = suite('matmulKernels');

/** A device, as the choice of kernels sees it. */
const deviceWith = (software: boolean, features: readonly string[]): Device =>
  ({ info: { adapter: { software }, features } }) as unknown as Device;
const hardware = deviceWith(false, ['subgroups']);

const sizes = (M: number, K: number, N: number) => ({ M, N, K, batches: 1 });
const workgroups = (choice: string, of: ReturnType<typeof sizes>): number => {
  const { kernel, parts } = kernelOf(choice as never);
  return kernel.workgroups(of) * parts;
};

test('a long sum of few elements is split into enough parts to fill a GPU', () => {
  const products = [
    sizes(9, 50176, 8),
    sizes(16, 12544, 64),
    sizes(784, 16384, 200),
    sizes(100, 8192, 10),
    sizes(128, 784, 200),
  ];
  for (const product of products) {
    const [best] = candidatesOn(hardware, product);
    assert.ok(workgroups(best, product) >= 128, `${best} for ${JSON.stringify(product)}`);
  }
});

test('a product of many tiles is not split', () => {
  const [best] = candidatesOn(hardware, sizes(4096, 4096, 4096));
  assert.is(kernelOf(best).parts, 1);
});

test('a short sum is not split', () => {
  for (const K of [0, 1, 10, 32]) {
    for (const choice of candidatesOn(hardware, sizes(128, K, 100))) assert.is(kernelOf(choice).parts, 1, choice);
  }
});

test('on hardware, split kernels are candidates and kernels for software are not', () => {
  const choices = candidatesOn(hardware, sizes(784, 8192, 200));
  assert.ok(choices.length >= 3, choices.join());
  assert.ok(
    choices.some((choice) => kernelOf(choice).parts > 1),
    choices.join(),
  );
  assert.not(choices.includes('lanes'), choices.join());
});

test('a software GPU prefers its own kernels', () => {
  const software = deviceWith(true, ['subgroups']);
  assert.is(candidatesOn(software, sizes(128, 784, 200))[0], 'lanes');
  assert.is(candidatesOn(software, sizes(8, 8, 8))[0], 'plain');
  assert.not(candidatesOn(deviceWith(true, []), sizes(128, 784, 200)).includes('lanes'));
});

test.run();
