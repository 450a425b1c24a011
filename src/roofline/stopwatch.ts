import type { GpuDevice } from '../backends/webgpu/device.ts';
import { warmUp } from '../backends/webgpu/tuner/warmUp.ts';

/** Milliseconds of GPU work per sample, the most repetitions in a sample, and the number of samples. */
const SAMPLE = 25;
const MOST_REPETITIONS = 4096;
const SAMPLES = 5;

/** Milliseconds that the GPU takes for the commands of `run`: the median of five samples of many repetitions each. */
export async function timeOf(device: GpuDevice, run: () => void): Promise<number> {
  const sample = async (runs: number, expectedTime: number): Promise<number> =>
    (await device.time(run, { runs, expected: runs * expectedTime })) / runs;
  await sample(1, 0); // compiles
  if (!device.info.adapter.software) await warmUp((runs) => device.time(run, { runs }));
  let time = await sample(1, 0);
  let repetitions = 1;
  while (repetitions * time < SAMPLE && repetitions < MOST_REPETITIONS) {
    repetitions = Math.min(MOST_REPETITIONS, Math.max(2 * repetitions, Math.ceil(SAMPLE / time)));
    time = await sample(repetitions, time);
  }
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) samples.push(await sample(repetitions, time));
  return samples.sort((a, b) => a - b)[SAMPLES >> 1];
}
