import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  type CompileOptions,
  cast,
  dense,
  type Model,
  makeLoss,
  mean,
  mul,
  parameter,
  relu,
  sequential,
  sgd,
  sparseCategoricalCrossentropy,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onBoth } from '../harness/device.ts';

// What users hand in as code: it is asked for what it needs, and what it returns is checked.

const test = suite('userFunctions');

/** `y = w x` with w = 1, in steps of 0.1. */
function line(loss: CompileOptions['loss'], options: Partial<CompileOptions> = {}): Model {
  const m = sequential([dense({ units: 1, useBias: false, kernelInitializer: 'ones', inputShape: [1] })]);
  m.compile({ loss, optimizer: sgd({ learningRate: 0.1 }), ...options });
  return m;
}

const weightOf = async (m: Model): Promise<number> => (await m.parameters[0].data())[0];
const squares = (t: Tensor, p: Tensor): Tensor => square(sub(p, t));

// The first sample is wrong by 1, the second right.
const x = [[1], [1]];
const y = [[0], [1]];

const weighable: readonly [name: string, loss: CompileOptions['loss']][] = [
  ['a built-in loss', 'meanSquaredError'],
  ['makeLoss', makeLoss('own', { perSample: (t, p) => mean(squares(t, p), { axis: -1 }) })],
  ['a function of one number per sample', (t, p) => mean(squares(t, p), { axis: -1 })],
  ['a function of numbers per output', squares],
  [
    'a function that weighs itself',
    (t, p, { sampleWeight } = {}) => {
      const each = mean(squares(t, p), { axis: -1 });
      return mean(sampleWeight ? mul(each, sampleWeight) : each);
    },
  ],
];

for (const [name, loss] of weighable) {
  onBoth(test, `${name}: weights count wherever they are given`, async () => {
    const m = line(loss);
    const sampleWeight = [0, 1];
    assert.is((await m.evaluate(x, y, { sampleWeight })).loss, 0);
    assert.is((await m.fit(x, y, { sampleWeight, validationData: [x, y, sampleWeight] })).history.val_loss[0], 0);
    assert.equal(await m.trainOnBatch(x, y, { sampleWeight }), { loss: 0 });
    await m.fit(x, y, { classWeight: { 0: 0, 1: 1 } });
    await m.trainOnBatch(x, y, { classWeight: { 0: 0 } });
    assert.is(await weightOf(m), 1);
    assert.is((await m.evaluate(x, y, { batchSize: 1 })).loss, 0.5);
    await m.fit(x, y, { batchSize: 2 });
    assert.ok(Math.abs((await weightOf(m)) - 0.9) < 1e-6); // 1 - 0.1 * 2 * (1 + 0) / 2
    m.dispose();
  });
}

onBoth(test, 'a function that returns one number for a batch can not weigh samples, and says so', async () => {
  const m = line(function total(t, p) {
    return mean(squares(t, p));
  });
  const refused = /total: got sample weights, and one number for the batch.*Return one loss per sample/;
  await rejects(() => m.evaluate(x, y, { sampleWeight: [0, 1] }), refused);
  await rejects(() => m.fit(x, y, { sampleWeight: [0, 1] }), refused);
  await rejects(() => m.fit(x, y, { classWeight: { 0: 0 } }), refused);
  await rejects(() => m.fit(x, y, { validationData: [x, y, [0, 1]] }), refused);
  await rejects(() => m.trainOnBatch(x, y, { sampleWeight: [0, 1] }), refused);
  m.dispose();
});

onBoth(test, 'class indices reach a function as it needs them, whatever they are kept in', async () => {
  const scores = tensor([
    [1, 0],
    [0, 1],
  ]);
  const wanted = await sparseCategoricalCrossentropy({ fromLogits: true })(tensor(Int32Array.of(0, 0)), scores).item();
  for (const labels of [
    [0, 0],
    Int32Array.of(0, 0),
    Uint8Array.of(0, 0),
    tensor(Int32Array.of(0, 0)),
    tensor([0, 0]),
  ]) {
    const m = sequential([dense({ units: 2, useBias: false, inputShape: [2] })]);
    m.build([2]);
    m.parameters[0].assign([1, 0, 0, 1]);
    m.compile({ loss: (t, p) => sparseCategoricalCrossentropy({ fromLogits: true })(t, p), optimizer: 'sgd' });
    assert.ok(Math.abs((await m.evaluate(scores, labels)).loss - wanted) < 1e-6);
    m.dispose();
  }
});

const wrong: readonly [what: string, value: (p: Tensor) => unknown, message: RegExp][] = [
  ['a number', () => 3, /got 3 in return; expected a tensor/],
  ['nothing', () => undefined, /got undefined in return; expected a tensor/],
  ['a promise', async (p) => sum(p), /got a promise in return; expected a tensor. A step cannot wait/],
  ['integers', (p) => cast(sum(p), 'i32'), /got a tensor of dtype i32 in return; expected f32/],
];

for (const [what, value, message] of wrong) {
  onBoth(test, `${what} in place of a tensor is refused, by the name of the function`, async () => {
    const named = (name: string, text = message): RegExp => new RegExp(`${name}: ${text.source}`);
    const mine = (p: Tensor): Tensor => value(p) as Tensor;
    const throughAll = async (m: Model, name: string): Promise<void> => {
      await rejects(() => m.fit(x, y), named(name));
      await rejects(() => m.evaluate(x, y), named(name));
      await rejects(() => m.trainOnBatch(x, y), named(name));
      m.dispose();
    };
    await throughAll(line(mine), 'mine');
    await throughAll(line(makeLoss('own', { perSample: mine })), 'own');
    const w = parameter(tensor([1]));
    assert.throws(() => valueAndGrad(() => mine(w), [w]), named('the function of valueAndGrad'));
    const regular = sequential([dense({ units: 1, kernelRegularizer: mine, inputShape: [1] })]);
    regular.compile({ loss: 'meanSquaredError' });
    await throughAll(regular, 'the regularizer of dense/kernel');
    const constrained = sequential([dense({ units: 1, kernelConstraint: mine, inputShape: [1] })]);
    constrained.compile({ loss: 'meanSquaredError' });
    await rejects(() => constrained.fit(x, y), named('the constraint of dense/kernel'));
  });
}

test('sources and losses that are none are refused', () => {
  setCurrentDevice(cpu);
  const w = parameter(tensor([1]));
  assert.throws(
    () => valueAndGrad(() => sum(w), w as never),
    /gradient: got the sources an object of type _?Parameter/,
  );
  assert.throws(() => valueAndGrad(() => sum(w), [3] as never), /expected an array of tensors: \[w, b\]/);
  assert.throws(() => line((t, p) => sub(p, t) as never).call([[1]] as never), /got \[1\] as input; expected a tensor/);
});

onBoth(test, 'a constraint may return its weight, and classes may weigh by a map', async (device) => {
  const m = sequential([dense({ units: 1, useBias: false, kernelConstraint: (w) => w, inputShape: [1] })]);
  m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.1 }) });
  await m.fit(x, y);
  assert.ok(Number.isFinite(await weightOf(m)));
  const still = line('meanSquaredError');
  await still.fit(x, y, { classWeight: new Map([[0, 0]]) });
  assert.is(await weightOf(still), 1);
  await device.sync();
});

test('an operation that is taken for a layer says that it is none', () => {
  assert.throws(
    () => (relu as unknown as () => unknown)(),
    /relu: got no inputs; expected a tensor.*activation\('relu'\)/,
  );
});

test.run();
