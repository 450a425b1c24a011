import type { DeviceInfo } from '../core/device.ts';

/** `60,000`. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** `97.83 %`. */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** The name of a device: `SwiftShader driver 5.0.0 (WebGPU, in software)`. */
export function deviceName({ backend, adapter }: DeviceInfo): string {
  const name = adapter.description || [adapter.vendor, adapter.architecture].join(' ').trim();
  return backend === 'cpu' ? name : `${name} (WebGPU${adapter.software ? ', in software' : ''})`;
}

/** Aligns rows in columns; the first row is the header. Columns of numbers are aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => rows.reduce((width, row) => Math.max(width, row[column].length), 0));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => /^[-\d]/.test(row[column])));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
