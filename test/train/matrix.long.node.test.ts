import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  add,
  type Device,
  defineLayer,
  dense,
  type HostArray,
  type Loss,
  type LossFunction,
  type Model,
  makeLoss,
  mean,
  type Samples,
  sequential,
  sgd,
  sparseCategoricalCrossentropy,
  square,
  sub,
  tensor,
} from '../../src/node.ts';
import { warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

// Every way through training comes to the same numbers: each method, on each backend, with data that rest on the device
// or pass through it, in captured steps or not, with losses of each kind, and x, y and weights in arrays of each kind.
// The numbers are those of a linear model in plain float64 below.

const test = suite('matrix');

const [SAMPLES, FEATURES, OUTPUTS, BATCH, EPOCHS, RATE] = [7, 4, 2, 3, 2, 0.01];
const KERNEL = [0.5, -0.25, 0.125, 1, -0.75, 0.25, 0.5, 0.375];
// Whole numbers, which every kind of array can hold.
const x = Array.from({ length: SAMPLES * FEATURES }, (_, i) => (i * i) % 5);
const weights = [1, 0, 2, 1, 3, 0, 1];

/** Numbers as users have them. */
const kinds: Readonly<Record<string, (numbers: readonly number[], shape: readonly number[]) => Samples>> = {
  nested: (numbers, shape) =>
    shape.length === 1
      ? numbers
      : Array.from({ length: shape[0] }, (_, i) => numbers.slice(i * shape[1], (i + 1) * shape[1])),
  Float32Array: (numbers, shape) => ({ data: Float32Array.from(numbers), shape }),
  Uint8Array: (numbers, shape) => ({ data: Uint8Array.from(numbers), shape }),
  'tensor i32': (numbers, shape) => tensor(Int32Array.from(numbers), { shape }),
  Float64Array: (numbers, shape) => ({ data: Float64Array.from(numbers), shape }),
  Int32Array: (numbers, shape) => ({ data: Int32Array.from(numbers), shape }),
  'tensor f32': (numbers, shape) => tensor(Float32Array.from(numbers), { shape }),
  Uint16Array: (numbers, shape) => ({ data: Uint16Array.from(numbers), shape }),
  plain: (numbers, shape) => ({ data: [...numbers], shape }),
};
const names = Object.keys(kinds);

/** What is learned: the loss of a row of outputs and its slope, and the losses that compute it. */
interface Task {
  readonly y: readonly number[];
  readonly shape: readonly number[];
  readonly row: (outputs: readonly number[], i: number) => { readonly loss: number; readonly slope: readonly number[] };
  readonly losses: Readonly<Record<string, Loss | LossFunction | string>>;
}

const targets = Array.from({ length: SAMPLES * OUTPUTS }, (_, i) => (3 * i) % 4);
const squares: LossFunction = (t, p) => mean(square(sub(p, t)), { axis: -1 });
const classes = [0, 1, 1, 0, 1, 0, 0];
const scored: LossFunction = (t, p) => sparseCategoricalCrossentropy({ fromLogits: true, reduction: 'none' })(t, p);

const tasks: Readonly<Record<string, Task>> = {
  'squared errors': {
    y: targets,
    shape: [SAMPLES, OUTPUTS],
    row: (outputs, i) => {
      const errors = outputs.map((value, j) => value - targets[i * OUTPUTS + j]);
      return {
        loss: errors.reduce((sum, error) => sum + error ** 2, 0) / OUTPUTS,
        slope: errors.map((error) => (2 * error) / OUTPUTS),
      };
    },
    losses: { 'built in': 'meanSquaredError', makeLoss: makeLoss('own', { perSample: squares }), function: squares },
  },
  'class indices': {
    y: classes,
    shape: [SAMPLES],
    row: (outputs, i) => {
      const total = outputs.reduce((sum, value) => sum + Math.exp(value), 0);
      return {
        loss: Math.log(total) - outputs[classes[i]],
        slope: outputs.map((value, j) => Math.exp(value) / total - (j === classes[i] ? 1 : 0)),
      };
    },
    losses: {
      'built in': sparseCategoricalCrossentropy({ fromLogits: true }),
      makeLoss: makeLoss('own', { perSample: scored, targets: { kind: 'classes' } }),
      function: scored,
    },
  },
};

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

/** What a kernel puts out for a sample. */
const outputsOf = (kernel: readonly number[], i: number): number[] =>
  range(0, OUTPUTS).map((j) =>
    range(0, FEATURES).reduce((sum, k) => sum + x[i * FEATURES + k] * kernel[k * OUTPUTS + j], 0),
  );

/** The weighted loss of some samples, and the kernel after a step on them. */
function stepOn({ row }: Task, kernel: readonly number[], samples: readonly number[], weigh: boolean) {
  const next = [...kernel];
  let loss = 0;
  for (const i of samples) {
    const share = (weigh ? weights[i] : 1) / samples.length;
    const each = row(outputsOf(kernel, i), i);
    loss += share * each.loss;
    next.forEach((_, at) => {
      const [k, j] = [Math.floor(at / OUTPUTS), at % OUTPUTS];
      next[at] -= RATE * share * each.slope[j] * x[i * FEATURES + k];
    });
  }
  return { loss, next };
}

/** Losses of the epochs, and the kernel after them. */
function trained(task: Task, weigh: boolean) {
  let kernel: readonly number[] = KERNEL;
  const losses = range(0, EPOCHS).map(() => {
    let sum = 0;
    for (let start = 0; start < SAMPLES; start += BATCH) {
      const samples = range(start, Math.min(start + BATCH, SAMPLES));
      const { loss, next } = stepOn(task, kernel, samples, weigh);
      sum += loss * samples.length;
      kernel = next;
    }
    return sum / SAMPLES;
  });
  return { losses, kernel };
}

/** Keeps a step from being captured. */
const uploading = defineLayer('uploading', {}, () => ({
  outputShape: (shape) => shape,
  call: (t) => add(t, tensor([0])),
}));

interface Way {
  readonly captured: boolean;
  /** Bytes of samples on the device; all of them if nothing is said. */
  readonly residentBytes?: number;
}
const ways: Readonly<Record<string, Way>> = {
  'resident, captured': { captured: true },
  'in chunks, captured': { captured: true, residentBytes: 2 * BATCH * 4 * (FEATURES + OUTPUTS + 1) },
  'resident, uncaptured': { captured: false },
  'in chunks, uncaptured': { captured: false, residentBytes: 2 * BATCH * 4 * (FEATURES + OUTPUTS + 1) },
};

function make(loss: Loss | LossFunction | string, { captured }: Way): Model {
  const linear = dense({ units: OUTPUTS, useBias: false, inputShape: [FEATURES] });
  const m = sequential(captured ? [linear] : [linear, uploading()]);
  m.build([FEATURES]);
  m.parameters[0].assign(KERNEL);
  m.compile({ loss, optimizer: sgd({ learningRate: RATE }) });
  return m;
}

/** One combination, as a method sees it. */
interface Given {
  readonly task: Task;
  readonly m: Model;
  readonly x: Samples;
  readonly y: Samples;
  /** Absent where samples do not weigh differently. */
  readonly sampleWeight: Samples | undefined;
  readonly residentBytes: number | undefined;
}

const close = (got: ArrayLike<number>, wanted: readonly number[], what: string): void => {
  assert.is(got.length, wanted.length, what);
  wanted.forEach((value, i) => {
    assert.ok(Math.abs(got[i] - value) <= 2e-6 * (1 + Math.abs(value)), `${what}: got ${got[i]}, expected ${value}`);
  });
};

const kernelOf = async (m: Model): Promise<HostArray['data']> => (await m.getWeights())['dense/kernel'].data;
/** The options that are given. */
const set = <T extends object>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  };

