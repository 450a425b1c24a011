import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  activation,
  adam,
  average,
  batchNormalization,
  compile,
  dense,
  dropout,
  embedding,
  flatten,
  input,
  type Layer,
  loadModel,
  type Model,
  mean,
  model,
  reshape,
  type SymbolicTensor,
  sequential,
  sgd,
  square,
  sub,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { onBoth } from '../harness/device.ts';

// Models put together from others, and layers that are frozen.

const test = suite('compose');

const x = [
  [1, 2, 3],
  [3, 4, 1],
  [5, 9, 2],
  [2, 2, 7],
];
const y = [[1], [2], [3], [4]];

const net = (units = 1): Model => {
  const m = sequential([dense({ units: 4, activation: 'tanh', inputShape: [3] }), dense({ units })]);
  m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.01 }) });
  m.build([3]);
  return m;
};

/** The mean of what two models say. */
function join(a: Model, b: Model): Model {
  const from = input({ shape: [3] });
  const m = model({ inputs: from, outputs: average()([a(from), b(from)]) });
  m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.01 }) });
  return m;
}

const numbersOf = async (m: Model): Promise<Record<string, number[]>> =>
  Object.fromEntries(Object.entries(await m.getWeights()).map(([name, { data }]) => [name, [...data]]));
const predicted = async (m: Model): Promise<number[]> => {
  using t = await m.predict(x);
  return [...(await t.data())];
};

onBoth(test, 'models are joined without naming their layers, share weights, and are saved and loaded', async () => {
  const [a, b] = [net(), net()];
  const both = join(a, b);
  assert.equal(both.names, ['input', 'dense', 'dense_1', 'dense_2', 'dense_3', 'average']);
  const [ofA, ofB] = [await predicted(a), await predicted(b)];
  const mean = (await predicted(both)).map((value, i) => Math.abs(value - (ofA[i] + ofB[i]) / 2));
  assert.ok(Math.max(...mean) < 1e-6);
  const before = await numbersOf(a);
  await both.fit(x, y, { epochs: 2 });
  const after = await numbersOf(both);
  assert.equal(after['dense/kernel'], (await numbersOf(a))['dense/kernel']);
  assert.equal(after['dense_2/kernel'], (await numbersOf(b))['dense/kernel']);
  assert.not.equal(after['dense/kernel'], before['dense/kernel']);
  const files = await both.save();
  const loaded = loadModel(files);
  assert.equal(loaded.names, both.names);
  assert.equal(await predicted(loaded), await predicted(both));
  const twins = join(loadModel(await a.save()), loadModel(await a.save()));
  assert.equal(twins.names, both.names);
  const through = (m: Model, from: SymbolicTensor): SymbolicTensor => m.layers.reduce((out, layer) => layer(out), from);
  const from = input({ shape: [3] });
  const place = dense({ units: 3, name: 'between' })(from);
  const places = average()([through(net(), place), through(net(), place)]);
  assert.equal(model({ inputs: from, outputs: places }).names, ['input', 'between', ...both.names.slice(1)]);
  for (const m of [both, a, b, loaded, twins]) m.dispose();
});

onBoth(test, 'a model is a layer of another, and a head that was used alone before finds its place', async () => {
  const base = net(5);
  const head = dense({ units: 2 });
  sequential([head]);
  const whole = sequential([base, head]);
  whole.compile({ loss: 'meanSquaredError' });
  assert.equal(whole.names, ['dense', 'dense_1', 'dense_2']);
  assert.equal((await whole.predict(x)).shape, [4, 2]);
  const stack = sequential([base.layers[0], head]);
  assert.equal(stack.names, ['dense', 'dense_1']);
  assert.equal(sequential([dense({ units: 1, name: 'dense' }), head]).names, ['dense', 'dense_1']);
  assert.throws(
    () => sequential([dense({ units: 1, name: 'a' }), dense({ units: 1, name: 'a' })]),
    /two layers named 'a'/,
  );
  assert.throws(() => base([input({ shape: [3] }), input({ shape: [3] })]), /model: got 2 inputs; expected 1/);
  assert.throws(() => base(tensor(x) as never), /got a tensor; expected an input.*For tensors use model.call/);
  await rejects(() => whole.predict([x, x, x] as never), /model: got x of shape \[3, 4, 3\]/);
});

onBoth(test, 'weights that models share are freed with the last of them', async (device) => {
  await device.sync();
  const before = device.memory().buffers;
  const [a, b] = [net(), net()];
  const both = join(a, b);
  await both.fit(x, y);
  a.dispose();
  a.dispose();
  assert.is((await predicted(both)).length, 4);
  both.dispose();
  assert.is((await predicted(b)).length, 4);
  b.dispose();
  assert.is(device.memory().buffers, before);
});

