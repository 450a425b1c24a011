import b from 'benny';
import { type Device, init, type Tensor } from '../src/node.ts';

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

export const device: Device = await init({ backend: 'webgpu', seed: 1 });

/** Checks every row, then times it and prints its rate with the adapter's name. */
export async function suite(name: string, rows: readonly Row[]): Promise<void> {
  for (const { check } of rows) await check();
  const { description, software } = device.info.adapter;
  console.log(
    `\n${name} on ${description}${software ? ' (software GPU: ratios only)' : ''}, ${new Date().toISOString().slice(0, 10)}`,
  );
  const { results } = await b.suite(
    name,
    ...rows.map(({ name: row, run }) =>
      b.add(row, async () => {
        for (let i = 0; i < RUNS_PER_SAMPLE; i++) run()?.dispose();
        await device.sync();
      }),
    ),
  );
  for (const [i, { work, unit, name: row }] of rows.entries()) {
    const runsPerSecond = RUNS_PER_SAMPLE / results[i].details.median;
    const rate = unit === 'steps/s' ? runsPerSecond : (runsPerSecond * work) / 1e9;
    console.log(`  ${row.padEnd(44)} ${rate.toFixed(2).padStart(9)} ${unit}   (margin ${results[i].margin} %)`);
  }
}

/** Refuses a result that is off by more than `tolerance` from the expected one. */
export function expectClose(
  name: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(got[i] - expected[i]) <= tolerance)) {
      throw new Error(`${name}: element ${i} is ${got[i]}, expected ${expected[i]} within ${tolerance}`);
    }
  }
}
