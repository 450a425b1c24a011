import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import { enterStep } from '../../src/core/random/state.ts';
import { writeSafetensors } from '../../src/data/files/safetensors.ts';
import {
  activation,
  add,
  average,
  averagePool2d,
  batchNormalization,
  compile,
  concatenate,
  constant,
  conv2d,
  conv2dTranspose,
  type Device,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  gaussianNoise,
  globalAveragePool2d,
  gradcheck,
  type HostArray,
  input,
  layerNormalization,
  leakyRelu,
  loadModel,
  type Model,
  maximum,
  maxPool2d,
  model,
  multiply,
  prelu,
  reshape,
  residual,
  sequential,
  sgd,
  spatialDropout2d,
  subtract,
  type Tensor,
  tensor,
  zeros,
} from '../../src/node.ts';
import { disposeValues, trainStep } from '../../src/train/loop/trainStep.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('graph');

const ones = { kernelInitializer: 'ones', useBias: false };

test('layers applied to each other form a model: values computed by hand', async () => {
  setCurrentDevice(cpu);
  const x = input({ shape: [2] });
  const a = dense({ units: 1, ...ones })(x); // x0 + x1
  const b = activation('relu')(x);
  const m = model({ inputs: x, outputs: concatenate()([a, b]) });
  assert.equal(await m.call(tensor([[1, -3]])).array(), [[-2, 1, 0]]);
  assert.equal(
    await (
      await m.predict([
        [1, 2],
        [3, 4],
      ])
    ).array(),
    [
      [3, 1, 2],
      [7, 3, 4],
    ],
  );
  assert.equal(m.outputShape, [3]);
});

test('a model can have several inputs, in call and in predict', async () => {
  setCurrentDevice(cpu);
  const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [3], name: 'b' })];
  const m = model({ inputs: [b, a], outputs: concatenate()([a, b]) });
  assert.equal(await m.call([tensor([[1, 2, 3]]), tensor([[4, 5]])]).array(), [[4, 5, 1, 2, 3]]);
  const y = await m.predict([
    { data: Float32Array.of(1, 2, 3, 6, 7, 8), shape: [2, 3] },
    [
      [4, 5],
      [9, 10],
    ],
  ]);
  assert.equal(await y.array(), [
    [4, 5, 1, 2, 3],
    [9, 10, 6, 7, 8],
  ]);
  assert.throws(() => m.call(tensor([[1, 2, 3]])), /got 1 inputs; expected 2/);
  assert.throws(
    () => m.call([tensor([[1]]), tensor([[1, 2]])]),
    /x of shape \[1, 1\] as input 0; expected \[batch, 3\]/,
  );
  await rejects(() => m.predict(tensor([[1, 2, 3]])), /a tensor; expected a list of 2/);
  await rejects(
    () =>
      m.predict([
        [[1, 2, 3]],
        [
          [4, 5],
          [6, 7],
        ],
      ]),
    /1 and 2 samples; expected the same number for each/,
  );
  m.compile({ loss: 'meanSquaredError' });
  await rejects(() => m.fit([[1, 2, 3]], [[1]]), /a model with 2 inputs; expected a model with one input/);
});

onGpu(test, 'a model with several inputs predicts in captured batches, and again after loading', async (device) => {
  setCurrentDevice(device);
  const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [3], name: 'b' })];
  const m = model({ inputs: [b, a], outputs: concatenate()([a, b]) });
  const rows = (width: number): number[][] =>
    Array.from({ length: 7 }, (_, i) => Array.from({ length: width }, (_, j) => 10 * i + width + j));
  const expected = rows(2).map((row, i) => [...row, ...rows(3)[i]]);
  for (const each of [m, loadModel(await m.save())]) {
    const y = await each.predict([rows(3), tensor(rows(2))], { batchSize: 2 });
    assert.equal(await y.array(), expected);
  }
});

test('merge layers combine their inputs; add and maximum are operations too', async () => {
  setCurrentDevice(cpu);
  const merged = async (layer: ReturnType<typeof add>): Promise<unknown> => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    return model({ inputs: [a, b], outputs: layer([a, b]) })
      .call([tensor([[1, 2]]), tensor([[3, -4]])])
      .array();
  };
  assert.equal(await merged(add()), [[4, -2]]);
  assert.equal(await merged(subtract()), [[-2, 6]]);
  assert.equal(await merged(multiply()), [[3, -8]]);
  assert.equal(await merged(average()), [[2, -1]]);
  assert.equal(await merged(maximum({ name: 'larger' })), [[3, 2]]);
  assert.equal(await add(tensor([1]), 2).array(), [3]);
  assert.equal(await maximum(1.5, tensor([1, 2])).array(), [1.5, 2]);
});

