import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  type Activation,
  accuracy,
  activation,
  activations,
  adam,
  augmentation,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  elu,
  embedding,
  flatten,
  gaussianNoise,
  gelu,
  type HostArray,
  heNormal,
  huber,
  type Initializer,
  initializers,
  input,
  l2,
  layerNormalization,
  leakyRelu,
  matmul,
  maxNorm,
  maxPool2d,
  mean,
  meanSquaredError,
  normalization,
  ones,
  prelu,
  randomUniform,
  relu,
  reshape,
  scope,
  sequential,
  softmax,
  spatialDropout2d,
  square,
  sub,
  sum,
  Tensor,
  tensor,
  variance,
  whitening,
} from '../../src/node.ts';
import { cpu, onGpu } from '../harness/device.ts';

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

test('a weight that is missing, unknown, of another shape or no numbers is refused, before any is written', async () => {
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
  const before = await model.getWeights();
  const set = (other: unknown) => () =>
    model.setWeights({
      'dense/kernel': { data: new Float32Array(6).fill(9), shape: [3, 2] },
      'dense/bias': other as HostArray,
    });
  assert.throws(
    set({ data: new Float32Array(1), shape: [2] }),
    /^setWeights: got 1 numbers as data of dense\/bias; expected 2 numbers for shape \[2\]/,
  );
  assert.throws(set({ data: ['a', 'b'], shape: [2] }), /got 'a' as data of dense\/bias; expected 2 numbers/);
  assert.throws(set({ data: new BigInt64Array(2), shape: [2] }), /BigInt64Array as data/);
  assert.throws(set({ shape: [2] }), /undefined as data of dense\/bias/);
  assert.throws(set([1, 2]), /dense\/bias of shape undefined; expected \[2\]/);
  assert.throws(set(null), /dense\/bias of shape undefined/);
  assert.throws(() => model.setWeights(null as never), /without dense\/kernel, dense\/bias/);
  assert.equal(await model.getWeights(), before);
  set({ data: [1, Number.NaN], shape: [2] })(); // it is the caller's
  assert.equal(await model.parameters[1].array(), [1, Number.NaN]);
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
  assert.throws(
    () => sequential([dense({ units: 2, inputShape: [3] }), dense({ units: 1, inputShape: [7] })]),
    /dense_1: got samples of shape \[2\]; expected \[7\], its inputShape/,
  );
  const model = sequential([dense({ units: 1, inputShape: [3] })]);
  assert.throws(() => model.call(tensor([[1, 2]])), /x of shape \[1, 2\]; expected \[batch, 3\]/);
});

test('what no layer, loss or initializer can do is refused when it is made', () => {
  /** Options as JavaScript may pass them. */
  const given = (json: string) => JSON.parse(json);
  const refused: readonly [make: () => unknown, message: RegExp][] = [
    [() => dense(given('5')), /dense: got 5 for the options; expected an object with any of units/],
    [() => dense(given('{}')), /dense: got units undefined; expected a whole number of 1 or more/],
    // @ts-expect-error: an operation in place of a number
    [() => dense({ units: sum }), /dense: got units the function sum; expected a whole number/],
    // @ts-expect-error: a layer's maker in place of a number
    [() => dense({ units: dense }), /got units the function dense;/],
    [() => dense(given('{ "units": 1, "useBias": "no" }')), /useBias 'no'; expected true or false/],
    [
      () => dense(given('{ "units": 1, "kernelRegularizer": 0.01 }')),
      /kernelRegularizer 0.01; expected a name, or the object/,
    ],
    [() => dense({ units: 1, name: '' }), /dense: got name ''/],
    [() => dense(given('{ "units": 1, "inputShape": 784 }')), /inputShape 784; expected a list of lengths/],
    [() => batchNormalization({ epsilon: -1 }), /epsilon -1/],
    [() => batchNormalization({ momentum: 1 }), /momentum 1/],
    [
      () => conv2d(given('{ "filters": 2 }')),
      /conv2d: got kernelSize undefined; expected a whole number of 1 or more, or a pair/,
    ],
    [() => conv2d({ filters: 2, kernelSize: [3, 0] }), /kernelSize \[3, 0\]/],
    [() => maxPool2d(given('{ "poolSize": null }')), /poolSize null/],
    [() => reshape(given('{ "shape": 4 }')), /reshape: got shape 4/],
    [() => prelu(given('{ "sharedAxes": 1 }')), /sharedAxes 1; expected a list of axes/],
    [() => leakyRelu(given('0.1')), /leakyRelu: got 0.1 for the options/],
    [() => normalization({ mean: Number.NaN }), /mean NaN/],
    [() => normalization({ variance: [1, -1] }), /variance \[1, -1\]; expected a finite number of 0 or more/],
    [() => augmentation(given('{ "fill": "white" }')), /fill 'white'/],
    [() => augmentation({ imageShape: [-28, 28] }), /imageShape \[-28, 28\]/],
    [() => whitening(given('{}')), /whitening: got mean undefined/],
    [() => huber(given('5')), /huber: got 5 for the options; expected an object with any of delta/],
    [() => huber({ delta: -1 }), /delta -1/],
    [() => initializers.varianceScaling({ scale: -1 }), /scale -1/],
    [() => initializers.constant(Number.NaN), /value NaN/],
  ];
  for (const [make, message] of refused) assert.throws(make, message);
});

