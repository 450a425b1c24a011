import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import {
  activation,
  adam,
  batchNormalization,
  dense,
  dropout,
  findLearningRate,
  type HostArray,
  init,
  layerStatistics,
  type Model,
  sequential,
  sgd,
} from '../../src/node.ts';
import { rejects, warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

// What helps to see how training goes: the range of learning rates, statistics of layers, those of batch normalisation.

const test = suite('insight');

const COUNT = 90;
const FEATURES = 4;
const x: HostArray = { data: Float32Array.from(normal(COUNT * FEATURES, new Generator(8))), shape: [COUNT, FEATURES] };
const y: HostArray = {
  data: Float32Array.from({ length: COUNT }, (_, i) => x.data[i * FEATURES] - 2 * x.data[i * FEATURES + 1]),
  shape: [COUNT, 1],
};

function network(): Model {
  const model = sequential([
    dense({ units: 6, inputShape: [FEATURES], name: 'first' }),
    batchNormalization(),
    activation('relu'),
    dropout({ rate: 0.2 }),
    dense({ units: 1, name: 'last' }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'meanSquaredError' });
  return model;
}

async function weightsOf(model: Model): Promise<Record<string, number[]>> {
  const weights = await model.getWeights();
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, [...data]]));
}

const near = (a: number, b: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a} and ${b}`);

test('findLearningRate: smoothed losses of gradient descent on a line, until it diverges', async () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })]);
  model.compile({ optimizer: sgd({ learningRate: 0.3 }), loss: 'meanSquaredError' });
  const one = { data: Float32Array.of(1), shape: [1, 1] };
  const zero = { data: Float32Array.of(0), shape: [1, 1] };
  const options = { minLearningRate: 0.001, maxLearningRate: 100, steps: 21, smoothing: 0.5 };
  const { learningRates, losses, suggestion } = await findLearningRate(model, one, zero, options);
  let [w, mean] = [1, 0];
  for (const [t, rate] of learningRates.entries()) {
    near(rate, 0.001 * 10 ** (t / 4), 1e-9, 'rate');
    mean = 0.5 * mean + 0.5 * w ** 2; // the loss is w^2, its gradient 2 w
    near(losses[t], mean / (1 - 0.5 ** (t + 1)), 1e-9, `loss ${t}`);
    w -= 2 * rate * w;
  }
  assert.ok(losses.length < 21, 'it ends where the loss is 4 times the least');
  mean = 0.5 * mean + 0.5 * w ** 2;
  assert.ok(mean / (1 - 0.5 ** (losses.length + 1)) > 4 * Math.min(...losses));
  assert.ok(suggestion && suggestion.low < suggestion.high && suggestion.high < 1, JSON.stringify(suggestion));
  assert.is(model.optimizer.learningRate, 0.3);
});

test('findLearningRate with validation data: their loss after each step, not smoothed', async () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })]);
  model.compile({ optimizer: sgd(), loss: 'meanSquaredError' });
  const column = (...data: number[]) => ({ data: Float32Array.from(data), shape: [data.length, 1] });
  const options = { minLearningRate: 0.001, maxLearningRate: 0.5, steps: 12, batchSize: 2 };
  const validationData = [column(1, 2, 3), column(0, 0, 0)] as const;
  const { learningRates, losses } = await findLearningRate(model, column(1), column(0), { ...options, validationData });
  let w = 1;
  for (const [t, rate] of learningRates.entries()) {
    w -= 2 * rate * w;
    near(losses[t], ((1 + 4 + 9) / 3) * w ** 2, 1e-9, `loss ${t}`);
  }
  assert.is(losses.length, 12);
  near((await model.parameters[0].data())[0], 1, 0, 'the weight, restored,');
  const one = () => findLearningRate(model, column(1), column(0), { validationData: [column(1)] as never });
  await rejects(one, /expected a list \[x, y\]/);
});

test('findLearningRate suggests nothing where nothing is learned, and something where noise does not hide it', async () => {
  setCurrentDevice(cpu);
  const count = 640;
  const [xs, noise] = [3, 4].map((seed) => normal(count, new Generator(seed)));
  const suggested = async (inputs: ArrayLike<number>, targets: ArrayLike<number>, options = {}) => {
    const model = sequential([dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })]);
    model.compile({ optimizer: sgd(), loss: 'meanSquaredError' });
    const [one, zero] = [inputs, targets].map((data) => ({ data: Float32Array.from(data), shape: [data.length, 1] }));
    const { suggestion, losses } = await findLearningRate(model, one, zero, options);
    model.dispose();
    return { suggestion, rises: losses.every((loss, i) => i === 0 || loss > losses[i - 1]) };
  };
  const zeros = new Float32Array(count);
  assert.is((await suggested([0], [0.7])).suggestion, undefined, 'a constant loss');
  const rising = await suggested([1], [0], { minLearningRate: 1.01, maxLearningRate: 1.2, steps: 6 });
  assert.equal(rising, { suggestion: undefined, rises: true });
  assert.is((await suggested(zeros, noise)).suggestion, undefined, 'nothing to learn from');
  const found = await suggested(xs, noise, { maxLearningRate: 0.5 }); // the weight falls from 1 to 0: the loss from 2 to 1
  assert.ok(found.suggestion && found.suggestion.low < found.suggestion.high, 'half of the loss is noise');
});

onGpu(test, 'findLearningRate leaves weights, optimizer and generator as they were', async () => {
  const ends = [];
  for (const finds of [false, true]) {
    const device = await init({ backend: 'webgpu', seed: 3 });
    const model = network();
    await model.fit(x, y, { epochs: 2 });
    if (finds) {
      const { losses, learningRates } = await findLearningRate(model, x, y, { steps: 30, batchSize: 20 });
      assert.ok(losses.length > 5 && losses.every(Number.isFinite));
      assert.is(learningRates.length, losses.length);
    }
    await model.fit(x, y, { epochs: 2 });
    ends.push(await weightsOf(model));
    device.dispose();
  }
  assert.equal(ends[0], ends[1]);
});

test('findLearningRate refuses what makes no sense', async () => {
  setCurrentDevice(cpu);
  const find = (options: object) => () => findLearningRate(network(), x, y, options);
  await rejects(find({ minLearningRate: 0 }), /minLearningRate 0/);
  await rejects(
    find({ minLearningRate: 1, maxLearningRate: 0.1 }),
    /minLearningRate 1 and maxLearningRate 0.1; expected a maximum that is not below/,
  );
  await rejects(find({ stepz: 1 }), /the option 'stepz'/);
});

onGpu(test, 'layerStatistics sees every layer and gradient, and changes no bit of the run', async () => {
  const ends = [];
  const seen = [];
  for (const backend of ['webgpu', 'webgpu', 'cpu'] as const) {
    const device = await init({ backend, seed: 3 });
    const watch = layerStatistics({ every: 4 });
    const model = network();
    await model.fit(x, y, { epochs: 2, batchSize: 20, callbacks: ends.length === 0 ? [] : [watch] });
    ends.push(await weightsOf(model));
    seen.push(watch.records);
    device.dispose();
  }
  assert.equal(ends[0], ends[1]);
  const [, onGpu, onCpu] = seen;
  assert.equal(
    onGpu.map(({ step }) => step),
    [0, 4, 8],
  );
  const [{ layers, gradientNorms }] = onGpu;
  assert.equal(Object.keys(layers), ['first', 'batchNormalization', 'activation', 'dropout', 'last']);
  assert.equal(Object.keys(gradientNorms), [
    'first/kernel',
    'first/bias',
    'batchNormalization/gamma',
    'batchNormalization/beta',
    'last/kernel',
    'last/bias',
  ]);
  near(layers.batchNormalization.mean, 0, 1e-5, 'mean');
  assert.is(layers.activation.dead, 0);
  assert.is(layers.last.dead, undefined);
  for (const [i, { layers, gradientNorms }] of onCpu.entries()) {
    for (const [name, { mean, deviation }] of Object.entries(layers)) {
      near(onGpu[i].layers[name].mean, mean, 1e-3, `mean of ${name}`);
      near(onGpu[i].layers[name].deviation, deviation, 1e-3, `deviation of ${name}`);
    }
    for (const [name, norm] of Object.entries(gradientNorms)) near(onGpu[i].gradientNorms[name], norm, 1e-2, name);
  }
});

test('layerStatistics counts units that are 0 for the whole batch', async () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 4, activation: 'relu', inputShape: [1], kernelInitializer: 'ones' })]);
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'meanSquaredError' });
  const { 'dense/kernel': kernel } = await model.getWeights();
  kernel.data.set([1, -1, -2, 3]);
  model.setWeights({ 'dense/kernel': kernel, 'dense/bias': { data: new Float32Array(4), shape: [4] } });
  const watch = layerStatistics();
  const positive = { data: Float32Array.of(1, 2), shape: [2, 1] };
  await model.fit(positive, { data: new Float32Array(8), shape: [2, 4] }, { callbacks: [watch] });
  const [{ layers }] = watch.records;
  assert.is(layers.dense.dead, 0.5);
  assert.is(layers.dense.mean, 1.5);
});

test('recalibrate leaves a frozen batch normalisation as it is', async () => {
  setCurrentDevice(cpu);
  const frozen = batchNormalization({ inputShape: [FEATURES], trainable: false });
  const model = sequential([frozen, batchNormalization()]);
  model.compile({ loss: 'meanSquaredError' });
  await model.recalibrate(x);
  const weights = await weightsOf(model);
  assert.ok(weights['batchNormalization/movingMean'].every((mean) => mean === 0));
  assert.ok(weights['batchNormalization_1/movingMean'].some((mean) => mean !== 0));
});

onGpu(
  test,
  'recalibrate gives each batch normalisation the statistics of all samples, batches of any size',
  async (gpu) => {
    const results: number[][] = [];
    for (const [device, batchSize] of [
      [cpu, 7],
      [cpu, 200],
      [gpu, 32],
    ] as const) {
      setCurrentDevice(device);
      const model = sequential([
        batchNormalization({ inputShape: [FEATURES] }),
        dense({
          units: 3,
          kernelInitializer: (shape) => Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => i - 5),
        }),
        activation('relu'),
        dropout({ rate: 0.5 }),
        batchNormalization(),
      ]);
      model.compile({ loss: 'meanSquaredError' });
      assert.equal(await warningsOf(() => model.recalibrate(x, { batchSize })), [], 'its steps are captured');
      const weights = await weightsOf(model);
      for (let f = 0; f < FEATURES; f++) {
        const own = Array.from({ length: COUNT }, (_, i) => x.data[i * FEATURES + f]);
        const mean = own.reduce((a, b) => a + b) / COUNT;
        near(weights['batchNormalization/movingMean'][f], mean, 1e-5, 'mean');
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT;
        near(weights['batchNormalization/movingVariance'][f], variance, 1e-5, 'variance');
      }
      // With them, what the model says of all samples has mean 0 and variance 1, but for epsilon.
      const said = await (await model.predict(x)).data();
      for (let c = 0; c < 3; c++) {
        const own = Array.from({ length: COUNT }, (_, i) => said[3 * i + c]);
        const mean = own.reduce((a, b) => a + b) / COUNT;
        near(mean, 0, 1e-5, 'mean of outputs');
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT;
        const given = weights['batchNormalization_1/movingVariance'][c];
        near(variance, given / (given + 1e-3), 1e-4, 'variance of outputs');
      }
      results.push(weights['batchNormalization_1/movingVariance']);
    }
    results[0].forEach((value, c) => {
      near(results[1][c], value, 1e-9 * value, 'any size of batch');
      near(results[2][c], value, 1e-4 * value, 'GPU');
    });
  },
);

test.run();