test('skip connections of unequal shapes are rejected, with both shapes and a fix', () => {
  setCurrentDevice(cpu);
  const x = input({ shape: [4] });
  assert.throws(
    () => model({ inputs: x, outputs: residual(dense({ units: 3 }))(dense({ units: 4 })(x)) }),
    /add: got samples of shape \[3\] and \[4\]; expected equal shapes.*residual\(block, shortcut\)/,
  );
  const wide = concatenate({ axis: 1 })([reshape({ shape: [2, 2] })(x), reshape({ shape: [4, 1] })(x)]);
  assert.throws(() => model({ inputs: x, outputs: wide }), /shape \[2, 2\] and \[4, 1\], axis 1/);
});

test('invalid graphs are rejected', () => {
  setCurrentDevice(cpu);
  const [x, other] = [input({ shape: [2] }), input({ shape: [2] })];
  const y = dense({ units: 2 })(x);
  assert.throws(() => add()(x), /add: got 1 input; expected two or more.*add\(\)\(\[a, b\]\)/);
  assert.throws(() => dense({ units: 2 })([x, y]), /dense: got 2 inputs; expected one.*Merge the inputs first/);
  assert.throws(() => dense({ units: 2 })(dense({ units: 3 })), /dense itself; expected an input/);
  assert.throws(() => dense({ units: 2 })(tensor([[1]]) as never), /a tensor; expected an input.*model.call/);
  assert.throws(() => add()([residual([]) as never, x]), /a block itself; expected an input/);
  assert.throws(() => sequential([dense({ units: 2 }), 5 as never]), /number at position 1; expected a layer/);
  assert.throws(() => x(y), /input: got 1 input; expected nothing/);
  assert.throws(() => model({ inputs: other, outputs: y }), /comes from 1, 1 of them others.*List these/);
  assert.throws(() => model({ inputs: [x, other], outputs: y }), /got 2 inputs, while the output comes from 1/);
  assert.throws(() => model({ inputs: x, outputs: [y, y] }), /got 2 outputs; expected one/);
  const twice = { outputs: dense({ units: 1, name: 'a' })(dense({ units: 1, name: 'a' })(x)) };
  assert.throws(() => model({ inputs: x, ...twice }), /two layers named 'a'/);
});

test('a layer applied twice, and models with common layers, share weights', async () => {
  setCurrentDevice(cpu);
  const x = input({ shape: [2] });
  const shared = dense({ units: 2, ...ones });
  const hidden = shared(x);
  const m = model({ inputs: x, outputs: shared(hidden) });
  assert.is(m.parameters.length, 1);
  assert.equal(await m.call(tensor([[1, 2]])).array(), [[6, 6]]);
  const half = model({ inputs: x, outputs: hidden });
  half.parameters[0].assign([1, 0, 0, 2]);
  assert.equal(await half.call(tensor([[1, 2]])).array(), [[1, 4]]);
  assert.equal(await m.call(tensor([[1, 2]])).array(), [[1, 8]]);
  assert.match(m.summary(), /dense +\[batch, 2\] +shared +dense/);
  const narrow = dense({ units: 3 });
  assert.throws(() => model({ inputs: x, outputs: narrow(narrow(x)) }), /shape \[2\] and of shape \[3\] for one layer/);
});

test('the summary of a graph lists the connections', () => {
  setCurrentDevice(cpu);
  const block = [dense({ units: 3, name: 'inner' }), activation('relu')];
  const lines = sequential([residual(block, dense({ units: 3, inputShape: [2] }))])
    .summary()
    .split('\n');
  assert.match(lines[0], /Layer +Output shape +Parameters +Connected to/);
  assert.match(lines[2], /inner \(dense\) +\[batch, 3\] +9 +the samples/);
  assert.match(lines[3], /activation +\[batch, 3\] +0 +inner/);
  assert.match(lines[5], /add +\[batch, 3\] +0 +activation, dense/);
  assert.not.match(sequential([dense({ units: 1, inputShape: [2] })]).summary(), /Connected/);
});

const FEATURES = 6;
const CLASSES = 3;

