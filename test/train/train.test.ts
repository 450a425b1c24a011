import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal, uniform } from '../../src/core/random/generator.ts';
import { Dataset } from '../../src/data/dataset/dataset.ts';
import {
  activation,
  adam,
  batchNormalization,
  type Callback,
  compile,
  type Device,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  gradcheck,
  type HostArray,
  init,
  layerStatistics,
  loadModel,
  type Model,
  type NestedNumbers,
  type Optimizer,
  rmsprop,
  sequential,
  sgd,
  tensor,
} from '../../src/node.ts';
import { datasetFor } from '../../src/train/datasets.ts';
import { disposeValues, trainStep } from '../../src/train/loop/trainStep.ts';
import { rejects, warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('train');

const FEATURES = 12;
const CLASSES = 3;

/** Points around three centres: a task that a small network learns in a few epochs. */
function clusters(count: number): { x: HostArray; y: HostArray } {
  const random = new Generator(7);
  const labels = Uint8Array.from(uniform(count, random), (u) => Math.floor(u * CLASSES));
  const noise = normal(count * FEATURES, random);
  const data = Float32Array.from(noise, (z, i) => {
    const label = labels[Math.floor(i / FEATURES)];
    return 0.8 * z + (i % CLASSES === label ? 1.5 : 0);
  });
  return { x: { data, shape: [count, FEATURES] }, y: { data: labels, shape: [count] } };
}

/** The lecture's network in small. Its dense layers have no bias: batch normalisation would take it out again. */
function network(optimizer: Optimizer | string = adam({ learningRate: 0.01 }), useBias = false): Model {
  const block = (units: number) => [
    dense({ units, useBias }),
    batchNormalization(),
    activation('relu'),
    dropout({ rate: 0.2 }),
  ];
  const model = sequential([...block(16), ...block(8), dense({ units: CLASSES, activation: 'softmax' })]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

async function weightsAfter(device: Device, epochs: number, optimizer: Optimizer): Promise<Record<string, number[]>> {
  setCurrentDevice(device);
  const { x, y } = clusters(200);
  const model = network(optimizer);
  await model.fit(x, y, { epochs, batchSize: 32 });
  const weights = await model.getWeights();
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, [...data]]));
}

onGpu(test, 'fit learns, and evaluate and predict agree with it', async (device) => {
  setCurrentDevice(device);
  const { x, y } = clusters(600);
  const model = network();
  const { epoch, history } = await model.fit(x, y, { epochs: 6, batchSize: 50, validationSplit: 0.2 });
  assert.equal(epoch, [0, 1, 2, 3, 4, 5]);
  assert.equal(Object.keys(history), ['loss', 'accuracy', 'val_loss', 'val_accuracy']);
  assert.ok(history.loss[5] < history.loss[0], `loss ${history.loss}`);
  assert.ok(history.val_accuracy[5] > 0.9, `validation accuracy ${history.val_accuracy}`);
  const { accuracy } = await model.evaluate(x, y, { batchSize: 70 });
  const predicted = await model.predict(x, { batchSize: 33 });
  assert.equal(predicted.shape, [600, CLASSES]);
  const p = await predicted.data();
  let right = 0;
  for (let i = 0; i < 600; i++) {
    const row = [...p.subarray(i * CLASSES, (i + 1) * CLASSES)];
    if (row.indexOf(Math.max(...row)) === y.data[i]) right++;
  }
  assert.ok(Math.abs(right / 600 - accuracy) < 1e-6, `${right / 600} and ${accuracy}`);
});

onGpu(test, 'the same seed gives the same bits: two runs of 100 steps', async () => {
  const runs = [];
  for (let run = 0; run < 2; run++) {
    const device = await init({ backend: 'webgpu', seed: 5 });
    runs.push(await weightsAfter(device, 15, adam())); // 7 steps an epoch
    device.dispose();
  }
  assert.equal(runs[0], runs[1]);
});

