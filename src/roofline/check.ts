import { CpuDevice } from '../backends/cpu/device.ts';
import type { Device } from '../core/device.ts';
import { Generator } from '../core/random.ts';
import type { Tensor } from '../core/tensor.ts';
import { tensor } from '../ops/create/create.ts';
import { gather } from '../ops/movement/gather.ts';
import type { KernelCase } from './kernels.ts';

/** Rows or columns of a result that are compared. */
const PARTS = 8;
/** Of the largest expected number: above what rounding does here, below what a wrong kernel does. */
const TOLERANCE = 1e-5;

/**
 * Compares a result with the float64 reference: a few rows or columns of it, the first and the last among them, or all
 * where the parts depend on each other. What is timed has to be right.
 * @throws Error with the numbers.
 */
export async function check(kernel: KernelCase, inputs: readonly Tensor[], result: Tensor): Promise<void> {
  const { name, size, parts, prepare } = kernel;
  const { device } = result;
  const { seed, step } = device.random;
  const reference = await CpuDevice.open(new Generator(seed, { step }));
  const picked = parts && positions(result.shape[parts.result]);
  const cut = (t: Tensor, axis: number | undefined): Tensor =>
    picked === undefined || axis === undefined ? t : gather(t, tensor(picked, { device: t.device }), { axis });
  const onReference = async (x: Tensor, i: number): Promise<Tensor> => {
    const part = cut(x, parts?.inputs[i]);
    return tensor(await part.data(), { shape: part.shape, device: reference as Device });
  };
  const expected = Float64Array.from(await prepare(...(await Promise.all(inputs.map(onReference))))().data());
  const got = await cut(result, parts?.result).data();
  if (got.length !== expected.length)
    throw new Error(`${name} ${size}: ${got.length} numbers, expected ${expected.length}`);
  const tolerance = TOLERANCE * expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(got[i] - expected[i]) <= tolerance) continue; // NaN is not
    throw new Error(`${name} ${size}: number ${i} is ${got[i]}, expected ${expected[i]} within ${tolerance}`);
  }
}

/** Evenly spread, from the first to the last. */
const positions = (length: number): Int32Array =>
  Int32Array.from({ length: Math.min(PARTS, length) }, (_, i) =>
    Math.round((i * (length - 1)) / Math.max(1, Math.min(PARTS, length) - 1)),
  );
