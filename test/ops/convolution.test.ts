import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, uniform } from '../../src/core/random/generator.ts';
import { sizeOf } from '../../src/core/shape.ts';
import {
  adam,
  averagePool2d,
  compile,
  conv2d,
  conv2dTranspose,
  convTranspose2d,
  type Device,
  dense,
  depthwiseConv2d,
  flatten,
  globalAveragePool2d,
  globalMaxPool2d,
  input,
  type Layer,
  loadModel,
  maxPool2d,
  mul,
  ones,
  parameter,
  reshape,
  scope,
  sequential,
  sparseCategoricalCrossentropy,
  sum,
  Tape,
  Tensor,
  tensor,
  valueAndGrad,
} from '../../src/node.ts';
import { windowRows } from '../../src/ops/conv/windowRows.ts';
import { windowsOver } from '../../src/ops/conv/windows.ts';
import { multiply } from '../../src/ops/matmul/multiply.ts';
import { runner } from '../../src/ops/op.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('convolution');

const shapeAfter = (layer: Layer, shape: readonly number[]): readonly number[] => layer.outputShape(shape);

test('layers return the same shapes as Keras', () => {
  const image = [9, 8, 3];
  assert.equal(shapeAfter(conv2d({ filters: 4, kernelSize: 3 }), image), [7, 6, 4]);
  assert.equal(shapeAfter(conv2d({ filters: 4, kernelSize: [3, 2], strides: 2, padding: 'same' }), image), [5, 4, 4]);
  assert.equal(shapeAfter(conv2d({ filters: 4, kernelSize: 3, dilationRate: [2, 1] }), image), [5, 6, 4]);
  assert.equal(shapeAfter(depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), image), [7, 6, 6]);
  assert.equal(shapeAfter(conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2 }), image), [19, 17, 4]);
  assert.equal(shapeAfter(conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3 }), image), [27, 24, 4]);
  assert.equal(
    shapeAfter(conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }), image),
    [18, 16, 4],
  );
  assert.equal(shapeAfter(maxPool2d(), image), [4, 4, 3]);
  assert.equal(shapeAfter(averagePool2d({ poolSize: 3, strides: 2, padding: 'same' }), image), [5, 4, 3]);
  assert.equal(shapeAfter(globalAveragePool2d(), image), [3]);
  assert.equal(shapeAfter(globalMaxPool2d({ keepDims: true }), image), [1, 1, 3]);
});

test('a call with a tensor as first argument is the operation', () => {
  setCurrentDevice(cpu);
  const x = ones([1, 4, 4, 2]);
  assert.equal(conv2d(x, ones([3, 3, 2, 5])).shape, [1, 2, 2, 5]);
  assert.equal(depthwiseConv2d(x, ones([3, 3, 2, 1])).shape, [1, 2, 2, 2]);
  assert.equal(maxPool2d(x).shape, [1, 2, 2, 2]);
  assert.equal(averagePool2d(x, { poolSize: 4 }).shape, [1, 1, 1, 2]);
  assert.not.instance(maxPool2d({ poolSize: 2 }), Tensor);
});

test('maxima are returned with their pixels', async () => {
  setCurrentDevice(cpu);
  const x = tensor([1, 4, 3, 4, 0, 2, 5, 1, 9], { shape: [1, 3, 3, 1] });
  const [y, pixels] = maxPool2d.outputs(x, { strides: 1 });
  assert.equal([...(await y.data())], [4, 4, 5, 9]);
  assert.equal([...(await pixels.data())], [1, 1, 6, 8]); // the first of two fours
});