for (const [name, make, rate] of [
  ['adam', adam, 0.001],
  ['rmsprop', rmsprop, 0.001],
  ['sgd with momentum', (options: { learningRate: number }) => sgd({ ...options, momentum: 0.9 }), 0.05],
] as const) {
  onGpu(test, `${name}: the CPU and the GPU agree after 50 steps`, async () => {
    const gpu = await init({ backend: 'webgpu', seed: 3 });
    const onGpuDevice = await weightsAfter(gpu, 8, make({ learningRate: rate })); // 56 steps
    gpu.dispose();
    const onCpu = await weightsAfter(await init({ backend: 'cpu', seed: 3 }), 8, make({ learningRate: rate }));
    // Weights are near 1, rounding errors near 2^-24 a step; adaptive steps magnify them where a gradient is near 0.
    for (const [weight, values] of Object.entries(onCpu)) {
      values.forEach((value, i) => {
        assert.ok(
          Math.abs(value - onGpuDevice[weight][i]) < 2e-4,
          `${weight}[${i}]: ${value} and ${onGpuDevice[weight][i]}`,
        );
      });
    }
  });
}

onGpu(test, 'gradcheck passes for a model, and leaves it as it was', async (device) => {
  setCurrentDevice(device);
  const { x, y } = clusters(20);
  for (const useBias of [false, true]) {
    const model = network('sgd', useBias);
    model.build([FEATURES]);
    const before = await model.getWeights();
    const results = await gradcheck(model, x, y);
    assert.is(results.length, model.trainableParameters.length);
    for (const { name, ok, error, tolerance } of results) assert.ok(ok, `${name}: ${error} > ${tolerance}`);
    assert.ok(results.some(({ derivative }) => Math.abs(derivative) > 1e-3));
    assert.equal(await model.getWeights(), before);
  }
});

onGpu(test, 'a saved model predicts the same after loading', async (device) => {
  setCurrentDevice(device);
  const { x, y } = clusters(100);
  const model = network();
  await model.fit(x, y, { epochs: 2 });
  const files = await model.save();
  const loaded = loadModel(files);
  const [a, b] = [await model.predict(x), await loaded.predict(x)];
  assert.equal(await a.data(), await b.data());
  for (const damaged of ['{}', files['model.json'].slice(0, -9)]) {
    assert.throws(() => loadModel({ ...files, 'model.json': damaged }), /format 'dawngrad'/);
  }
});

onGpu(test, 'training steps keep buffers and bytes flat', async (device) => {
  setCurrentDevice(device);
  const model = network();
  const random = new Generator(1);
  const x = tensor(uniform(32 * FEATURES, random), { shape: [32, FEATURES] });
  const y = tensor(Int32Array.from({ length: 32 }, (_, i) => i % CLASSES));
  model.build([FEATURES]);
  const step = (): void => {
    disposeValues(trainStep(model.compiled, { x, y }));
  };
  for (let i = 0; i < 5; i++) step();
  const before = device.memory();
  for (let i = 0; i < 200; i++) step();
  await device.sync();
  assert.equal(device.memory(), before);
});