/** A small residual network: an identity shortcut, a projection, and neighbours that fuse inside the blocks. */
function residualNetwork(): Model {
  const block = (units: number) => [
    dense({ units, useBias: false }), // batch normalization would remove the bias again
    batchNormalization(),
    activation('relu'),
    dropout({ rate: 0.25 }),
  ];
  const m = sequential([
    residual(block(FEATURES)),
    residual([...block(5), dense({ units: 4 })], dense({ units: 4, useBias: false })),
    activation('relu'),
    dense({ units: CLASSES, activation: 'softmax' }),
  ]);
  m.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' });
  m.build([FEATURES]);
  return m;
}

const BATCH = 16;
const samples = { data: Float32Array.from(normal(BATCH * FEATURES, new Generator(3))), shape: [BATCH, FEATURES] };
const labels = { data: Uint8Array.from({ length: BATCH }, (_, i) => i % CLASSES), shape: [BATCH] };
/** Row numbers of a table with five rows. */
const tokens = { data: Uint8Array.from(samples.data, (_, i) => (i * 7) % 5), shape: samples.shape };
const samplesFor = (make: () => Model): HostArray => (make === embeddingNetwork ? tokens : samples);

/** The weights after some steps of a new model. */
async function weightsAfter(device: Device, make: () => Model, { captured }: { captured: boolean }) {
  setCurrentDevice(device);
  device.random.returnTo(0);
  enterStep(device.random, device, 0);
  const m = make();
  const { data, shape } = samplesFor(make);
  const [x, y] = [tensor(data, { shape }), tensor(Int32Array.from(labels.data))];
  const step = () => trainStep(m.compiled, { x, y });
  const run = captured ? compile(step) : step;
  for (let i = 0; i < 20; i++) disposeValues(run());
  const weights = await m.getWeights();
  m.dispose();
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, [...data]]));
}

/** The layers that draw random numbers or fuse, on images and on vectors. */
function mixedNetwork(): Model {
  const m = sequential([
    reshape({ shape: [1, 2, 3], inputShape: [FEATURES] }),
    spatialDropout2d({ rate: 0.3 }),
    prelu({ sharedAxes: [1, 2], alphaInitializer: constant(0.25) }),
    flatten(),
    gaussianNoise({ stddev: 0.1 }),
    residual([layerNormalization(), dense({ units: FEATURES }), leakyRelu({ negativeSlope: 0.1 })]),
    dense({ units: CLASSES, activation: 'softmax' }),
  ]);
  m.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' });
  m.build([FEATURES]);
  return m;
}

/** A layer applied three times, and merges of all kinds. */
function sharedNetwork(): Model {
  const x = input({ shape: [FEATURES] });
  const shared = dense({ units: FEATURES, activation: 'tanh' });
  const [a, b] = [shared(x), shared(shared(x))];
  const merged = concatenate()([multiply()([a, x]), average()([a, b, x]), subtract()([a, b]), maximum()([b, x])]);
  const m = model({ inputs: x, outputs: dense({ units: CLASSES, activation: 'softmax' })(merged) });
  m.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' });
  return m;
}

/** A vector for each of five numbers. */
function embeddingNetwork(): Model {
  const m = sequential([
    embedding({ inputDim: 5, outputDim: 4, inputShape: [FEATURES] }),
    flatten(),
    dense({ units: CLASSES, activation: 'softmax' }),
  ]);
  m.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' });
  m.build([FEATURES]);
  return m;
}

/** Convolutions and pools of all kinds. */
function imageNetwork(): Model {
  const m = sequential([
    reshape({ shape: [2, 3, 1], inputShape: [FEATURES] }),
    conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2 }),
    depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2 }),
    averagePool2d({ poolSize: 2, strides: 1 }),
    conv2d({ filters: 6, kernelSize: 2, dilationRate: 2, groups: 2, activation: 'tanh' }),
    maxPool2d({ poolSize: 2, padding: 'same' }),
    globalAveragePool2d(),
    dense({ units: CLASSES, activation: 'softmax' }),
  ]);
  m.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy' });
  m.build([FEATURES]);
  return m;
}

for (const make of [residualNetwork, mixedNetwork, sharedNetwork, embeddingNetwork, imageNetwork]) {
  onGpu(test, `${make.name}: gradcheck passes`, async (device) => {
    setCurrentDevice(device);
    const m = make();
    const results = await gradcheck(m, samplesFor(make), labels);
    assert.is(results.length, m.trainableParameters.length);
    for (const { name, ok, error, tolerance } of results) assert.ok(ok, `${name}: ${error} > ${tolerance}`);
    assert.ok(results.some(({ derivative }) => Math.abs(derivative) > 1e-3));
  });

  onGpu(test, `${make.name}: captured steps give the same bits as uncaptured ones`, async (device) => {
    const captured = await weightsAfter(device, make, { captured: true });
    assert.equal(captured, await weightsAfter(device, make, { captured: false }));
  });

  onGpu(test, `${make.name}: a saved model predicts the same after loading`, async (device) => {
    setCurrentDevice(device);
    const m = make();
    const x = samplesFor(make);
    await m.fit(x, labels, { epochs: 2 });
    const loaded = loadModel(await m.save());
    assert.equal(loaded.names, m.names);
    assert.equal(loaded.summary(), m.summary());
    const [a, b] = [await m.predict(x), await loaded.predict(x)];
    assert.equal(await a.data(), await b.data());
  });
}