test('layers reject invalid arguments', () => {
  assert.throws(
    () => conv2d({ filters: 4, kernelSize: 3 }).outputShape([28, 28]),
    /conv2d: got samples of shape \[28, 28\]; expected rank 3, \[height, width, channels\]/,
  );
  assert.throws(() => conv2d({ filters: 0, kernelSize: 3 }), /conv2d: got filters 0; expected a whole number of 1/);
  assert.throws(() => conv2d({ filters: 4, kernelSize: 0 }), /conv2d: got kernelSize 0; expected a whole number of 1/);
  assert.throws(
    () => conv2d({ filters: 4, kernelSize: 5 }).outputShape([4, 8, 1]),
    /conv2d: got images of 4 x 8 and windows of 5 x 5; expected images that hold at least one window/,
  );
  assert.throws(
    () => sequential([input({ shape: [4, 4, 3] }), conv2d({ filters: 4, kernelSize: 1, groups: 2 })]).parameters,
    /conv2d: got 3 channels, 4 filters and 2 groups; expected a number of groups that divides both/,
  );
  assert.throws(
    () => conv2dTranspose({ filters: 1, kernelSize: 3, padding: 'same', outputPadding: 1 }).outputShape([4, 4, 1]),
    /conv2dTranspose: got outputPadding 1 and padding 'same'/,
  );
});

test('the fans of a filter count its taps', async () => {
  setCurrentDevice(cpu);
  const model = sequential([conv2d({ filters: 64, kernelSize: [3, 5], inputShape: [8, 8, 32] })]);
  const { data } = (await model.getWeights())['conv2d/kernel'];
  const limit = Math.sqrt(6 / (15 * 32 + 15 * 64)); // glorotUniform
  const largest = Array.from(data, Math.abs).reduce((a, b) => Math.max(a, b), 0);
  assert.ok(largest <= limit && largest > 0.99 * limit, `${largest} against ${limit}`);
});

/** Bright bars, vertical or horizontal, with noise: a filter can tell them apart, a mean cannot. */
function bars(count: number): { x: Float64Array; y: Int32Array } {
  const random = new Generator(5);
  const x = uniform(count * 64, random).map((u) => 0.5 * u);
  const y = Int32Array.from({ length: count }, (_, i) => i % 2);
  uniform(count, random).forEach((u, i) => {
    const place = Math.floor(8 * u);
    for (let j = 0; j < 8; j++) x[64 * i + (y[i] === 0 ? 8 * j + place : 8 * place + j)] += 1;
  });
  return { x, y };
}

const network = () =>
  sequential([
    conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [8, 8, 1] }),
    maxPool2d(),
    depthwiseConv2d({ kernelSize: 3, activation: 'tanh' }),
    conv2d({ filters: 8, kernelSize: 1, activation: 'relu' }),
    averagePool2d(),
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);

/** Values from -1/2 to 1/2 on a device. */
const values = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    uniform(sizeOf(shape), new Generator(seed)).map((u) => u - 0.5),
    { shape },
  );

// The gradient check covers the kernel selected on this machine; these tests cover how the others read windows.
for (const [kernel, channels] of [
  ['tiled32/2', 6],
  ['tiled32', 8],
  ['tiled16x64', 8],
] as const) {
  onGpu(test, `${kernel} reads ${channels} channels of windows directly from the images`, async (device) => {
    const [shape, filter] = [
      [3, 7, 9, channels],
      [3, 2, channels, 10],
    ] as const;
    const options = { strides: [1, 2], dilation: [2, 1], padding: 'same' } as const;
    const windows = windowsOver('conv2d', [7, 9], { size: [3, 2], ...options });
    const [rows, columns] = [3 * sizeOf(windows.count), 6 * channels];
    const inputs = (): Tensor[] => [values(shape, 1), values(filter, 2), values([rows, 10], 3)];

    setCurrentDevice(cpu);
    const [x, w, dy] = inputs();
    const trained = parameter(w);
    const map = (): Tensor => reshape(conv2d(x, trained, options), [rows, 10]);
    const [exact] = valueAndGrad(() => sum(mul(map(), dy)), [trained]).grads;
    const expected = [map(), exact, sum(dy, { axis: 0 })];

    setCurrentDevice(device);
    const [images, weights, gradient] = inputs();
    const run = runner({ name: 'matmul', sources: [] }, device);
    const product = { transposeB: false, kernel, rows: windowRows(shape, { windows, groups: 1 }) };
    const found = [
      ...multiply(run, [images, reshape(weights, [columns, 10])], { ...product, transposeA: false }),
      ...multiply(run, [images, gradient], { ...product, transposeA: true, sums: true }),
    ];
    const tolerance = rows * 2 ** -24 * (rows / 4); // for the longest sum, with products of at most 1/4
    for (const [n, tensor] of found.entries()) {
      const [got, wanted] = await Promise.all([tensor.data(), expected[n].data()]);
      const off = wanted.findIndex((value, i) => !(Math.abs(got[i] - value) <= tolerance));
      assert.is(off, -1, `result ${n}, element ${off}: ${got[off]} instead of ${wanted[off]}`);
    }
  });
}

