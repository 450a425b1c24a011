import { inputsOf } from './inputs.ts';
import { javascript } from './libraries/javascript.ts';
import type { HostArray, Kind, Library, Workload } from './library.ts';

const ROUNDING = 2 ** -24;
const TRAINING_STEPS = 6;

/**
 * How far a float32 sum of n terms may be from the exact one, as a share of the sum of their magnitudes: n roundings of
 * either sign wander sqrt(n) units, and four times that is beyond chance. n units, the bound for the worst case, would
 * let a wrong kernel pass.
 */
const wander = (n: number): number => 4 * Math.sqrt(n) * ROUNDING;

/** The tolerance of each element of the result. */
type Tolerance = (
  workload: Workload,
  inputs: readonly HostArray[],
  expected: Float32Array,
) => Promise<(i: number) => number>;

const tolerances: Record<Kind, Tolerance> = {
  // Any two libraries agree within 1e-4 when each is this close to the reference.
  train: async (_workload, _inputs, losses) => (i) => 5e-5 * losses[i],
  trainConvolutions: async (_workload, _inputs, losses) => (i) => 5e-5 * losses[i],
  matmul: async (workload, inputs) => {
    const magnitudes = inputs.map(({ data, shape }) => ({ data: data.map(Math.abs), shape }));
    const sums = await resultsOf(javascript, workload, magnitudes);
    const [, K] = workload.transposeA ? workload.shapes[0].toReversed() : workload.shapes[0];
    return (i) => wander(K) * sums[i];
  },
  // With x in [0, 6) and gamma below 1.5, a relative error of the two sums moves y by at most 8 times as much.
  batchNormRelu: async ({ shapes: [[rows]] }) => {
    const tolerance = 8 * wander(rows);
    return () => tolerance;
  },
  // WGSL grants exp(x) 3 + 2 |x| units in the last place, here with |x| <= 10: once above and once below the line.
  softmax: async ({ shapes: [[, columns]] }, _inputs, expected) => {
    const relative = wander(columns) + 2 * (3 + 2 * 10) * 2 * ROUNDING;
    return (i) => relative * expected[i];
  },
  sum: async ({ shapes: [[size]] }, _inputs, expected) => {
    return () => wander(size) * expected[0];
  },
};

const isTraining = ({ kind }: Workload): boolean => kind === 'train' || kind === 'trainConvolutions';

/** What the workload gives; the losses of six steps for training. */
async function resultsOf(library: Library, workload: Workload, inputs: readonly HostArray[]): Promise<Float32Array> {
  const job = await library.prepare(workload, inputs);
  const results: Float32Array[] = [];
  for (let i = 0; i < (isTraining(workload) ? TRAINING_STEPS : 1); i++) {
    await job.run();
    results.push(await job.result());
  }
  return results.length === 1 ? results[0] : Float32Array.from(results.flatMap((values) => [...values]));
}

/** @throws Error with the numbers. */
type Verify = (got: Float32Array) => void;

async function expectationOf(workload: Workload): Promise<Verify> {
  const inputs = inputsOf(workload);
  const expected = await resultsOf(javascript, workload, inputs);
  const tolerance = await tolerances[workload.kind](workload, inputs, expected);
  return (got) => {
    if (got.length !== expected.length) throw new Error(`wrong: ${got.length} numbers, expected ${expected.length}`);
    for (let i = 0; i < expected.length; i++) {
      if (Math.abs(got[i] - expected[i]) <= tolerance(i)) continue; // NaN does not
      throw new Error(`wrong: number ${i} is ${got[i]}, expected ${expected[i]} within ${tolerance(i).toPrecision(2)}`);
    }
  };
}

/** Masks differ between libraries, so all that is known of a loss under dropout is that there is one. */
function expectLoss([loss]: Float32Array): void {
  if (!(loss > 0 && loss < Infinity)) throw new Error(`wrong: the loss after training is ${loss}`);
}

/**
 * Compares a library with plain JavaScript, training without dropout.
 * @returns what the result of the timed repetitions is to be held to: work that was timed has to have been done.
 */
export async function check(library: Library, timed: Workload): Promise<Verify> {
  const workload = isTraining(timed) ? { ...timed, dropout: 0 } : timed;
  const verify = await expectationOf(workload);
  verify(await resultsOf(library, workload, inputsOf(workload)));
  return isTraining(timed) ? expectLoss : verify;
}
