import { CpuDevice } from '../cpu.ts';
import type { Device } from '../device.ts';
import { Generator } from '../random.ts';
import type { Case, Subject } from './case.ts';
import { operations } from './cases.ts';
import { check } from './check.ts';
import { convolutionFamily } from './convolutions.ts';
import type { CheckResult } from './findings.ts';
import { fused } from './fused.ts';
import { kernels } from './kernels.ts';
import { matmulFamily } from './products.ts';

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
