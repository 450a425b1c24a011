import type { GpuDevice } from '../backends/webgpu/device.ts';
import { wake } from '../backends/webgpu/tuner/wake.ts';

/** GPU work in one sample, in milliseconds, and the repetitions that may make it up. */
const SAMPLE = 25;
const MOST_REPETITIONS = 4096;
const SAMPLES = 5;

/** Milliseconds that the GPU takes to do what `run` asks for: the median of five samples of many repetitions each. */
export async function timeOf(device: GpuDevice, run: () => void): Promise<number> {
  const sample = async (runs: number, each: number): Promise<number> =>
    (await device.time(run, { runs, expected: runs * each })) / runs;
  await sample(1, 0); // compiles
  if (!device.info.adapter.software) await wake((runs) => device.time(run, { runs }));
  let each = await sample(1, 0);
  let repetitions = 1;
  while (repetitions * each < SAMPLE && repetitions < MOST_REPETITIONS) {
    repetitions = Math.min(MOST_REPETITIONS, Math.max(2 * repetitions, Math.ceil(SAMPLE / each)));
    each = await sample(repetitions, each);
  }
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) samples.push(await sample(repetitions, each));
  return samples.sort((a, b) => a - b)[SAMPLES >> 1];
}
