import b from 'benny';
import { GpuDevice } from '../src/backends/webgpu/device.ts';
import { init, type Tensor } from '../src/node.ts';

/** One row of a suite: what runs, how much work that is, and how its result is checked. */
export interface Row {
  readonly name: string;
  /** Floating-point operations or bytes of one run. */
  readonly work: number;
  readonly unit: 'GFLOP/s' | 'GB/s' | 'steps/s';
  readonly run: () => Tensor | undefined;
  /** Throws if the result is wrong; runs before anything is timed. */
  readonly check: () => Promise<void>;
}

/** Runs handed to the device between two waits, so that the wait is a small part of what is measured. */
const RUNS_PER_SAMPLE = 8;

/** Part of the names of what is to be measured. */
export const wanted = process.argv[2] ?? '';

const opened = await init({ backend: 'webgpu', seed: 1 });
if (!(opened instanceof GpuDevice)) throw new Error('webgpu was asked for');
export const device: GpuDevice = opened;

/** Checks every row, then times it and prints its rate with the adapter's name. */
export async function suite(name: string, rows: readonly Row[]): Promise<void> {
  for (const { check } of rows) await check();
  const { description, software } = device.info.adapter;
  console.log(
    `\n${name} on ${description}${software ? ' (software GPU: ratios only)' : ''}, ${new Date().toISOString().slice(0, 10)}`,
  );
  const { results } = await b.suite(
    name,
    ...rows.map(({ name: row, run }) => {
      let expected = 0; // milliseconds
      return b.add(row, async () => {
        expected = await device.time(
          () => {
            for (let i = 0; i < RUNS_PER_SAMPLE; i++) run()?.dispose();
          },
          { expected },
        );
      });
    }),
  );
  for (const [i, { work, unit, name: row }] of rows.entries()) {
    const runsPerSecond = RUNS_PER_SAMPLE / results[i].details.median;
    const rate = unit === 'steps/s' ? runsPerSecond : (runsPerSecond * work) / 1e9;
    console.log(`  ${row.padEnd(44)} ${rate.toFixed(2).padStart(9)} ${unit}   (margin ${results[i].margin} %)`);
  }
}
