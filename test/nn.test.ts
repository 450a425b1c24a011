import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../src/device.ts';
import {
  activation,
  batchNormalization,
  dense,
  dropout,
  flatten,
  input,
  mean,
  normalization,
  relu,
  reshape,
  scope,
  sequential,
  softmax,
  sub,
  Tensor,
  tensor,
  variance,
} from '../src/node.ts';
import { cpu, onGpu } from './device.ts';

const test = suite('nn');

test('layers give their output shapes, and the model its summary', () => {
  setCurrentDevice(cpu);
  const model = sequential([
    input({ shape: [4, 4] }),
    flatten(),
    dense({ units: 6, name: 'hidden' }),
    batchNormalization(),
    activation('relu'),
    dropout({ rate: 0.25 }),
    dense({ units: 4, activation: 'softmax' }),
    reshape({ shape: [2, -1] }),
  ]);
  const lines = model.summary().split('\n');
  assert.match(lines[2], /input +\[batch, 4, 4\] +0/);
  assert.match(lines[4], /hidden \(dense\) +\[batch, 6\] +102/);
  assert.match(lines[5], /batchNormalization +\[batch, 6\] +24/);
  assert.match(lines[9], /reshape +\[batch, 2, 2\] +0/);
  assert.is(lines.at(-1), '154 parameters: 142 trainable, 12 not');
  assert.equal(model.outputShape, [2, 2]);
  assert.equal(
    model.parameters.map(({ name }) => name).filter((name) => name.startsWith('hidden')),
    ['hidden/kernel', 'hidden/bias'],
  );
});

test('dense is activation(x kernel + bias), also with more axes', async () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 2, activation: 'relu', inputShape: [2, 3] })]);
  model.setWeights({
    'dense/kernel': { data: Float32Array.of(1, -1, 2, -2, 3, -3), shape: [3, 2] },
    'dense/bias': { data: Float32Array.of(0.5, 1), shape: [2] },
  });
  const y = model.call(
    tensor([
      [
        [1, 0, 0],
        [0, 1, 1],
      ],
    ]),
  );
  assert.equal(await y.array(), [
    [
      [1.5, 0],
      [5.5, 0],
    ],
  ]);
});

test('a weight that is missing, unknown or of another shape is refused', () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 2, inputShape: [3] })]);
  const kernel = { data: new Float32Array(6), shape: [3, 2] };
  const bias = { data: new Float32Array(2), shape: [2] };
  assert.throws(() => model.setWeights({ 'dense/kernel': kernel }), /without dense\/bias/);
  assert.throws(() => model.setWeights({ 'dense/kernel': kernel, 'dense/bias': bias, other: bias }), /lacks: other/);
  assert.throws(
    () => model.setWeights({ 'dense/kernel': bias, 'dense/bias': bias }),
    /dense\/kernel of shape \[2\]; expected \[3, 2\]/,
  );
});

test('bad options and shapes are errors that name them', () => {
  setCurrentDevice(cpu);
  assert.throws(() => dense({ units: 0 }), /units 0; expected a whole number of 1 or more/);
  assert.throws(() => dropout({ rate: 1 }), /rate 1; expected a number of at least 0 and below 1/);
  const misspelt = { unit: 3, units: 3 };
  assert.throws(() => dense(misspelt), /the option 'unit'; expected only units, activation/);
  assert.throws(() => sequential([]), /no layers/);
  assert.throws(() => sequential([dense({ units: 1 })]).parameters, /not built.*inputShape/);
  assert.throws(() => activation('rleu' as 'relu'), /'rleu'; expected one of linear, relu.*Did you mean 'relu'/);
  assert.throws(() => sequential([reshape({ shape: [5], inputShape: [4] })]).parameters, /samples of shape \[4\]/);
  const model = sequential([dense({ units: 1, inputShape: [3] })]);
  assert.throws(() => model.call(tensor([[1, 2]])), /x of shape \[1, 2\]; expected \[batch, 3\]/);
});

test('an unknown word is answered with the nearest known one, if one is near', () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 1, inputShape: [2] })]);
  const compileWith = (optimizer: string) => () => model.compile({ optimizer, loss: 'meanSquaredError' });
  assert.throws(compileWith('adma'), /'adma'; expected one of sgd.*Did you mean 'adam'\?/);
  assert.throws(compileWith('Adagard'), /Did you mean 'adagrad'\?/);
  assert.throws(compileWith('newton'), (error: Error) => !error.message.includes('Did you mean'));
  assert.throws(() => activation('soft_mx' as 'softmax'), /Did you mean 'softmax'\?/);
  const misspelt = { unitss: 3, units: 3 };
  assert.throws(() => dense(misspelt), /Did you mean 'units'\? Correct its spelling/);
});

test('dropout and reshape are operations with a tensor in front, else layers', async () => {
  setCurrentDevice(cpu);
  assert.equal(await reshape(tensor([1, 2]), [2, 1]).array(), [[1], [2]]);
  assert.ok(dropout(tensor([1, 2]), { rate: 0.5 }) instanceof Tensor);
  assert.is(dropout({ rate: 0.5 }).kind, 'dropout');
});

test('normalization centres and scales by the statistics it is given', async () => {
  setCurrentDevice(cpu);
  const perFeature = sequential([normalization({ mean: [1, 2], variance: [4, 0], inputShape: [2] })]);
  assert.equal(await perFeature.call(tensor([[3, 5]])).array(), [[1, 3]]);
  const global = sequential([normalization({ axis: null, mean: [1], variance: [4], inputShape: [2] })]);
  assert.equal(await global.call(tensor([[3, 5]])).array(), [[1, 2]]);
  const wrong = sequential([normalization({ mean: [1, 2, 3], variance: [1, 1, 1], inputShape: [2] })]);
  assert.throws(() => wrong.parameters, /3 numbers as mean; expected 2/);
});

onGpu(test, 'batch normalisation with the ReLU behind it is the same in one pass and in two', async (device) => {
  setCurrentDevice(device);
  await scope(async () => {
    const x = tensor([
      [1, -2, 3],
      [0, 5, -1],
      [4, 1, 1],
      [-3, 0, 2],
    ]);
    const fused = sequential([batchNormalization({ inputShape: [3] }), activation('relu')]);
    const apart = sequential([batchNormalization({ inputShape: [3] }), activation((v) => relu(v))]);
    for (const training of [true, false]) {
      const difference = sub(fused.call(x, training), apart.call(x, training));
      assert.equal([...(await difference.data())].map(Math.abs), new Array(12).fill(0));
    }
    const y = sequential([batchNormalization({ inputShape: [3] })]).call(x, true);
    for (const value of await mean(y, { axis: 0 }).data()) assert.ok(Math.abs(value) < 1e-6);
    for (const value of await variance(y, { axis: 0 }).data()) assert.ok(Math.abs(value - 1) < 1e-3);
  });
});

test('probabilities remember their scores, so that a loss can use them', async () => {
  setCurrentDevice(cpu);
  const scores = tensor([[1, 2]]);
  const sums = await softmax(scores).data();
  assert.ok(Math.abs(sums[0] + sums[1] - 1) < 1e-12);
});

test.run();