test('what a weight is to have is refused by the name of the weight', () => {
  setCurrentDevice(cpu);
  const refused: readonly [options: object, message: RegExp][] = [
    [{ kernelConstraint: { name: 'maxnorm' } }, /own\/kernel, constraint: got 'maxnorm'.*Did you mean 'maxNorm'/],
    [{ kernelConstraint: { maxValue: 2 } }, /own\/kernel, constraint: got undefined; expected one of maxNorm/],
    [{ kernelConstraint: { name: 'maxNorm', axis: 'x' } }, /own\/kernel, maxNorm: got axis 'x'; expected an axis/],
    [{ biasRegularizer: { l1: -1 } }, /own\/bias, l1l2: got l1 -1/],
    [{ kernelInitializer: { scale: 1 } }, /own\/kernel, initializer: got an object of type Object; expected one of/],
  ];
  for (const [options, message] of refused) {
    const model = sequential([dense({ units: 1, name: 'own', inputShape: [3], ...options })]);
    assert.throws(() => model.build([3]), message);
  }
});

test('an activation of the caller has to keep the shape', () => {
  setCurrentDevice(cpu);
  const build = (own: Activation) => () => sequential([activation(own)]).call(tensor([[1, 2]]));
  assert.throws(build(sum), /: got a tensor of shape \[\] in return; expected \[1, 2\]/);
  assert.throws(
    build(() => JSON.parse('3')),
    /an activation: got 3 in return; expected a tensor/,
  );
});

test('a function in place of what it returns is refused', () => {
  setCurrentDevice(cpu);
  const uncalled: unknown = heNormal;
  const model = sequential([dense({ units: 1, inputShape: [3], kernelInitializer: uncalled as Initializer })]);
  assert.throws(
    () => model.build([3]),
    /dense\/kernel, initializer: got the function heNormal; expected what it returns. Call it: heNormal\(\)/,
  );
  const compileWith = (options: object) => () => model.compile(Object.assign(JSON.parse('{}'), options));
  assert.throws(
    compileWith({ optimizer: adam, loss: 'meanSquaredError' }),
    /optimizer the function adam.*; expected a name/,
  );
  assert.throws(compileWith({ loss: meanSquaredError }), /got the function meanSquaredError; expected what it returns/);
  assert.throws(compileWith({ loss: 'meanSquaredError', metrics: 'accuracy' }), /metrics 'accuracy'; expected a list/);
  assert.throws(compileWith({}), /loss undefined/);
  for (const metric of [accuracy, meanSquaredError]) {
    assert.throws(compileWith({ loss: 'meanSquaredError', metrics: [metric] }), /metric: got the function .*Call it/);
  }
  const withOption = (name: string, value: unknown) => () =>
    sequential([dense(Object.assign({ units: 1, inputShape: [3] }, { [name]: value }))]).build([3]);
  assert.throws(withOption('kernelRegularizer', l2), /regularizer: got the function l2; expected what it returns/);
  assert.throws(
    withOption('kernelConstraint', maxNorm),
    /constraint: got the function maxNorm; expected what it returns/,
  );
});

