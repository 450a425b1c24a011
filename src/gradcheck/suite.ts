import { CpuDevice } from '../backends/cpu/device.ts';
import { suggestion } from '../core/checks.ts';
import type { Device } from '../core/device.ts';
import { ValueError } from '../core/errors.ts';
import { Generator } from '../core/random/generator.ts';
import type { Case, Subject, Suite } from './case.ts';
import { convolutionFamily } from './cases/conv.ts';
import { fused } from './cases/fused.ts';
import { matmulFamily, tileFamily } from './cases/matmul.ts';
import { operations } from './cases/operations.ts';
import { kernels } from './cases/optim.ts';
import { check } from './check.ts';
import { brief, type CheckResult } from './findings.ts';

/** One case of one operation or kernel. */
export interface Entry {
  readonly subject: Subject;
  readonly row: Case;
}

/** Everything there is to check; test/ops/rows has a file for each family. */
export const families = {
  operations,
  matmul: matmulFamily,
  tiles: tileFamily,
  convolutions: convolutionFamily,
  fused,
  kernels,
} satisfies Record<string, readonly Suite[]>;

export const entries: readonly Entry[] = Object.values(families)
  .flat()
  .flatMap(({ cases, ...subject }) => cases.map((row) => ({ subject, row })));

/**
 * The cases whose operation or kernel has one of some texts in its name, in upper or lower case; without texts, all.
 * @throws ValueError for a text that is in no name.
 */
export function entriesOf(texts: readonly string[]): readonly Entry[] {
  const has = ({ subject }: Entry, text: string): boolean => subject.name.toLowerCase().includes(text.toLowerCase());
  for (const text of texts) {
    if (entries.some((entry) => has(entry, text))) continue;
    throw new ValueError({
      op: 'gradcheck',
      got: `'${text}'`,
      expected: 'part of the name of an operation or kernel',
      fix: `${suggestion(text, [...new Set(entries.map(({ subject }) => subject.name))])}Without a name all are checked.`,
    });
  }
  return texts.length === 0 ? entries : entries.filter((entry) => texts.some((text) => has(entry, text)));
}

interface SuiteOptions {
  readonly device: Device;
  /** What to check; default everything. */
  readonly chosen?: readonly Entry[];
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Checks operations and kernels on a device against the float64 reference, forward and backward.
 * @returns one result per case, in the order of the table.
 */
export async function runSuite({ device, chosen = entries, onResult }: SuiteOptions): Promise<CheckResult[]> {
  const { seed, step } = device.random;
  const reference = await CpuDevice.open(new Generator(seed, { step })); // the same masks of dropout
  const results: CheckResult[] = [];
  const told = new Set<string>();
  for (const { subject, row } of chosen) {
    const result = brief(await check(subject, row, { device, reference }), told);
    results.push(result);
    onResult?.(result);
  }
  return results;
}
