import type { GpuDevice } from '../backends/webgpu/device.ts';
import { ValueError } from '../core/errors.ts';
import { scope } from '../core/tensor/lifetime.ts';
import { compile } from '../engine/compile.ts';
import { randomUniform } from '../ops/create/create.ts';
import { check } from './check.ts';
import { type KernelCase, kernelCases } from './kernels.ts';
import { type Limits, measureLimits } from './limits.ts';
import { timeOf } from './stopwatch.ts';

export interface Measured {
  readonly name: string;
  readonly size: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  /** Floating-point operations and bytes of one run. */
  readonly operations: number;
  readonly bytes: number;
  /** The adapter's limit that bounds the kernel. */
  readonly bound: 'memory' | 'arithmetic';
  /** The fraction of that limit that the kernel reaches; above 1 if its data stay in a cache. */
  readonly share: number;
}

export interface Roofline {
  readonly limits: Limits;
  readonly kernels: readonly Measured[];
}

interface Options {
  readonly device: GpuDevice;
  /** Parts of the names of the kernels to measure; default all. */
  readonly names?: readonly string[];
  readonly onLimits?: (limits: Limits) => void;
  readonly onKernel?: (measured: Measured) => void;
}

/** The kernels whose name contains one of the texts, or all without texts. @throws ValueError for a text that no name contains. */
function choose(cases: readonly KernelCase[], texts: readonly string[]): readonly KernelCase[] {
  for (const text of texts) {
    if (cases.some(({ name }) => name.includes(text))) continue;
    throw new ValueError({
      op: 'bench',
      got: `'${text}'`,
      expected: 'part of a kernel name',
      fix: `The names are ${[...new Set(cases.map(({ name }) => name))].join(', ')}.`,
    });
  }
  return texts.length === 0 ? cases : cases.filter(({ name }) => texts.some((text) => name.includes(text)));
}

/**
 * Measures an adapter's copy bandwidth and multiply-add rate, and the fraction of them that each kernel reaches.
 * @throws ValueError if no kernel's name contains one of `names`; Error if a kernel's result is wrong.
 * @see Williams, Waterman and Patterson (2009), "Roofline: an insightful visual performance model".
 */
export async function measureRoofline({ device, names = [], onLimits, onKernel }: Options): Promise<Roofline> {
  const chosen = choose(kernelCases(device), names);
  const limits = await measureLimits(device);
  onLimits?.(limits);
  const kernels: Measured[] = [];
  for (const kernel of chosen) {
    const measured = await measure(device, kernel, limits);
    kernels.push(measured);
    onKernel?.(measured);
  }
  return { limits, kernels };
}

/** Measures a kernel after checking its result. */
export const measure = (
  device: GpuDevice,
  kernel: KernelCase,
  limits: Limits,
  { checked = true } = {},
): Promise<Measured> =>
  scope(async () => {
    const { name, size, shapes, prepare, operations, bytes } = kernel;
    const inputs = shapes.map((shape) => randomUniform(shape, { low: -1, high: 1 }));
    const step = compile(prepare(...inputs));
    await step.tune();
    if (checked) await check(kernel, inputs, step());
    const { dispatches } = step.plan();
    const milliseconds = await timeOf(device, () => step().dispose());
    step.dispose();
    const seconds = { memory: bytes / limits.bandwidth, arithmetic: operations / limits.arithmetic };
    const bound: Measured['bound'] = seconds.memory >= seconds.arithmetic ? 'memory' : 'arithmetic';
    return {
      name,
      size,
      dispatches,
      milliseconds,
      operations,
      bytes,
      bound,
      share: (1000 * seconds[bound]) / milliseconds,
    };
  });
