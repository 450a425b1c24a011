import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  activation,
  adam,
  batchNormalization,
  cosineDecay,
  type Device,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  type HostArray,
  init,
  learningRateScheduler,
  type Model,
  modelCheckpoint,
  type Optimizer,
  reduceLROnPlateau,
  sequential,
  sgd,
} from '../src/node.ts';
import { Generator, normal } from '../src/random.ts';
import { pack } from '../src/train/safetensors.ts';
import { rejects } from './check.ts';
import { onGpu } from './device.ts';

const test = suite('resume');

const COUNT = 70;
const FEATURES = 5;
const labels = Uint8Array.from({ length: COUNT }, (_, i) => (i * 7) % 3);
const x: HostArray = {
  data: Float32Array.from(normal(COUNT * FEATURES, new Generator(1)), (z, i) => z + labels[Math.floor(i / FEATURES)]),
  shape: [COUNT, FEATURES],
};
const y: HostArray = { data: labels, shape: [COUNT] };

interface Setting {
  readonly optimizer: () => Optimizer;
  readonly options?: () => FitOptions;
}

const settings: Readonly<Record<string, Setting>> = {
  'adam with a schedule': {
    optimizer: () => adam({ learningRate: cosineDecay({ initialLearningRate: 0.05, decaySteps: 30 }) }),
  },
  'sgd with momentum, averaging and accumulation, data that pass through': {
    optimizer: () => sgd({ learningRate: 0.05, momentum: 0.9, useEma: true, gradientAccumulationSteps: 2 }),
    options: () => ({ residentBytes: 600 }),
  },
  'callbacks with memories, class weights': {
    optimizer: () => adam({ learningRate: 0.05, amsgrad: true }),
    options: () => ({
      classWeight: { 1: 2 },
      callbacks: [
        learningRateScheduler((_epoch, rate) => 0.9 * rate),
        reduceLROnPlateau({ factor: 0.5, patience: 1, minDelta: 0.3 }),
        earlyStopping({ patience: 2, minDelta: 0.3, restoreBestWeights: true }),
        modelCheckpoint({ saveBestOnly: true, save: () => {} }),
      ],
    }),
  },
};

function network(optimizer: Optimizer): Model {
  const model = sequential([
    dense({ units: 6, inputShape: [FEATURES] }),
    batchNormalization(),
    activation('relu'),
    dropout({ rate: 0.4 }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

async function fresh<R>(
  backend: 'cpu' | 'webgpu',
  body: (device: Device) => Promise<R>,
  { seed = 9 } = {},
): Promise<R> {
  const device = await init({ backend, seed });
  try {
    return await body(device);
  } finally {
    device.dispose();
  }
}

const EPOCHS = 4;

/** What a run of a setting ends with, and the checkpoints that it made. */
const runOf = ({ optimizer, options }: Setting, backend: 'cpu' | 'webgpu', given: Partial<FitOptions> = {}) =>
  fresh(backend, async () => {
    const files: Uint8Array[] = [];
    const model = network(optimizer());
    const { epoch, history } = await model.fit(x, y, {
      epochs: EPOCHS,
      batchSize: 8,
      validationSplit: 0.2,
      checkpoint: { everySteps: 3, save: ({ 'checkpoint.safetensors': file }) => void files.push(file) },
      ...options?.(),
      ...given,
    });
    const weights = Object.entries(await model.getWeights()).map(([name, { data }]) => [name, [...data]]);
    const { iterations, currentLearningRate } = model.optimizer;
    return { end: { weights, epoch, history, iterations, currentLearningRate }, files };
  });

for (const [name, setting] of Object.entries(settings)) {
  for (const backend of ['cpu', 'webgpu'] as const) {
    const run = backend === 'cpu' ? test : (title: string, body: () => Promise<void>) => onGpu(test, title, body);
    run(`${backend}: ${name}: going on from any checkpoint ends with the same bits`, async () => {
      const { end, files } = await runOf(setting, backend);
      assert.ok(files.length >= 6, `${files.length} checkpoints`);
      const plain = await runOf(setting, backend, { checkpoint: { save: () => {} } });
      assert.equal(plain.end, end, 'checkpoints change nothing');
      const tried = backend === 'cpu' ? files : files.filter((_, i) => i % 3 === 0 || i === files.length - 1);
      for (const resume of tried) assert.equal((await runOf(setting, backend, { resume })).end, end);
    });
  }
}

test('without a number of steps or seconds there is a checkpoint after every epoch, also of a run that is done', async () => {
  const files: Uint8Array[] = [];
  const checkpoint = {
    save: ({ 'checkpoint.safetensors': file }: { 'checkpoint.safetensors': Uint8Array }) => void files.push(file),
  };
  const setting = settings['adam with a schedule'];
  const { end } = await runOf(setting, 'cpu', { checkpoint });
  assert.is(files.length, EPOCHS);
  const again = await runOf(setting, 'cpu', { checkpoint, resume: files[EPOCHS - 1] });
  assert.equal(again.end, end);
  assert.is(files.length, EPOCHS);
});

test('a damaged or foreign checkpoint is refused, and one of another run', async () => {
  const setting = settings['adam with a schedule'];
  const { files } = await runOf(setting, 'cpu');
  const [resume] = files;
  const refused = (options: Partial<FitOptions>, message: RegExp, given = setting) =>
    rejects(() => runOf(given, 'cpu', { resume, ...options }), message);
  await refused({ resume: resume.subarray(0, resume.length - 5) }, /truncated, damaged/);
  await refused({ resume: new Uint8Array(3) }, /safetensors: got a file of 3 bytes/);
  const flipped = Uint8Array.from(resume);
  flipped[flipped.length - 20] ^= 1;
  await refused({ resume: flipped }, /contents that are not those that were written/);
  const foreign = pack({ kernel: { data: new Float32Array(2), shape: [2] } });
  await refused({ resume: foreign }, /a safetensors file of another kind/);
  await refused({ batchSize: 9 }, /got batchSize 9; expected 8, as in the run/);
  await refused({ shuffle: false }, /got shuffle false; expected true/);
  await refused({ validationSplit: 0 }, /got samples 70; expected 56/);
  await refused({}, /got optimizer sgd; expected adam/, { optimizer: () => sgd() });
  await refused({}, /for optimizer\/average\/dense\/kernel; expected \[5, 6\]/, {
    optimizer: () => adam({ useEma: true }),
  });
  await refused(
    { callbacks: [earlyStopping()] },
    /got the callback 1 earlyStopping, of which the checkpoint knows nothing/,
  );
  await rejects(
    () => fresh('cpu', () => network(adam()).fit(x, y, { resume, batchSize: 8, validationSplit: 0.2 }), { seed: 1 }),
    /got seed 1; expected 9.*init\(\{ seed: 9 \}\)/,
  );
});

test.run();
