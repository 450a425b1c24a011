import { CpuDevice } from '../backends/cpu/device.ts';
import type { Device } from '../core/device.ts';
import { Generator } from '../core/random.ts';
import type { Case, Subject } from './case.ts';
import { convolutionFamily } from './cases/convolutions.ts';
import { fused } from './cases/fused.ts';
import { kernels } from './cases/kernels.ts';
import { operations } from './cases/operations.ts';
import { matmulFamily } from './cases/products.ts';
import { check } from './check.ts';
import type { CheckResult } from './findings.ts';

/** One case of one operation or kernel. */
export interface Entry {
  readonly subject: Subject;
  readonly row: Case;
}

/** Everything there is to check. */
export const entries: readonly Entry[] = [
  ...operations,
  ...matmulFamily,
  ...convolutionFamily,
  ...fused,
  ...kernels,
].flatMap(({ cases, ...subject }) => cases.map((row) => ({ subject, row })));

/**
 * Checks every operation and kernel on a device against the float64 reference, forward and backward.
 * @param options `onResult` sees each result as it comes.
 * @returns one result per case, in the order of the table.
 */
export async function runSuite({
  device,
  onResult,
}: {
  readonly device: Device;
  readonly onResult?: (result: CheckResult) => void;
}): Promise<CheckResult[]> {
  const { seed, step } = device.random;
  const reference = await CpuDevice.open(new Generator(seed, { step })); // the same masks of dropout
  const results: CheckResult[] = [];
  for (const { subject, row } of entries) {
    const result = await check(subject, row, { device, reference });
    results.push(result);
    onResult?.(result);
  }
  return results;
}