onGpu(test, 'neighbours fuse in a graph, unless another layer needs the value between them', (device) => {
  setCurrentDevice(device);
  const x = input({ shape: [3] });
  const normalised = batchNormalization()(x);
  const dropped = dropout({ rate: 0.5 })(activation('relu')(normalised));
  const dispatches = (outputs: typeof dropped): number => {
    const m = model({ inputs: x, outputs });
    m.build([3]);
    return compile((samples: Tensor) => m.call(samples, true)).plan(zeros([4, 3])).dispatches;
  };
  assert.is(dispatches(normalised), 2); // statistics, and the pass itself
  assert.is(dispatches(dropped), 2);
  assert.is(dispatches(add()([dropped, x])), 3);
  assert.is(dispatches(add()([dropped, normalised])), 5);
});

/** A saved graph, and a copy with a changed description. */
async function tampered(): Promise<(change: (description: Saved) => void) => () => Model> {
  setCurrentDevice(cpu);
  const files = await residualNetwork().save();
  return (change) => () => {
    const description = JSON.parse(files['model.json']);
    change(description);
    return loadModel({ ...files, 'model.json': JSON.stringify(description) });
  };
}

interface Saved {
  version: unknown;
  inputShape: unknown;
  layers: { kind: string; options: Record<string, unknown> }[];
  graph: { nodes: { layer?: unknown; inputs: unknown }[]; inputs: unknown; output: unknown };
}

test('a damaged or hostile model.json is rejected with the reason', async () => {
  const after = await tampered();
  assert.ok(after(() => {})());
  const cases: [change: (d: Saved) => void, message: RegExp][] = [
    [(d) => Object.assign(d, { version: 99 }), /version 99 of model.json; expected at most 1.*newer version/],
    [
      (d) => Object.assign(d, { version: 'new' }),
      /"new" as version in model.json; expected a whole number from 1 to 1/,
    ],
    [(d) => Object.assign(d, { version: -1 }), /-1 as version in model.json.*The file is damaged/],
    [(d) => Object.assign(d, { version: 0 }), /0 as version/],
    [(d) => Object.assign(d, { inputShape: [-1] }), /\[-1\] as inputShape/],
    [(d) => Object.assign(d, { inputShape: [7] }), /samples of shape \[6\] and \[7\]/],
    [(d) => Object.assign(d, { layers: {} }), /\{\} as layers/],
    [(d) => Object.assign(d.layers[0], { kind: 'dens' }), /kind 'dens'.*Did you mean 'dense'\?/],
    [(d) => Object.assign(d.layers[0], { kind: '__proto__' }), /a layer of kind '__proto__'; expected one of/],
    [(d) => Object.assign(d.layers[0], { kind: 'constructor' }), /a layer of kind 'constructor'/],
    [(d) => Object.assign(d.layers[0], { kind: 5 }), /as a layer in model.json/],
    [
      (d) => Object.assign(d.layers[0].options, { units: 'many' }),
      /^layer 'dense' of model.json, dense: got units 'many'; expected a whole number/,
    ],
    [
      (d) => Object.assign(d.layers[1], { kind: 'conv2d', options: { name: 'c', filters: 2 } }),
      /^layer 'c' of model.json, /,
    ],
    [(d) => Object.assign(d.layers[1], { kind: 'reshape', options: { name: 'r' } }), /^layer 'r' of model.json, /],
    [
      (d) => Object.assign(d.layers[1], { kind: 'prelu', options: { name: 'p', sharedAxes: 3 } }),
      /^layer 'p' of model.json, /,
    ],
    [(d) => Object.assign(d.layers[0].options, { activation: { relu: 1 } }), /expected one of linear/],
    [(d) => Object.assign(d.layers[0].options, { name: 5 }), /name 5; expected some letters/],
    [(d) => Object.assign(d.layers[0].options, { inputShape: 784 }), /inputShape 784; expected a list/],
    [(d) => Object.assign(d.layers[1].options, { name: d.layers[0].options.name }), /two layers named 'dense'/],
    [(d) => Object.assign(d.graph, { nodes: 3 }), /as graph in model.json/],
    [(d) => Object.assign(d.graph.nodes[1], { inputs: [2] }), /node 1.*inputs that are earlier nodes/],
    [(d) => Object.assign(d.graph.nodes[1], { inputs: [1] }), /node 1.*inputs that are earlier nodes/],
    [(d) => Object.assign(d.graph.nodes[1], { inputs: 'all' }), /node 1/],
    [(d) => Object.assign(d.graph.nodes[1], { inputs: [] }), /dense itself; expected an input/],
    [(d) => Object.assign(d.graph.nodes[1], { inputs: [0, 0] }), /dense: got 2 inputs; expected one/],
    [(d) => Object.assign(d.graph.nodes[1], { layer: 99 }), /node 1.*one of the \d+ layers/],
    [(d) => Object.assign(d.graph, { inputs: [] }), /got 0 inputs, while the output comes from 1/],
    [(d) => Object.assign(d.graph, { inputs: [1e9] }), /as the inputs in model.json/],
    [(d) => Object.assign(d.graph, { output: -1 }), /as the output in model.json/],
    [(d) => Object.assign(d.graph, { output: 2 }), /weights that the model lacks/],
  ];
  for (const [change, message] of cases) assert.throws(after(change), message);
});