onGpu(test, "a step of the lecture's network takes 20 dispatches, and holds what its plan says", async (device) => {
  setCurrentDevice(device);
  const block = (units: number) => [dense({ units }), batchNormalization(), activation('relu'), dropout({ rate: 0.5 })];
  const model = sequential([...block(200), ...block(100), dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const x = { data: new Uint8Array(256 * 784), shape: [256, 784] };
  const data = await datasetFor(model.compiled, { x, y: { data: new Uint8Array(256), shape: [256] } });
  model.optimizer.build(model.trainableParameters);
  const step = compile(() => trainStep(model.compiled, data.nextBatch(128)));
  const { dispatches, bytes } = step.plan();
  const products = 8; // on hardware one whose sums are cut into parts takes another dispatch
  const most = device.info.adapter.software ? 20 : 20 + products;
  assert.ok(dispatches >= 20 && dispatches <= most, `${dispatches} dispatches`);
  const before = device.memory().bytes;
  disposeValues(step());
  const real = device.memory().bytes - before;
  assert.ok(Math.abs(real - bytes) <= 0.05 * bytes, `${real} bytes, planned ${bytes}`);
  data.dispose();
});

onGpu(
  test,
  'batches are the same on both backends, of bytes, floats and integers, in lengths of any kind',
  async (gpu) => {
    const classes = { data: Uint8Array.of(0, 1, 2, 1, 0), shape: [5] };
    for (const length of [4, 3]) {
      const numbers = Array.from({ length: 5 * length }, (_, i) => 3 * i);
      for (const data of [Uint8Array.from(numbers), Float32Array.from(numbers), Int32Array.from(numbers)]) {
        const batches: NestedNumbers[][] = [];
        for (const device of [cpu, gpu]) {
          setCurrentDevice(device);
          const x = data instanceof Int32Array ? tensor(data, { shape: [5, length] }) : { data, shape: [5, length] };
          const byClass = { y: classes, rule: { targets: { kind: 'classes' as const }, classes: 3 }, dtype: 'i32' };
          for (const { y, rule, dtype } of [byClass, { y: x, rule: {}, dtype: 'f32' }]) {
            const set = await Dataset.of(device, x, y, { rule });
            set.shuffle(new Generator(6));
            const taken = [set.nextBatch(3), set.nextBatch(2)];
            batches.push(await Promise.all(taken.flatMap((batch) => [batch.x.array(), batch.y.array()])));
            assert.is(taken[0].x.dtype, 'f32');
            assert.is(taken[0].y.dtype, dtype);
            set.dispose();
          }
        }
        const [onCpu, onCpuAsTargets, onGpu, onGpuAsTargets] = batches;
        assert.equal(onCpu, onGpu);
        assert.equal(onCpuAsTargets, onGpuAsTargets);
        assert.equal(onGpuAsTargets[1], onGpuAsTargets[0]); // the targets are the samples
      }
    }
  },
);

onGpu(test, 'a batch that no buffer can hold is refused before anything runs, with one that fits', async (device) => {
  setCurrentDevice(device);
  const limit = device.info.limits.maxStorageBufferBindingSize;
  const units = 2 ** 20;
  const fitting = Math.floor(limit / (4 * units));
  const count = fitting + 100;
  const model = sequential([dense({ units, useBias: false, kernelInitializer: 'ones', activation: 'softmax' })]);
  model.compile({ optimizer: sgd(), loss: 'sparseCategoricalCrossentropy' });
  const data = [
    { data: new Float32Array(count), shape: [count, 1] },
    { data: new Uint8Array(count), shape: [count] },
  ] as const;
  const fit = () => model.fit(...data, { batchSize: count });
  await rejects(fit, new RegExp(`A batch of ${count} needs a buffer of ${4 * count * units} bytes.* ${fitting} fits`));
});

test('fit shuffles anew in every epoch, and not when told not to', async () => {
  setCurrentDevice(cpu);
  const x = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [6, 1] };
  const y = { data: new Float32Array(6), shape: [6, 1] };
  /** The samples of two epochs, in the order of training. */
  const seen = async (shuffle: boolean): Promise<number[][]> => {
    const model = sequential([dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })]);
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'meanSquaredError' });
    const watch = layerStatistics({ every: 1 }); // what the layer puts out is the sample
    await model.fit(x, y, { batchSize: 1, epochs: 2, shuffle, callbacks: [watch] });
    const outputs = watch.records.map(({ layers }) => layers.dense.mean);
    return [outputs.slice(0, 6), outputs.slice(6)];
  };
  const inOrder = [...x.data];
  assert.equal(await seen(false), [inOrder, inOrder]);
  const [first, second] = await seen(true);
  assert.equal([...first].sort(), inOrder);
  assert.equal([...second].sort(), inOrder);
  assert.not.equal(first, inOrder);
  assert.not.equal(second, first);
});