test('the batch axis is rejected as an axis of weights', () => {
  setCurrentDevice(cpu);
  for (const layer of [layerNormalization, batchNormalization]) {
    assert.throws(() => sequential([layer({ axis: 0 })]).build([3]), /Normalization: got axis 0, the batch axis/);
  }
});

test('operations check their options', () => {
  setCurrentDevice(cpu);
  const x = tensor([1, 2]);
  const given = (options: unknown) => options as object; // as JavaScript may pass them
  assert.throws(() => elu(x, given({ alpha: Number.NaN })), /elu: got alpha NaN; expected a finite number/);
  assert.throws(() => gelu(x, given({ approximate: 'no' })), /approximate 'no'; expected true or false/);
  assert.throws(() => sum(x, given({ keepDims: 'no' })), /sum: got keepDims 'no'/);
  assert.throws(() => matmul(ones([2, 2]), ones([2, 2]), given({ transposeA: 1 })), /matmul: got transposeA 1/);
  assert.throws(() => dropout(x, JSON.parse('null')), /dropout: got null for the options/);
  assert.throws(() => mean(tensor(Int32Array.of(1, 2))), /mean: got a tensor of dtype i32; expected f32/);
  assert.throws(
    () => randomUniform([2], { low: 1, high: 0 }),
    /high 0; expected a number of at least 1, the value of low/,
  );
});

test('an unknown word is answered with the nearest known one, if one is near', () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 1, inputShape: [2] })]);
  const compileWith = (optimizer: string) => () => model.compile({ optimizer, loss: 'meanSquaredError' });
  assert.throws(compileWith('adma'), /'adma'; expected one of adadelta.*Did you mean 'adam'\?/);
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

test('prelu learns a slope for each element, or for each channel', async () => {
  setCurrentDevice(cpu);
  const perUnit = sequential([prelu({ inputShape: [2] })]);
  perUnit.setWeights({ 'prelu/alpha': { data: Float32Array.of(0.5, 0.25), shape: [2] } });
  assert.equal(
    await perUnit
      .call(
        tensor([
          [-2, -4],
          [1, -8],
        ]),
      )
      .array(),
    [
      [-1, -1],
      [1, -2],
    ],
  );
  const perChannel = sequential([prelu({ sharedAxes: [1, 2], alphaInitializer: 'ones', inputShape: [4, 4, 3] })]);
  assert.equal(perChannel.parameters[0].shape, [1, 1, 3]);
  assert.throws(() => sequential([prelu({ sharedAxes: [3], inputShape: [2] })]).parameters, /axis 3/);
});

test('leakyRelu and prelu are operations with a tensor in front, else layers', async () => {
  setCurrentDevice(cpu);
  assert.equal(await leakyRelu(tensor([-1, 2]), { negativeSlope: 0.5 }).array(), [-0.5, 2]);
  assert.equal(await leakyRelu(tensor([-10])).array(), [-3]);
  assert.equal(await prelu(tensor([-1, 2]), 0.5).array(), [-0.5, 2]);
  assert.equal(
    await sequential([leakyRelu()])
      .call(tensor([[-10, 2]]))
      .array(),
    [[-3, 2]],
  );
  assert.equal(
    await sequential([leakyRelu({ negativeSlope: 0.5 })])
      .call(tensor([[-10, 2]]))
      .array(),
    [[-5, 2]],
  );
  assert.throws(() => leakyRelu({ negativeSlope: -1 }), /negativeSlope -1/);
});

