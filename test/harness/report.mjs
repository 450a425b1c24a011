// Reads the results from a test file's output.
import { stripVTControlCharacters } from 'node:util';

const numberAfter = (text, label) => {
  const match = new RegExp(`${label}: +(\\d+)`).exec(text);
  return match === null ? undefined : Number(match[1]);
};

/**
 * Reads uvu's totals. A file that crashed or printed no totals counts as one more failure than it reported:
 * uvu prints nothing when a file throws before its tests start.
 */
export function readTotals(output, { problem } = {}) {
  const text = stripVTControlCharacters(output);
  const total = numberAfter(text, 'Total');
  const passed = numberAfter(text, 'Passed') ?? 0;
  const skipped = numberAfter(text, 'Skipped') ?? 0;
  const failed = (total ?? 0) - passed;
  const fault = problem ?? (total === undefined ? 'it printed no totals (does it end with .run()?)' : undefined);
  const broken = fault !== undefined && failed === 0;
  return { passed, failed: failed + (broken ? 1 : 0), skipped, text, ...(broken && { fault }) };
}

/** Prints one line per file, its skips and notes, and the whole output of a failing file. */
export function printFile(where, file, { passed, failed, skipped, seconds, text, fault }) {
  const counts = summary({ passed, failed, skipped });
  console.log(`${where.padEnd(6)} ${file.padEnd(36)} ${seconds.toFixed(1).padStart(6)} s  ${counts}`);
  if (failed > 0) console.log(`${text.trim()}\n`);
  else for (const line of text.split('\n')) if (/^(skipped|note): /.test(line)) console.log(`       ${line}`);
  if (fault !== undefined) console.log(`  ${file}: ${fault}\n`);
}

/** `N passed, N failed`, and the number skipped if there are any. */
export const summary = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
