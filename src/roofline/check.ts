import { CpuDevice } from '../backends/cpu/device.ts';
import type { Device } from '../core/device.ts';
import { Generator } from '../core/random/generator.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { tensor } from '../ops/create/create.ts';
import { gather } from '../ops/movement/gather.ts';
import type { KernelCase } from './kernels.ts';

/** The number of rows or columns of a result to compare. */
const PARTS = 8;
/** Relative to the largest expected value: above rounding errors here, below the errors of a wrong kernel. */
const TOLERANCE = 1e-5;

/**
 * Compares a result with the float64 reference, because only correct kernels are timed. Compares a few rows or columns,
 * including the first and the last, or the whole result where its parts depend on each other.
 * @throws Error with the values that differ.
 */
export async function check(kernel: KernelCase, inputs: readonly Tensor[], result: Tensor): Promise<void> {
  const { name, size, parts, prepare } = kernel;
  const { device } = result;
  const { seed, step } = device.random;
  const reference = await CpuDevice.open(new Generator(seed, { step }));
  const selected = parts && positions(result.shape[parts.result]);
  const cut = (t: Tensor, axis: number | undefined): Tensor =>
    selected === undefined || axis === undefined ? t : gather(t, tensor(selected, { device: t.device }), { axis });
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
    if (Math.abs(got[i] - expected[i]) <= tolerance) continue; // false for NaN
    throw new Error(`${name} ${size}: number ${i} is ${got[i]}, expected ${expected[i]} within ${tolerance}`);
  }
}

/** Evenly spaced positions, from the first to the last. */
const positions = (length: number): Int32Array =>
  Int32Array.from({ length: Math.min(PARTS, length) }, (_, i) =>
    Math.round((i * (length - 1)) / Math.max(1, Math.min(PARTS, length) - 1)),
  );
