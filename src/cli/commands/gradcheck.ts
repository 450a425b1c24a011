import { Command } from 'commander';
import type { CheckResult } from '../../gradcheck/findings.ts';
import { init } from '../../node.ts';
import { deviceName } from '../format.ts';
import { type Backend, backendOption } from '../options.ts';

export const gradcheckCommand = new Command('gradcheck')
  .description('checks operations and kernels on this device against the float64 reference')
  .argument('[names...]', 'parts of the names of operations and kernels to check (default: all)')
  .addOption(backendOption())
  .action(gradcheck);

async function gradcheck(names: readonly string[], { backend }: { readonly backend: Backend }): Promise<void> {
  const { entriesOf, runSuite } = await import('../../gradcheck/suite.ts'); // large, and only this command needs it
  const chosen = entriesOf(names);
  const device = await init({ backend });
  try {
    console.log(`${deviceName(device.info)}\n\n${line(['operation', 'case', 'error', 'tolerance', 'verdict'])}`);
    const results = await runSuite({ device, chosen, onResult: (result) => console.log(row(result)) });
    const failed = results.filter(({ verdict }) => verdict === 'failed').length;
    console.log(`\n${results.length - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    device.dispose();
  }
}

const CASE_WIDTH = 44;

function row({ operation, label, error, tolerance, verdict, reason }: CheckResult): string {
  const shown = label.length > CASE_WIDTH ? `${label.slice(0, CASE_WIDTH - 1)}…` : label;
  const cells = line([operation, shown, error.toExponential(1), tolerance.toExponential(1), verdict]);
  return reason === undefined ? cells : `${cells}\n  ${reason}`;
}

const line = ([operation, label, error, tolerance, verdict]: readonly string[]): string =>
  `${operation.padEnd(22)} ${label.padEnd(CASE_WIDTH)} ${error.padStart(9)} ${tolerance.padStart(9)}  ${verdict}`;
