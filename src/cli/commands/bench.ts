import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { version } from '../../../package.json';
import { GpuDevice } from '../../backends/webgpu/device.ts';
import { init } from '../../node.ts';
import type { Limits } from '../../roofline/limits.ts';
import type { Measured } from '../../roofline/suite.ts';
import { deviceName } from '../format.ts';

interface BenchOptions {
  readonly out?: string;
}

export const benchCommand = new Command('bench')
  .description('checks kernels, and measures them against the limits of this GPU for copying and arithmetic')
  .argument('[names...]', 'parts of the names of kernels to measure (default: all)')
  .option('--out <folder>', 'folder for the results as JSON, Markdown and a chart')
  .action(bench);

async function bench(names: readonly string[], { out }: BenchOptions): Promise<void> {
  const { measureRoofline } = await import('../../roofline/suite.ts'); // large, and only this command needs it
  const device = await init({ backend: 'webgpu' });
  try {
    if (!(device instanceof GpuDevice)) throw new Error('internal: init returned another backend than webgpu');
    console.log(`${deviceName(device.info)}${device.info.adapter.software ? ': compare shares, not times' : ''}`);
    const { limits, kernels } = await measureRoofline({
      device,
      names,
      onLimits: (limits) => console.log(`${describe(limits)}\n\n${line(HEADER)}`),
      onKernel: (kernel) => console.log(line(cells(kernel))),
    });
    if (out === undefined) return;
    const { adapter } = device.info;
    const about = { dawngrad: version, date: new Date().toISOString().slice(0, 10), adapter, ...limits };
    const { drawRoofline } = await import('../charts/roofline.ts'); // with a charting library
    const slug = `${adapter.vendor}-${adapter.architecture}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const path = join(out, `roofline-${slug}`);
    await mkdir(out, { recursive: true });
    await writeFile(`${path}.json`, `${JSON.stringify({ ...about, kernels }, undefined, 2)}\n`);
    await writeFile(`${path}.svg`, drawRoofline(limits, kernels));
    await writeFile(
      `${path}.md`,
      markdown({ title: deviceName(device.info), date: about.date, chart: `roofline-${slug}.svg` }, limits, kernels),
    );
    console.log(`\n${path}.json, .md and .svg`);
  } finally {
    device.dispose();
  }
}

const describe = ({ bandwidth, arithmetic }: Limits): string =>
  `measured limits: ${digits(bandwidth / 1e9)} GB/s for copies, ${digits(arithmetic / 1e9)} GFLOP/s for multiply-adds`;

/** Three significant digits. */
const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const time = (milliseconds: number): string =>
  milliseconds >= 1 ? `${digits(milliseconds)} ms` : `${digits(1000 * milliseconds)} us`;

const HEADER = ['kernel', 'size', 'dispatches', 'time', 'rate', 'share'];
const WIDTHS = [30, 20, 10, 9, 13, 12];

function cells({ name, size, dispatches, milliseconds, operations, bytes, bound, share }: Measured): string[] {
  const perSecond = (work: number): string => digits(work / milliseconds / 1e6);
  const rate = bound === 'memory' ? `${perSecond(bytes)} GB/s` : `${perSecond(operations)} GFLOP/s`;
  return [name, size, String(dispatches), time(milliseconds), rate, `${(100 * share).toFixed(1)} %`];
}

/** Aligns names to the left and numbers to the right. */
const line = (texts: readonly string[]): string =>
  texts.map((text, i) => (i < 2 ? text.padEnd(WIDTHS[i]) : text.padStart(WIDTHS[i]))).join(' ');

/** The results as a page of Markdown. */
function markdown(
  { title, date, chart }: { readonly title: string; readonly date: string; readonly chart: string },
  limits: Limits,
  kernels: readonly Measured[],
): string {
  const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return `# Roofline of ${title}

- date: ${date}
- ${describe(limits)}
- a share is relative to the limit that the kernel reaches first; above 100 %, the data stay in a cache

![Share of the limits of the adapter that each kernel reaches](${chart})

${row(HEADER)}
${row(HEADER.map((_, i) => (i < 2 ? '---' : '--:')))}
${kernels.map((kernel) => row(cells(kernel))).join('\n')}
`;
}