for (const kind of ['option', 'layer', 'model', 'weights'] as const) {
  onBoth(test, `frozen by its ${kind}: a layer keeps its weights, and batch normalisation its statistics`, async () => {
    const frozen = { trainable: kind !== 'option' };
    const base = sequential([dense({ units: 4, inputShape: [3], ...frozen }), batchNormalization(frozen)]);
    const m = sequential([base, activation('relu'), dropout({ rate: 0.2 }), dense({ units: 1 })]);
    m.build([3]);
    const [first, norm] = base.layers;
    if (kind === 'layer') for (const layer of base.layers) layer.trainable = false;
    if (kind === 'model') base.trainable = false;
    if (kind === 'weights') for (const p of m.parameters.slice(0, 4)) p.trainable = false;
    m.compile({ loss: 'meanSquaredError', optimizer: adam({ learningRate: 0.01 }) });
    assert.is(m.trainableParameters.length, 2);
    const before = await numbersOf(m);
    await m.fit(x, y, { epochs: 3, batchSize: 2 });
    await m.trainOnBatch(x, y);
    const after = await numbersOf(m);
    for (const name of Object.keys(before)) {
      if (name.startsWith('dense_1/')) assert.not.equal(after[name], before[name], name);
      else assert.equal(after[name], before[name], name);
    }
    assert.match(m.summary(), /trainable, 32 not/);
    if (kind === 'weights') {
      assert.equal([first.trainable, norm.trainable], [true, true]);
    } else {
      const loaded = loadModel(await m.save());
      assert.equal(
        loaded.layers.map(({ trainable }) => trainable),
        [false, false, true, true, true],
      );
    }
    m.dispose();
    base.dispose();
  });
}

onBoth(test, 'a layer that is frozen between two steps stays as it is, and learns again when it thaws', async () => {
  for (const optimizer of [sgd({ learningRate: 0.01, momentum: 0.9 }), adam({ learningRate: 0.01 })]) {
    const m = net();
    m.compile({ loss: 'meanSquaredError', optimizer });
    const [base, head] = m.layers;
    const step = async (): Promise<boolean[]> => {
      const before = await numbersOf(m);
      await m.trainOnBatch(x, y);
      await m.fit(x, y, { batchSize: 3 });
      const after = await numbersOf(m);
      return ['dense/kernel', 'dense_1/kernel'].map((name) => String(before[name]) !== String(after[name]));
    };
    assert.equal(await step(), [true, true]);
    base.trainable = false;
    assert.equal(await step(), [false, true]);
    base.trainable = true;
    head.trainable = false;
    assert.equal(await step(), [true, false]);
    base.trainable = false;
    assert.equal(await step(), [false, false]); // its loss is told all the same
    head.trainable = true;
    base.trainable = true;
    assert.equal(await step(), [true, true]);
    m.dispose();
  }
});

onBoth(test, 'a model with nothing to learn reports its loss', async () => {
  const still = sequential([activation('relu')]);
  still.compile({ loss: 'meanSquaredError', optimizer: 'rmsprop' });
  const { loss } = await still.evaluate(
    x,
    x.map((row) => row.map((value) => value + 1)),
  );
  assert.is(loss, 1);
  const { history } = await still.fit(
    x,
    x.map((row) => row.map((value) => value + 1)),
    { epochs: 2 },
  );
  assert.equal(history.loss, [1, 1]);
  still.dispose();
});

onBoth(test, 'a layer of a model that has ended is built anew, and the model says that it has ended', async () => {
  const layer = dense({ units: 2, kernelInitializer: 'ones', inputShape: [3] });
  const first = sequential([layer]);
  first.build([3]);
  first.dispose();
  await rejects(() => first.predict(x), /model: got a disposed model/);
  assert.throws(() => first.call(tensor(x)), /model: got a disposed model/);
  using second = sequential([layer]);
  assert.equal(await (await second.predict(x.slice(0, 1))).array(), [[6, 6]]);
});