const methods: Readonly<Record<string, (given: Given) => Promise<void>>> = {
  fit: async ({ task, m, x, y, sampleWeight, residentBytes }) => {
    const validationData = sampleWeight === undefined ? ([x, y] as const) : ([x, y, sampleWeight] as const);
    const options = { epochs: EPOCHS, batchSize: BATCH, shuffle: false, validationData };
    const { history } = await m.fit(x, y, { ...options, ...set({ sampleWeight, residentBytes }) });
    const wanted = trained(task, sampleWeight !== undefined);
    close(history.loss, wanted.losses, 'loss');
    close(await kernelOf(m), wanted.kernel, 'kernel');
    const { loss } = stepOn(task, wanted.kernel, range(0, SAMPLES), sampleWeight !== undefined);
    close(history.val_loss.slice(-1), [loss], 'val_loss');
  },
  evaluate: async ({ task, m, x, y, sampleWeight, residentBytes }) => {
    const { loss } = await m.evaluate(x, y, { batchSize: BATCH, ...set({ sampleWeight, residentBytes }) });
    close([loss], [stepOn(task, KERNEL, range(0, SAMPLES), sampleWeight !== undefined).loss], 'loss');
  },
  predict: async ({ m, x, residentBytes }) => {
    using y = await m.predict(x, { batchSize: BATCH, ...set({ residentBytes }) });
    const wanted = range(0, SAMPLES).flatMap((i) => outputsOf(KERNEL, i));
    close(await y.data(), wanted, 'outputs');
  },
  trainOnBatch: async ({ task, m, x, y, sampleWeight }) => {
    const { loss } = await m.trainOnBatch(x, y, set({ sampleWeight }));
    const wanted = stepOn(task, KERNEL, range(0, SAMPLES), sampleWeight !== undefined);
    close([loss], [wanted.loss], 'loss');
    close(await kernelOf(m), wanted.next, 'kernel');
  },
};

