import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Generator, normal } from '../../src/core/random/generator.ts';
import { readSafetensors, writeSafetensors } from '../../src/data/files/safetensors.ts';
import {
  activation,
  adam,
  batchNormalization,
  type CompileOptions,
  cosineDecay,
  type Device,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  type HostArray,
  init,
  lambdaCallback,
  learningRateScheduler,
  type Model,
  makeLoss,
  modelCheckpoint,
  type Optimizer,
  reduceLROnPlateau,
  sequential,
  sgd,
  sparseCategoricalCrossentropy,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { onGpu } from '../harness/device.ts';

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
  /** What else the model is compiled with. */
  readonly compiled?: Partial<CompileOptions>;
  /** Of the first layer. */
  readonly units?: number;
  /** Of dropout. */
  readonly rate?: number;
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

function network({ optimizer, compiled, units = 6, rate = 0.4 }: Setting): Model {
  const model = sequential([
    dense({ units, inputShape: [FEATURES] }),
    batchNormalization(),
    activation('relu'),
    dropout({ rate }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  const loss = 'sparseCategoricalCrossentropy';
  model.compile({ optimizer: optimizer(), loss, metrics: ['accuracy'], ...compiled });
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
const runOf = (setting: Setting, backend: 'cpu' | 'webgpu', given: Partial<FitOptions> = {}) =>
  fresh(backend, async () => {
    const files: Uint8Array[] = [];
    const model = network(setting);
    const { epoch, history } = await model.fit(x, y, {
      epochs: EPOCHS,
      batchSize: 8,
      validationSplit: 0.2,
      checkpoint: { everySteps: 3, save: ({ 'checkpoint.safetensors': file }) => void files.push(file) },
      ...setting.options?.(),
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
  const fetched = await runOf(setting, 'cpu', { checkpoint, resume: files[EPOCHS - 1].slice().buffer });
  assert.equal(fetched.end, end);
});

test('a damaged or foreign checkpoint is refused, and one of another run', async () => {
  const setting = settings['adam with a schedule'];
  const { files } = await runOf(setting, 'cpu');
  const [resume] = files;
  const refused = (options: Partial<FitOptions>, message: RegExp, given = setting) =>
    rejects(() => runOf(given, 'cpu', { resume, ...options }), message);
  await refused({ resume: resume.subarray(0, resume.length - 5) }, /truncated, damaged/);
  await refused({ resume: 'run' as never }, /^fit: got resume 'run'; expected a Uint8Array or an ArrayBuffer/);
  await refused({ checkpoint: {} as never }, /^checkpoint: got save undefined; expected a function/);
  await refused({ resume: new Uint8Array(3) }, /safetensors: got a file of 3 bytes/);
  const flipped = Uint8Array.from(resume);
  flipped[flipped.length - 20] ^= 1;
  await refused({ resume: flipped }, /contents that do not match their checksum/);
  const kernel = { data: new Float32Array(2), shape: [2] };
  await refused({ resume: writeSafetensors({ kernel }) }, /a safetensors file of another kind/);
  const old = writeSafetensors({ kernel }, { checkpoint: '{"format":"dawngrad checkpoint 2"}' });
  await refused({ resume: old }, /a file of the format 'dawngrad checkpoint 2'; expected one of the format/);
  await refused({ batchSize: 9 }, /got batchSize 9; expected 8, as in the saved run/);
  await refused({ shuffle: false }, /got shuffle false; expected true/);
  await refused({ validationSplit: 0 }, /got samples 70; expected 56/);
  await refused({}, /got layers.dense.units 7; expected 6.*the same layers/, { ...setting, units: 7 });
  await refused({}, /got layers.dropout.rate 0.5; expected 0.4/, { ...setting, rate: 0.5 });
  await refused({ classWeight: { 1: 2 } }, /got weighted true; expected false.*sampleWeight or classWeight/);
  await refused(
    { callbacks: [earlyStopping()] },
    /got the callback 1 earlyStopping, which the checkpoint does not have/,
  );
  await rejects(
    () => fresh('cpu', () => network(setting).fit(x, y, { resume, batchSize: 8, validationSplit: 0.2 }), { seed: 1 }),
    /got seed 1; expected 9.*init\(\{ seed: 9 \}\)/,
  );
});

test('a checkpoint of a model that was compiled otherwise is refused, with what differs', async () => {
  const options = { initialLearningRate: 0.05, decaySteps: 30 };
  const setting = {
    optimizer: () => adam({ learningRate: cosineDecay(options), globalClipNorm: 1 }),
    compiled: { loss: sparseCategoricalCrossentropy({ ignoreClass: 9 }) },
  };
  const { files } = await runOf(setting, 'cpu');
  const refused = (changed: Partial<Setting>, message: RegExp) =>
    rejects(() => runOf({ ...setting, ...changed }, 'cpu', { resume: files[0] }), message);
  const optimizer = (given: object) => ({
    optimizer: () => adam({ learningRate: cosineDecay(options), globalClipNorm: 1, ...given }),
  });
  await refused(
    { optimizer: () => sgd() },
    /got optimizer.name "sgd"; expected "adam", as in the saved run.*same optimizer/,
  );
  await refused(optimizer({ beta1: 0.8 }), /got optimizer.beta1 0.8; expected 0.9/);
  await refused(optimizer({ useEma: true }), /got optimizer.useEma true; expected false/);
  await refused(optimizer({ globalClipNorm: undefined }), /got optimizer.globalClipNorm nothing; expected 1/);
  await refused(
    optimizer({ learningRate: 0.05 }),
    /got optimizer.learningRate 0.05; expected {"name":"cosineDecay","initial/,
  );
  await refused(
    optimizer({ learningRate: () => 0.05 }),
    /got optimizer.learningRate.name "learningRate"; expected "cos/,
  );
  await refused(
    optimizer({ learningRate: cosineDecay({ ...options, decaySteps: 40 }) }),
    /got optimizer.learningRate.decaySteps 40; expected 30/,
  );
  await refused(optimizer({ parameterGroups: [{ match: 'k' }] }), /Groups \[{"match":"k"}\]; expected \[\], as/);
  const metrics = (...names: string[]) => ({ compiled: { ...setting.compiled, metrics: names } });
  await refused(metrics('accuracy', 'topKAccuracy'), /got metrics "loss, accuracy, topKAccuracy"; expected "loss, ac/);
  await refused(metrics(), /got metrics "loss"; expected "loss, accuracy".*same metrics/);
  await refused({ compiled: {} }, /got loss.ignoreClass nothing; expected 9/);
  const loss = makeLoss('own', { perSample: sparseCategoricalCrossentropy().perSample });
  await refused({ compiled: { loss } }, /got loss.name "own"; expected "sparseCategoricalCrossentropy"/);
  // The order of options says nothing.
  const { decaySteps, initialLearningRate } = options;
  const other = optimizer({ learningRate: cosineDecay({ decaySteps, initialLearningRate }) });
  await runOf({ ...setting, ...other }, 'cpu', { resume: files[0] });
});

test('validation data that come or go are refused', async () => {
  const setting = settings['adam with a schedule'];
  const { files } = await runOf(setting, 'cpu', { validationSplit: 0 });
  const run = () => runOf(setting, 'cpu', { validationSplit: 0, validationData: [x, y], resume: files[0] });
  await rejects(run, /got validationSamples 70; expected 0/);
});

for (const backend of ['cpu', 'webgpu'] as const) {
  const run = backend === 'cpu' ? test : (title: string, body: () => Promise<void>) => onGpu(test, title, body);
  run(`${backend}: a model made later in the same process goes on to the same bits`, async () => {
    const setting = settings['adam with a schedule'];
    const { end, files } = await runOf(setting, backend);
    await fresh(backend, async () => {
      await network(setting).fit(x, y, { batchSize: 8, validationSplit: 0.2 });
      for (const resume of [files[0], files[files.length - 1]]) {
        const model = network(setting);
        const options = { epochs: EPOCHS, batchSize: 8, validationSplit: 0.2, resume };
        assert.equal((await model.fit(x, y, options)).history, end.history);
        const weights = Object.entries(await model.getWeights()).map(([name, { data }]) => [name, [...data]]);
        assert.equal(weights, end.weights);
      }
    });
  });

  run(`${backend}: a run whose signal is aborted saves where it is, and goes on to the same bits`, async () => {
    const setting = settings['adam with a schedule'];
    const { end } = await runOf(setting, backend);
    for (const at of [0, 9, 2 * 7 - 1]) {
      const abort = new AbortController();
      const files: Uint8Array[] = [];
      let steps = 0;
      const stop = lambdaCallback({ onBatchEnd: () => void (steps++ === at && abort.abort(new Error('enough'))) });
      const interrupted = () =>
        runOf(setting, backend, {
          callbacks: [stop],
          signal: abort.signal,
          checkpoint: { everySteps: 1000, save: ({ 'checkpoint.safetensors': file }) => void files.push(file) },
        });
      await rejects(interrupted, /^enough$/);
      assert.is(steps, at + 1);
      assert.is(files.length, 1);
      assert.equal((await runOf(setting, backend, { resume: files[0] })).end, end);
    }
  });
}

/** A checkpoint with another header, and with the checksum of that. */
async function forged(file: Uint8Array, header: string): Promise<Uint8Array> {
  const { tensors } = readSafetensors(file);
  const bytes = Uint8Array.from(writeSafetensors(tensors, { checkpoint: header }));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return writeSafetensors(tensors, { checkpoint: header, sha256 });
}

test('a checkpoint with a right checksum whose header is none is refused', async () => {
  const setting = settings['adam with a schedule'];
  const [file] = (await runOf(setting, 'cpu')).files;
  const { checkpoint } = readSafetensors(file).metadata;
  const format = /^{"format":"[^"]*"/.exec(checkpoint)?.[0];
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  for (const header of [`${format}, no JSON`, `${format}}`, `${format},"place":${deep}}`]) {
    const resume = await forged(file, header);
    await rejects(() => runOf(setting, 'cpu', { resume }), /^resume: got a header without the state of a run/);
  }
  const other = await forged(file, checkpoint.replace('"backend":"cpu"', '"backend":"webgpu"'));
  await rejects(
    () => runOf(setting, 'cpu', { resume: other }),
    /^resume: got device.backend "cpu"; expected "webgpu", as in the saved run.*exactResume: false/,
  );
  await runOf(setting, 'cpu', { resume: other, exactResume: false });
});

test('a model whose rate callbacks have changed goes on from an earlier checkpoint of its own', async () => {
  await fresh('cpu', async () => {
    const files: Uint8Array[] = [];
    const model = network({ optimizer: () => sgd({ learningRate: 0.5 }) });
    const fit = (options: FitOptions) =>
      model.fit(x, y, { epochs: 4, callbacks: [learningRateScheduler((_epoch, rate) => rate / 2)], ...options });
    const whole = await fit({
      checkpoint: { everySteps: 2, save: ({ 'checkpoint.safetensors': file }) => void files.push(file) },
    });
    for (const resume of files) {
      assert.equal(await fit({ resume }), whole);
      assert.is(model.optimizer.learningRate, 0.5 / 2 ** 4);
    }
  });
});

for (const backend of ['cpu', 'webgpu'] as const) {
  const body = async (): Promise<void> => {
    /** Trains the head, then all of it; the second fit is interrupted by what `end` does with its checkpoint. */
    const train = (resume?: Uint8Array): Promise<{ weights: string; checkpoint: Uint8Array | undefined }> =>
      fresh(backend, async () => {
        const model = network({ optimizer: () => adam({ learningRate: 0.05 }) });
        model.build([FEATURES]);
        let checkpoint: Uint8Array | undefined;
        if (resume === undefined) {
          model.layers[0].trainable = false;
          await model.fit(x, y, { epochs: 2 });
          model.layers[0].trainable = true;
        }
        const save = (files: { 'checkpoint.safetensors': Uint8Array }): void => {
          checkpoint ??= files['checkpoint.safetensors'];
        };
        await model.fit(x, y, { epochs: 2, checkpoint: { everySteps: 2, save }, ...(resume && { resume }) });
        const weights = await model.getWeights();
        return { weights: JSON.stringify(Object.values(weights).map(({ data }) => [...data])), checkpoint };
      });
    const whole = await train();
    assert.is((await train(whole.checkpoint)).weights, whole.weights);
  };
  const name = `weights that joined later go on as they were (${backend})`;
  if (backend === 'cpu') test(name, body);
  else onGpu(test, name, body);
}

test.run();