onGpu(test, 'a kernel that reads only elements is not used for windows', (device) => {
  setCurrentDevice(device);
  const windows = windowsOver('conv2d', [4, 4], { size: [3, 3] });
  const rows = windowRows([1, 4, 4, 4], { windows, groups: 1 });
  const product = { transposeA: false, transposeB: false, kernel: 'plain', rows } as const;
  const run = runner({ name: 'matmul', sources: [] }, device);
  const multiplied = () => multiply(run, [ones([1, 4, 4, 4]), ones([36, 2])], product);
  assert.throws(multiplied, /the kernel plain cannot read windows/);
});

onGpu(test, 'windows that need more memory than a buffer can have are rejected', (device) => {
  setCurrentDevice(device);
  const x = ones([32, 512, 512, 1]);
  assert.throws(
    () => convTranspose2d(x, ones([15, 15, 1, 1]), { strides: 2 }),
    /convTranspose2d.*: got images \[32, 1037, 1037, 1\], whose windows need \d+ MiB; expected at most \d+ MiB. Use a smaller batch/,
  );
  x.dispose();
});

onGpu(test, 'a small network learns to classify bars, and is the same when loaded from its file', async (device) => {
  setCurrentDevice(device);
  const { x, y } = bars(256);
  const samples = tensor(x, { shape: [256, 8, 8, 1] });
  const model = network();
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  await model.fit(samples, tensor(y), { epochs: 8, batchSize: 32 });
  const { accuracy } = await model.evaluate(samples, tensor(y));
  assert.ok(accuracy > 0.95, `accuracy ${accuracy}`);
  const again = loadModel(await model.save());
  assert.equal([...(await (await again.predict(samples)).data())], [...(await (await model.predict(samples)).data())]);
});

/** Steps of that network on the same batch. */
async function train(device: Device, captured: boolean) {
  setCurrentDevice(device);
  device.random.returnTo(0);
  const model = network();
  model.build([8, 8, 1]);
  const optimizer = adam({ learningRate: 0.01 });
  const loss = sparseCategoricalCrossentropy();
  const step = (x: Tensor, y: Tensor): Tensor => {
    using tape = new Tape();
    const value = loss(y, model.call(x, true));
    optimizer.apply(tape.gradient(value, model.trainableParameters), model.trainableParameters);
    return value;
  };
  const run = captured ? compile(step) : (x: Tensor, y: Tensor) => scope(() => step(x, y));
  const { x, y } = bars(16);
  const [samples, labels] = [tensor(x, { shape: [16, 8, 8, 1] }), tensor(y)];
  const losses = Array.from({ length: 20 }, () => run(samples, labels));
  const weights = await model.getWeights();
  return {
    weights: Object.values(weights).map(({ data }) => [...data]),
    losses: await Promise.all(losses.map((each) => each.item())),
  };
}

onGpu(test, 'captured steps give the same bits as uncaptured ones', async (device) => {
  const captured = await train(device, true);
  assert.equal(captured, await train(device, false));
  assert.ok(captured.losses[19] < captured.losses[0]);
});

test.run();