test('fit refuses what it can not do before anything is trained', async () => {
  setCurrentDevice(cpu);
  const { x, y } = clusters(20);
  const model = network('sgd');
  model.build(x.shape.slice(1));
  const before = await model.getWeights();
  /** Options as JavaScript may pass them. */
  const refused: readonly [options: unknown, message: RegExp][] = [
    [5, /fit: got 5 for the options/],
    [
      { callbacks: [earlyStopping] },
      /fit: got the function earlyStopping as callback 1; expected an object with a hook/,
    ],
    [
      { callbacks: [{ onEpochend: () => {} }] },
      /callback 1: got a method onEpochend, which .* Did you mean 'onEpochEnd'/,
    ],
    [{ callbacks: earlyStopping() }, /expected a list of callbacks/],
    [{ verbose: true }, /verbose true; expected 0 for silence, 1/],
    [{ shuffle: 'no' }, /shuffle 'no'; expected true or false/],
    [{ validationData: { x, y } }, /validationData an object of type Object; expected a list \[x, y\]/],
    [{ validationData: [{ data: new Float32Array(5), shape: [5, 1] }, y] }, /expected/],
    [{ validationSplit: 0.99 }, /validationSplit 0.99 of 20 samples, which leaves none to train on; expected at least/],
    [{ validationSplit: 0.5, validationData: [x, y] }, /got validationSplit and validationData; expected at most one/],
    [{ epochs: 3, initialEpoch: 3 }, /initialEpoch 3 and epochs 3/],
    [{ checkpoint: {} }, /checkpoint: got save undefined; expected a function/],
    [{ sampleWeight: [1, 2] }, /weights of shape/],
  ];
  for (const [options, message] of refused) await rejects(() => model.fit(x, y, options as FitOptions), message);
  await rejects(
    () => model.fit({ data: x.data.subarray(1), shape: x.shape }, y),
    /fit: got x with \d+ numbers and the shape .*; expected \d+ numbers, the product/,
  );
  assert.equal(await model.getWeights(), before);
});

test('callbacks see every hook in order, may be async, and may stop training', async () => {
  setCurrentDevice(cpu);
  const { x, y } = clusters(40);
  const model = network('sgd');
  const seen: string[] = [];
  const watch: Callback = {
    onTrainBegin: async () => void seen.push('train'),
    onEpochBegin: (epoch) => void seen.push(`epoch ${epoch}`),
    onBatchBegin: (batch) => void seen.push(`batch ${batch}`),
    onBatchEnd: (batch) => {
      if (seen.filter((s) => s === 'batch 1').length === 2 && batch === 1) model.stopTraining = true;
    },
    onEpochEnd: async (epoch, logs) => void seen.push(`end ${epoch} ${Object.keys(logs)}`),
    onTrainEnd: () => void seen.push('done'),
  };
  const { epoch } = await model.fit(x, y, { epochs: 5, batchSize: 16, callbacks: [watch] });
  assert.equal(epoch, [0, 1]);
  assert.equal(seen, [
    'train',
    'epoch 0',
    'batch 0',
    'batch 1',
    'batch 2',
    'end 0 loss,accuracy',
    'epoch 1',
    'batch 0',
    'batch 1',
    'end 1 loss,accuracy',
    'done',
  ]);
});

test('trainOnBatch returns loss and metrics from before its update', async () => {
  setCurrentDevice(cpu);
  const { x, y } = clusters(30);
  const model = network(sgd({ learningRate: 0.5 }));
  const first = await model.trainOnBatch(x, y);
  assert.equal(Object.keys(first), ['loss', 'accuracy']);
  for (let i = 0; i < 20; i++) await model.trainOnBatch(x, y);
  assert.ok((await model.trainOnBatch(x, y)).loss < first.loss);
});

