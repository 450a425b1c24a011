import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import {
  type Device,
  dense,
  type FitOptions,
  type HostArray,
  init,
  type Model,
  sequential,
  sgd,
  tensor,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('weights');

const COUNT = 50;
const FEATURES = 3;
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % 2);
const x: HostArray = {
  data: Float32Array.from(normal(COUNT * FEATURES, new Generator(2)), (z, i) => z + labels[Math.floor(i / FEATURES)]),
  shape: [COUNT, FEATURES],
};
const y: HostArray = { data: labels, shape: [COUNT] };
const oneHot: HostArray = {
  data: Float32Array.from({ length: 2 * COUNT }, (_, i) => Number(labels[i >> 1] === i % 2)),
  shape: [COUNT, 2],
};
const weights = Float32Array.from({ length: COUNT }, (_, i) => (i % 7) / 2);
const sampleWeight: HostArray = { data: weights, shape: [COUNT] };

function classifier({ learningRate = 0.1, loss = 'sparseCategoricalCrossentropy' } = {}): Model {
  const model = sequential([dense({ units: 2, activation: 'softmax', inputShape: [FEATURES] })]);
  model.compile({ optimizer: sgd({ learningRate }), loss, metrics: ['accuracy'] });
  return model;
}

async function kernelAfter(device: Device, options: FitOptions, settings = {}, targets = y): Promise<number[]> {
  setCurrentDevice(device);
  const model = classifier(settings);
  await model.fit(x, targets, { epochs: 3, batchSize: 8, ...options });
  const { 'dense/kernel': kernel } = await model.getWeights();
  return [...kernel.data];
}

/** A new device with the same seed, so that every model starts alike. */
async function fresh<R>(backend: 'cpu' | 'webgpu', body: (device: Device) => Promise<R>): Promise<R> {
  const device = await init({ backend, seed: 4 });
  try {
    return await body(device);
  } finally {
    device.dispose();
  }
}

const near = (a: readonly number[], b: readonly number[], tolerance = 1e-5): void =>
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - b[i]) < tolerance, `${a} and ${b}`);
  });

onGpu(test, 'evaluate: the mean over the samples of weight times loss, metrics unweighted', async (gpu) => {
  for (const device of [gpu, cpu]) {
    setCurrentDevice(device);
    const model = classifier();
    const p = await (await model.predict(x)).data();
    const expected = labels.reduce((sum, label, i) => sum - weights[i] * Math.log(p[2 * i + label]), 0) / COUNT;
    const plain = await model.evaluate(x, y);
    for (const given of [sampleWeight, tensor(weights), [...weights]]) {
      const { loss, accuracy } = await model.evaluate(x, y, { sampleWeight: given, batchSize: 8 });
      assert.ok(Math.abs(loss - expected) < 1e-5, `${loss} and ${expected}`);
      assert.ok(Math.abs(accuracy - plain.accuracy) < 1e-6);
    }
  }
});

onGpu(test, 'fit: the GPU agrees with the CPU, and data that pass through with those that rest', async () => {
  const onCpu = await fresh('cpu', (device) => kernelAfter(device, { sampleWeight }));
  const onGpu = await fresh('webgpu', (device) => kernelAfter(device, { sampleWeight }));
  const passing = await fresh('webgpu', (device) => kernelAfter(device, { sampleWeight, residentBytes: 512 }));
  near(onCpu, onGpu);
  assert.equal(passing, onGpu);
  const unweighted = await fresh('cpu', (device) => kernelAfter(device, {}));
  assert.not.equal(onCpu, unweighted);
});

test('weights of 2 do what a doubled learning rate does', async () => {
  const twice = { data: new Float32Array(COUNT).fill(2), shape: [COUNT] };
  const weighted = await fresh('cpu', (device) => kernelAfter(device, { sampleWeight: twice }));
  near(weighted, await fresh('cpu', (device) => kernelAfter(device, {}, { learningRate: 0.2 })), 1e-12);
});

test('class weights are sample weights by class, from class indices and one-hot rows, beside sample weights', async () => {
  const classWeight = { 1: 5 };
  const after = (options: FitOptions, settings = {}, targets = y) =>
    fresh('cpu', (device) => kernelAfter(device, options, settings, targets));
  const byClass = { data: Float32Array.from(labels, (label) => (label === 1 ? 5 : 1)), shape: [COUNT] };
  const expected = await after({ sampleWeight: byClass });
  assert.equal(await after({ classWeight }), expected);
  near(await after({ classWeight }, { loss: 'categoricalCrossentropy' }, oneHot), expected, 1e-12);
  const both = { data: Float32Array.from(weights, (w, i) => w * byClass.data[i]), shape: [COUNT] };
  assert.equal(await after({ classWeight, sampleWeight }), await after({ sampleWeight: both }));
});

test('validation counts classes alike, and samples by their weights', async () => {
  setCurrentDevice(cpu);
  const model = classifier({ learningRate: 0 });
  const last = (array: HostArray, length: number): HostArray => ({
    data: array.data.slice(40 * length),
    shape: [10, ...array.shape.slice(1)],
  });
  const [xLast, yLast, weightLast] = [last(x, FEATURES), last(y, 1), last(sampleWeight, 1)];
  const expected = await model.evaluate(xLast, yLast, { sampleWeight: weightLast });
  const options = { classWeight: { 0: 3, 1: 5 }, sampleWeight };
  const split = await model.fit(x, y, { ...options, validationSplit: 0.2 });
  const given = await model.fit(x, y, { ...options, validationData: [xLast, yLast, weightLast] });
  for (const { history } of [split, given]) assert.ok(Math.abs(history.val_loss[0] - expected.loss) < 1e-12);
});

test('weights that can not be meant are refused', async () => {
  setCurrentDevice(cpu);
  const model = classifier();
  const fit = (options: FitOptions) => () => model.fit(x, y, options);
  await rejects(fit({ sampleWeight: [1, 2] }), /weights of shape \[2\] for 50 samples; expected \[50\]/);
  await rejects(fit({ sampleWeight: [-1, ...weights.slice(1)] }), /-1 at position 0/);
  await rejects(fit({ classWeight: { 1: Number.NaN } }), /the weight NaN of class 1/);
  await rejects(() => model.evaluate(x, y, { sampleWeights: [1] } as object), /the option 'sampleWeights'/);
});

test('initialEpoch numbers the epochs', async () => {
  setCurrentDevice(cpu);
  const { epoch } = await classifier().fit(x, y, { initialEpoch: 3, epochs: 5 });
  assert.equal(epoch, [3, 4]);
});

test.run();
