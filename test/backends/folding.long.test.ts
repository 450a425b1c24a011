import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { Generator } from '../../src/core/random/generator.ts';
import type { Case } from '../../src/gradcheck/case.ts';
import { matmulFamily, tileFamily } from '../../src/gradcheck/cases/matmul.ts';
import { operations } from '../../src/gradcheck/cases/operations.ts';
import { check } from '../../src/gradcheck/check.ts';
import { add, neg, ones, scope, sum } from '../../src/index.ts';
import { cpu, gpu, onGpu } from '../harness/device.ts';

const test = suite('folding');

/** The limit of workgroups per grid axis; on real devices 65,535, and more take a kernel with barriers minutes. */
const FEW = 7;
/** The products below, and their gradients in parts, need more than 7 x 7. */
const FEW_OF_PRODUCTS = 60;

/**
 * A device that claims to allow only a few workgroups per axis, so that every larger grid folds. It is deterministic, so
 * that the trees are checked, which other devices do not use.
 */
async function narrow({ instance, info }: GpuDevice, few: number): Promise<GpuDevice> {
  const adapter = await instance.requestAdapter();
  if (adapter === null) throw new Error('the adapter is gone');
  const requiredFeatures = info.features.filter((name) => name === 'subgroups') as GPUFeatureName[]; // the only name left
  const device = await adapter.requestDevice({ requiredFeatures });
  const limits = standIn(device.limits, { maxComputeWorkgroupsPerDimension: few });
  return new GpuDevice({
    instance,
    device: standIn(device, { limits }),
    info,
    random: new Generator(cpu.random.seed),
    deterministic: true,
  });
}

/** An object of the platform with some properties replaced; its methods still see the object itself. */
const standIn = <T extends object>(target: T, replaced: Partial<T>): T =>
  new Proxy(target, {
    get: (_, name) => {
      if (name in replaced) return Reflect.get(replaced, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const device = gpu instanceof GpuDevice ? await narrow(gpu, FEW) : undefined;
const deviceOfProducts = gpu instanceof GpuDevice ? await narrow(gpu, FEW_OF_PRODUCTS) : undefined;
/** 61 small products, long enough to split: two rows of 31 workgroups, including one surplus that the kernel must guard. */
const PRODUCTS: Case = {
  shapes: [
    [61, 5, 200],
    [200, 7],
  ],
  args: [{ transposeA: false, transposeB: false }],
};

for (const { cases, ...subject } of [...operations, ...matmulFamily, ...tileFamily]) {
  const [first] = cases;
  if (first.shapes === undefined) continue; // takes no tensors
  const isProduct = subject.name.startsWith('matmul');
  const row = isProduct ? PRODUCTS : first;
  onGpu(test, subject.name, async () => {
    const narrowed = isProduct ? deviceOfProducts : device;
    if (narrowed === undefined) throw new Error('internal: there is a GPU, but no narrow device');
    const { verdict, reason } = await check(subject, row, { device: narrowed, reference: cpu });
    if (verdict === 'failed') throw new Error(reason);
  });
}

onGpu(test, 'more than 65,535 workgroups of elementwise kernels', async () => {
  const size = 65_535 * 256 + 100; // below 2^24, so that the sum of ones is exact
  await scope(async () => {
    assert.is(await sum(neg(ones([size]))).item(), -size);
    assert.is(await sum(add(ones([size]), 1)).item(), 2 * size);
  });
});

test.run();