/** Which arrays are of which kind: in so many rounds each pair of kinds of x and y, x and weights, y and weights comes up. */
let round = 0;
let combinations = 0;

async function runAll(device: Device): Promise<void> {
  setCurrentDevice(device);
  for (const [taskName, task] of Object.entries(tasks)) {
    for (const [lossName, loss] of Object.entries(task.losses)) {
      for (const [wayName, way] of Object.entries(ways)) {
        for (const [methodName, run] of Object.entries(methods)) {
          if (methodName === 'trainOnBatch' && way.residentBytes !== undefined) continue; // a batch rests
          round++;
          for (const [i, kindOfX] of names.entries()) {
            const kindOfY = names[(i + round) % names.length];
            const kindOfWeights = [...names, undefined][(i + 3 * round) % (names.length + 1)];
            const m = make(loss, way);
            const given = {
              task,
              m,
              x: kinds[kindOfX](x, [SAMPLES, FEATURES]),
              y: kinds[kindOfY](task.y, task.shape),
              sampleWeight: kindOfWeights === undefined ? undefined : kinds[kindOfWeights](weights, [SAMPLES]),
              residentBytes: way.residentBytes,
            };
            const arrays = `x ${kindOfX}, y ${kindOfY}, weights ${kindOfWeights ?? 'none'}`;
            try {
              await run(given);
            } catch (error) {
              const place = [methodName, taskName, lossName, wayName, arrays].join('; ');
              throw new Error(`${place}: ${error instanceof Error ? error.message : error}`, { cause: error });
            }
            m.dispose();
            combinations++;
          }
        }
      }
    }
  }
}

const allOn = async (device: Device): Promise<void> => {
  await warningsOf(() => runAll(device)); // of steps that run uncaptured, as they are to
};

test('every combination on the CPU', () => allOn(cpu));
onGpu(test, 'every combination on the GPU', allOn);
test('they are as many as is said', () => {
  assert.ok(combinations % (2 * 3 * 14 * names.length) === 0 && combinations > 0, `${combinations}`);
});

test.run();