test('all usual activations have a name', async () => {
  setCurrentDevice(cpu);
  const zero = {
    relu: 0,
    leakyRelu: 0,
    elu: 0,
    selu: 0,
    gelu: 0,
    silu: 0,
    softplus: Math.LN2,
    hardSigmoid: 0.5,
    softsign: 0,
  };
  const at0 = {
    ...zero,
    mish: 0,
    sigmoid: 0.5,
    logistic: 0.5,
    tanh: 0,
    exponential: 1,
    softmax: 1,
    logSoftmax: 0,
    linear: 0,
  };
  for (const [name, value] of Object.entries(at0)) {
    const layer = dense({ units: 1, activation: name as 'relu', inputShape: [1] });
    const y = await sequential([layer])
      .call(tensor([[0]]))
      .data();
    assert.ok(Math.abs(y[0] - value) < 1e-12, name);
  }
  assert.equal(Object.keys(activations).sort(), Object.keys(at0).sort());
  assert.is(activation('prelu').kind, 'prelu');
  assert.throws(() => dense({ units: 1, activation: 'prelu' as 'relu' }), /'prelu'.*put a layer prelu\(\) after/);
});

test('layerNormalization gives each sample mean 0 and variance 1', async () => {
  setCurrentDevice(cpu);
  const layer = layerNormalization({ epsilon: 3, inputShape: [2] });
  const model = sequential([layer]);
  assert.equal(
    model.parameters.map(({ name, shape }) => [name, shape]),
    [
      ['layerNormalization/gamma', [2]],
      ['layerNormalization/beta', [2]],
    ],
  );
  for (const training of [true, false]) {
    assert.equal(
      await model
        .call(
          tensor([
            [1, 3],
            [7, 7],
          ]),
          training,
        )
        .array(),
      [
        [-0.5, 0.5],
        [0, 0],
      ],
    );
  }
  assert.equal(sequential([layerNormalization({ axis: 1, inputShape: [5, 2] })]).parameters[0].shape, [5]);
});

test('embedding looks vectors up, of integers and of bytes', async () => {
  setCurrentDevice(cpu);
  const model = sequential([embedding({ inputDim: 3, outputDim: 2, inputShape: [2] })]);
  model.parameters[0].assign([0, 1, 10, 11, 20, 21]);
  const expected = [
    [
      [20, 21],
      [0, 1],
    ],
  ];
  assert.equal(await model.call(tensor([[2, 0]], { dtype: 'i32' })).array(), expected);
  assert.equal(await (await model.predict({ data: Uint8Array.of(2, 0), shape: [1, 2] })).array(), expected);
  assert.equal(model.outputShape, [2, 2]);
  assert.throws(() => embedding({ inputDim: 0, outputDim: 2 }), /inputDim 0/);
});

test('noise acts in training alone; spatialDropout2d takes whole channels', async () => {
  setCurrentDevice(cpu);
  const x = ones([4, 3, 2, 16]);
  const dropped = sequential([spatialDropout2d({ rate: 0.5, inputShape: [3, 2, 16] })]);
  const y = await dropped.call(x, true).data();
  const channel = (sample: number, c: number): number[] =>
    Array.from({ length: 6 }, (_, i) => y[(sample * 6 + i) * 16 + c]);
  let zeros = 0;
  for (let i = 0; i < 64; i++) {
    const [first, ...others] = channel(Math.floor(i / 16), i % 16);
    assert.ok((first === 0 || first === 2) && others.every((value) => value === first));
    if (first === 0) zeros++;
  }
  assert.ok(zeros > 12 && zeros < 52, `${zeros} of 64 dropped`);
  const noisy = sequential([gaussianNoise({ stddev: 0.5, inputShape: [3, 2, 16] })]);
  const power = await mean(square(sub(noisy.call(x, true), x))).item();
  assert.ok(Math.abs(power - 0.25) < 0.1, `variance ${power}`);
  for (const model of [dropped, noisy]) assert.equal(await model.call(x).data(), await x.data());
  assert.throws(() => gaussianNoise({ stddev: -1 }), /stddev -1/);
  assert.throws(() => sequential([spatialDropout2d({ rate: 0.5, inputShape: [4] })]), /rank 3 or more/);
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