onBoth(test, 'penalties on weights that are frozen during a fit end, and the history goes on', async () => {
  const m = sequential([
    dense({ units: 2, kernelRegularizer: 'l2', inputShape: [3] }),
    dense({ units: 1, kernelInitializer: 'ones' }),
  ]);
  m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.001 }) });
  const freeze = {
    onEpochBegin: (epoch: number): void => {
      m.layers[0].trainable = epoch < 1;
    },
  };
  const { history } = await m.fit(x, y, { epochs: 2, validationData: [x, y], callbacks: [freeze] });
  assert.ok(history.penalty[0] > 0);
  assert.is(history.penalty[1], 0);
  assert.is(history.val_penalty[1], 0);
  m.dispose();
});

onBoth(test, 'a freeze in the middle of a fit holds from the next step on', async () => {
  const m = net();
  let before: number[] = [];
  await m.fit(x, y, {
    epochs: 4,
    batchSize: 2,
    validationData: [x, y],
    callbacks: [
      {
        onEpochEnd: async (epoch) => {
          if (epoch !== 1) return;
          m.layers[0].trainable = false;
          before = (await numbersOf(m))['dense/kernel'];
        },
      },
    ],
  });
  assert.equal((await numbersOf(m))['dense/kernel'], before);
  m.dispose();
});

onBoth(test, "a captured step of one's own follows layers that are frozen", async () => {
  const m = net();
  const [a, b] = m.layers;
  const optimizer = sgd({ learningRate: 0.01 });
  const step = compile((samples: Tensor, labels: Tensor) => {
    const learned = m.trainableParameters;
    optimizer.build(learned);
    const { grads } = valueAndGrad(() => mean(square(sub(m.call(samples, true), labels))), learned);
    optimizer.apply(grads, learned);
  });
  const moved = async (): Promise<boolean[]> => {
    const before = await numbersOf(m);
    step(tensor(x), tensor(y));
    const after = await numbersOf(m);
    return ['dense/kernel', 'dense_1/kernel'].map((name) => String(before[name]) !== String(after[name]));
  };
  assert.equal(await moved(), [true, true]);
  a.trainable = false;
  assert.equal(await moved(), [false, true]);
  [a.trainable, b.trainable] = [true, false];
  assert.equal(await moved(), [true, false]);
  step.dispose();
  optimizer.dispose();
  m.dispose();
});

onBoth(test, 'groups of parameters go by the names in the model', async () => {
  const joined = sequential([net(3), net(2)]);
  const freeze = [{ match: '^dense_2/', learningRateFactor: 0 }];
  joined.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.01, parameterGroups: freeze }) });
  const before = await numbersOf(joined);
  await joined.fit(
    x,
    x.map((row) => row.slice(1)),
  );
  const after = await numbersOf(joined);
  const still = Object.keys(before).filter((name) => String(before[name]) === String(after[name]));
  assert.equal(still, ['dense_2/kernel', 'dense_2/bias']);
});

onBoth(test, 'models that share a layer are trained in turn, each with an optimizer', async () => {
  const shared = dense({ units: 4, inputShape: [3] });
  const models = [1, 2].map(() => sequential([shared, dense({ units: 1 })]));
  for (const m of models) m.compile({ loss: 'meanSquaredError', optimizer: adam({ learningRate: 0.01 }) });
  for (let i = 0; i < 3; i++) {
    for (const m of models) {
      const before = await numbersOf(m);
      await m.fit(x, y);
      await m.trainOnBatch(x, y);
      assert.not.equal((await numbersOf(m))['dense/kernel'], before['dense/kernel']);
    }
  }
  for (const m of models) m.dispose();
});

onBoth(test, 'numbers that an embedding has no row for are refused, and no row changes', async () => {
  const make = (between: readonly Layer[]): Model => {
    const table = embedding({ inputDim: 4, outputDim: 1, embeddingsInitializer: 'zeros' });
    const m = sequential([...between, table, flatten()]);
    m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.5 }) });
    m.build([1]);
    return m;
  };
  const refused = /got .* at position 0 of x; expected a whole number from 0 to 3, because the embedding has 4 rows/;
  for (const between of [() => [], () => [reshape({ shape: [1] })]]) {
    for (const id of [4, 100, -1, 1.9]) {
      using m = make(between());
      for (const samples of [[[id]], tensor([[id]])]) {
        await rejects(() => m.fit(samples, [[1]]), refused);
        await rejects(() => m.evaluate(samples, [[1]]), refused);
        await rejects(() => m.predict(samples), refused);
        await rejects(() => m.trainOnBatch(samples, [[1]]), refused);
      }
      assert.equal([...(await m.parameters[0].data())], [0, 0, 0, 0]);
    }
  }
  using m = make([]);
  await m.fit([[3]], [[1]]);
  assert.equal([...(await m.parameters[0].data())], [0, 0, 0, 1]);
});

test.run();
