import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  adam,
  batchNormalization,
  dense,
  dropout,
  findLearningRate,
  init,
  type Model,
  mean,
  mul,
  ones,
  sequential,
  setSeed,
  sgd,
  square,
  sub,
  Tape,
  tensor,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { onBoth, onGpu } from '../harness/device.ts';

// Models are unaffected by anything else that is initialized, trained or recorded at the same time.

const test = suite('isolation');

const x = Array.from({ length: 24 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a, b]) => [2 * a - b]);

/** A network whose training draws masks and orders. */
function drawing(): Model {
  const m = sequential([
    dense({ units: 8, inputShape: [2] }),
    batchNormalization(),
    dropout({ rate: 0.5 }),
    dense({ units: 1 }),
  ]);
  m.compile({ loss: 'meanSquaredError', optimizer: adam({ learningRate: 0.05 }) });
  return m;
}

const weightsOf = async (m: Model): Promise<number[]> =>
  Object.values(await m.getWeights()).flatMap(({ data }) => [...data]);

onBoth(test, 'two models trained concurrently have the same bits as two trained in turn', async () => {
  const options = { epochs: 3, batchSize: 5 };
  const train = async (atOnce: boolean): Promise<number[][]> => {
    setSeed(1);
    const models = [drawing(), drawing()];
    const fits = models.map((m) => () => m.fit(x, y, options));
    if (atOnce) await Promise.all(fits.map((fit) => fit()));
    else for (const fit of fits) await fit();
    const weights = await Promise.all(models.map(weightsOf));
    for (const m of models) m.dispose();
    return weights;
  };
  const inTurn = await train(false);
  assert.equal(await train(true), inTurn);
  assert.not.equal(inTurn[0], inTurn[1]);
});

onBoth(test, 'setting a seed restarts the orders and masks of a model', async () => {
  const m = drawing();
  m.build([2]);
  const before = await m.getWeights();
  const train = async (seed: number): Promise<number[]> => {
    setSeed(seed);
    m.setWeights(before);
    m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.05 }) });
    await m.fit(x, y, { epochs: 2, batchSize: 5 });
    return weightsOf(m);
  };
  const first = await train(3);
  assert.equal(await train(3), first);
  assert.not.equal(await train(4), first);
  m.dispose();
});

for (const backend of ['cpu', 'webgpu'] as const) {
  const run = (name: string, body: () => Promise<void>): void =>
    backend === 'cpu' ? test(`${name} (cpu)`, body) : onGpu(test, `${name} (gpu)`, body);

  run('a model stays on the device of its weights after another init', async () => {
    const make = (): Model => {
      const m = sequential([dense({ units: 1, kernelInitializer: 'ones', inputShape: [2] })]);
      m.compile({ loss: (t, p) => mean(square(mul(sub(p, t), ones([1])))), optimizer: sgd({ learningRate: 0.1 }) });
      m.build([2]);
      return m;
    };
    const options = { epochs: 4, batchSize: 4, shuffle: false };
    const numbers = async (m: Model, batch: Parameters<Model['fit']>[0]): Promise<unknown[]> => [
      (await m.fit(x, y, options)).history.loss,
      await m.evaluate(x, y),
      await m.trainOnBatch(batch, [[1]]),
      await (await m.predict(batch)).array(),
      await weightsOf(m),
    ];
    const first = await init({ backend, seed: 1 });
    const wanted = await numbers(make(), [[1, 2]]);
    const model = make();
    const second = await init({ backend, seed: 2 });
    assert.equal(await numbers(model, tensor([[1, 2]])), wanted); // samples of the new device are copied over
    assert.is(model.device, first);
    assert.throws(
      () => model.call(tensor([[1, 2]])),
      /model: got a tensor on another device.*init\(\) was called again.*device: model.device/,
    );
    const wider = sequential([...model.layers, dense({ units: 2 })]);
    wider.build([2]);
    assert.is(wider.device, first);
    first.dispose();
    second.dispose();
  });
}

onBoth(test, 'a model is trained by one call at a time', async () => {
  const m = drawing();
  const running = m.fit(x, y, { epochs: 2 });
  const refused = /: got a model that another call is training; expected one call at a time/;
  await rejects(() => m.fit(x, y), refused);
  await rejects(() => m.trainOnBatch(x, y), refused);
  await rejects(() => findLearningRate(m, x, y), refused);
  assert.throws(() => m.compile({ loss: 'meanSquaredError' }), refused);
  assert.throws(() => m.dispose(), refused);
  await running;
  await m.trainOnBatch(x, y);
  await rejects(() => m.fit(x, [[1]]), /got x of shape/);
  await m.fit(x, y); // training again after an error works
  m.dispose();
});

onBoth(test, 'an optimizer belongs to one model at a time', async () => {
  const optimizer = adam();
  const [first, second] = [drawing(), drawing()];
  for (const m of [first, second]) m.compile({ loss: 'meanSquaredError', optimizer });
  await first.fit(x, y);
  await rejects(
    () => second.fit(x, y),
    /adam: got an optimizer that holds the weights of another model; expected an optimizer/,
  );
  first.dispose();
  await second.fit(x, y);
  second.dispose();
});

onBoth(test, 'a tape open elsewhere does not record models', async () => {
  const m = drawing();
  const tape = new Tape();
  const w = ones([1]);
  const loss = square(w);
  await m.fit(x, y, { epochs: 1 });
  await m.evaluate(x, y);
  (await m.predict(x)).dispose();
  assert.equal(await tape.gradient(loss, [w])[0].array(), [2]);
  tape.dispose();
  m.dispose();
});

test.run();
