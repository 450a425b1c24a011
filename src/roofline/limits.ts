import copyWgsl from '../../shaders/roofline/copy.wgsl';
import multiplyAddWgsl from '../../shaders/roofline/multiply_add.wgsl';
import type { GpuDevice } from '../backends/webgpu/device.ts';
import { scope } from '../core/tensor/lifetime.ts';
import { BYTES } from '../core/tensor/storage.ts';
import { Tensor } from '../core/tensor/tensor.ts';
import { constantOf } from '../core/wgsl.ts';
import { elementwise } from '../ops/lib/elements.ts';
import { runner } from '../ops/op.ts';
import { largeSize } from './sizes.ts';
import { timeOf } from './stopwatch.ts';

/** The best an adapter can do, measured on it. */
export interface Limits {
  /** Bytes per second of a copy, counting reads and writes. */
  readonly bandwidth: number;
  /** Floating-point operations per second of multiply-adds in registers. */
  readonly arithmetic: number;
}

/** The grids to try for a copy. */
const COPIES = [64, 256].flatMap((WORKGROUP_SIZE) => [1, 4, 16].map((ITEMS) => ({ WORKGROUP_SIZE, ITEMS })));
/** Invocations of the multiply-add kernel: enough to fill a large GPU several times. */
const MULTIPLYING = { hardware: 2 ** 20, software: 2 ** 12 };
const WORKGROUP_SIZES = [64, 256];

/** Measures both limits; the fastest of several kernels counts. */
export async function measureLimits(device: GpuDevice): Promise<Limits> {
  return { bandwidth: await measureBandwidth(device), arithmetic: await measureArithmetic(device) };
}

async function measureBandwidth(device: GpuDevice): Promise<number> {
  const size = largeSize(device);
  const [x, y] = [vector(device, size), vector(device, size)];
  const run = runner({ name: 'copy', sources: elementwise(copyWgsl) }, device);
  const variants = [
    () => device.copy(x.storage, y.storage, size),
    ...COPIES.map((constants) => () => {
      run.into('forward', [x], [y], { params: { size: size / 4 }, constants, grid: { invocations: size / 4 } });
    }),
  ];
  const seconds = await fastest(device, variants);
  for (const t of [x, y]) t.dispose();
  return (2 * size * BYTES) / seconds;
}

async function measureArithmetic(device: GpuDevice): Promise<number> {
  const invocations = MULTIPLYING[device.info.adapter.software ? 'software' : 'hardware'];
  const y = vector(device, 4 * invocations);
  const run = runner({ name: 'multiplyAdd', sources: [multiplyAddWgsl] }, device);
  const variants = WORKGROUP_SIZES.map((WORKGROUP_SIZE) => () => {
    const params = { factor: 0.5, term: 0.25 };
    run.into('forward', [], [y], { params, constants: { WORKGROUP_SIZE }, grid: { invocations } });
  });
  const seconds = await fastest(device, variants);
  y.dispose();
  const operations = 8 * constantOf(multiplyAddWgsl.text, 'CHAINS') * constantOf(multiplyAddWgsl.text, 'ROUNDS');
  return (invocations * operations) / seconds;
}

async function fastest(device: GpuDevice, variants: readonly (() => void)[]): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (const variant of variants) best = Math.min(best, await timeOf(device, () => scope(variant)));
  return best / 1000;
}

const vector = (device: GpuDevice, size: number): Tensor => new Tensor(device, device.allocate(size), [size], 'f32');