test('prototype keys in a file are ordinary names', async () => {
  const after = await tampered();
  const withKey = (d: Saved): void => {
    const options = JSON.parse('{ "__proto__": { "polluted": 1 }, "units": 6 }');
    Object.assign(d.layers[0], { options });
    Object.defineProperty(d.layers[0].options, '__proto__', { value: { polluted: 1 }, enumerable: true });
  };
  assert.throws(after(withKey), /the option '__proto__'/);
  assert.is('polluted' in {}, false);
  const files = await sequential([dense({ units: 1, inputShape: [1] })]).save();
  const weights = writeSafetensors({ __proto__x: { data: Float32Array.of(1), shape: [1] } });
  const text = new TextDecoder('latin1').decode(weights).replace('__proto__x"', '__proto__" ');
  const hostile = Uint8Array.from(text, (character) => character.charCodeAt(0));
  assert.throws(() => loadModel({ ...files, 'weights.safetensors': hostile }), /that the model lacks: __proto__/);
});

test('weights that are truncated, too many or not numbers are rejected before memory is allocated', async () => {
  setCurrentDevice(cpu);
  const files = await sequential([dense({ units: 2, inputShape: [3] })]).save();
  const load =
    (weights: Uint8Array | ArrayBuffer, json = files['model.json']) =>
    () =>
      loadModel({ 'model.json': json, 'weights.safetensors': weights });
  const weights = files['weights.safetensors'];
  load(weights.slice().buffer)(); // as fetch returns it
  assert.throws(
    load(undefined as never),
    /^loadModel: got weights.safetensors undefined; expected a Uint8Array or an A/,
  );
  assert.throws(() => loadModel(undefined as never), /^loadModel: got model.json undefined; expected the text of that/);
  assert.throws(load(weights.slice(0, -1)), /truncated, damaged or not a safetensors file/);
  assert.throws(load(weights.slice(0, 20)), /the whole header/);
  assert.throws(load(new Uint8Array(0)), /a file of 0 bytes/);
  assert.throws(
    load(weights, files['model.json'].replace('"units": 2', '"units": 1e12')),
    /expected \[3, 1000000000000\]/,
  );
  const broken = weights.slice();
  new DataView(broken.buffer).setFloat64(broken.length - 8, Number.NaN, true); // the CPU saves in float64
  assert.throws(load(broken), /NaN as element \d of dense\/\w+; expected finite weights/);
});

test('a model saved before graphs and versions still loads', async () => {
  setCurrentDevice(cpu);
  const options = { units: 1, name: 'dense', kernelInitializer: 'ones' };
  const old = { format: 'dawngrad', inputShape: [2], layers: [{ kind: 'dense', options }] };
  const weights = writeSafetensors({
    'dense/kernel': { data: Float32Array.of(1, 2), shape: [2, 1] },
    'dense/bias': { data: Float32Array.of(3), shape: [1] },
  });
  const m = loadModel({ 'model.json': JSON.stringify(old), 'weights.safetensors': weights });
  assert.equal(await m.call(tensor([[1, 1]])).array(), [[6]]);
});

test.run();