test('what a model cannot learn from is refused, with what was got and expected', async () => {
  setCurrentDevice(cpu);
  const { x, y } = clusters(10);
  const model = network();
  const fit =
    (samples: HostArray, labels: HostArray, options = {}) =>
    () =>
      model.fit(samples, labels, options);
  await rejects(() => sequential([dense({ units: 1 })]).fit(x, y), /a model without a loss/);
  await rejects(fit(x, { data: new Uint8Array(9), shape: [9] }), /x of shape \[10, 12\] and y of shape \[9\]/);
  await rejects(
    fit(x, { data: new Uint8Array(10).fill(3), shape: [10] }),
    /the label 3 at position 0; expected a whole number from 0 to 2/,
  );
  await rejects(fit({ ...x, data: new Float32Array(120).fill(Number.NaN) }, y), /NaN/);
  await rejects(
    fit({ data: new Float32Array(0), shape: [0, 12] }, { data: new Uint8Array(0), shape: [0] }),
    /at least one sample/,
  );
  await rejects(fit(x, y, { batchSize: 0 }), /batchSize 0; expected a whole number of 1 or more/);
  await rejects(fit(x, y, { epochs: 1.5 }), /epochs 1.5/);
  await rejects(fit(x, y, { validationSplit: 1 }), /validationSplit 1/);
  await rejects(fit(x, y, { epoch: 3 }), /the option 'epoch'; expected only epochs/);
  await rejects(fit({ data: new Float32Array(30), shape: [10, 3] }, y), /x of shape \[10, 3\]; expected \[batch, 12\]/);
  assert.throws(() => model.compile({ loss: 'crossentropy' }), /'crossentropy'; expected one of/);
  assert.throws(() => adam({ learningRate: -1 }), /-1/);
});

test('a batch larger than the data is one batch', async () => {
  setCurrentDevice(cpu);
  const { x, y } = clusters(10);
  let batches = 0;
  await network().fit(x, y, { batchSize: 1000, callbacks: [{ onBatchEnd: () => void batches++ }] });
  assert.is(batches, 1);
});

test('a loss that is not finite stops training with the place', async () => {
  setCurrentDevice(cpu);
  const x = { data: Float32Array.of(1e30, 1e30), shape: [2, 1] };
  const model = sequential([dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] })]);
  model.compile({ optimizer: sgd({ learningRate: 1e30 }), loss: 'meanSquaredError' });
  await rejects(
    () => model.fit(x, { data: Float32Array.of(0, 0), shape: [2, 1] }, { epochs: 9 }),
    /the loss \w+ in epoch \d.*Lower the learning rate/,
  );
});

for (const [name, run] of [
  ['cpu', (title: string, body: (device: Device) => Promise<void>) => test(title, () => body(cpu))],
  ['gpu', (title: string, body: (device: Device) => Promise<void>) => onGpu(test, title, body)],
] as const) {
  run(
    `gradients that are left over at the end of fit are used, or it says that it changed nothing (${name})`,
    async (device) => {
      setCurrentDevice(device);
      const make = (gradientAccumulationSteps: number, useEma = false): Model => {
        const m = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'ones', inputShape: [1] })]);
        m.compile({
          loss: 'meanSquaredError',
          optimizer: sgd({ learningRate: 0.1, gradientAccumulationSteps, useEma }),
        });
        return m;
      };
      const weightOf = async (m: Model): Promise<number> => (await m.parameters[0].data())[0];
      for (const useEma of [false, true]) {
        using short = make(8, useEma);
        const warnings = await warningsOf(() => short.fit([[1], [1]], [[0], [0]], { epochs: 3, batchSize: 1 }));
        assert.match(warnings[0], /fit changed no weight: gradientAccumulationSteps exceeds its 6 steps/);
        assert.is(await weightOf(short), 1);
      }
      using one = make(2);
      await warningsOf(() => one.fit([[1]], [[100]]));
      await warningsOf(() => one.fit([[1]], [[1]]));
      assert.is(await weightOf(one), 1); // nothing of the fit to 100 is left
      using left = make(2);
      assert.equal(await warningsOf(() => left.fit([[1], [1], [1]], [[0], [0], [0]], { batchSize: 1 })), []);
      assert.ok(Math.abs((await weightOf(left)) - 0.64) < 1e-6); // 0.8 after the first two, then 0.8 - 0.1 * 2 * 0.8
    },
  );
}

test.run();
