import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import type { RegularizerOption } from '../../src/nn/regularizers.ts';
import {
  adam,
  add,
  conv2d,
  type Device,
  dense,
  depthwiseConv2d,
  flatten,
  l1,
  l1l2,
  l2,
  loadModel,
  type Model,
  maxNorm,
  mul,
  nonNegative,
  type OptimizerOptions,
  parameter,
  pow,
  sequential,
  sgd,
  square,
  sum,
  type Tensor,
  tensor,
  unitNorm,
  zeros,
} from '../../src/node.ts';
import { abs } from '../../src/ops/index.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('regularizers');

const SAMPLES = 48;
const FEATURES = 6;
const random = new Generator(4);
const x = { data: normal(SAMPLES * FEATURES, random), shape: [SAMPLES, FEATURES] };
const y = { data: normal(SAMPLES * 2, random), shape: [SAMPLES, 2] };

function build(device: Device, kernel: RegularizerOption, bias: RegularizerOption = l1(0.01)): Model {
  setCurrentDevice(device);
  device.random.returnTo(0);
  return sequential([
    dense({ units: 5, activation: 'tanh', kernelRegularizer: kernel, biasRegularizer: bias, inputShape: [FEATURES] }),
    dense({ units: 2, kernelRegularizer: kernel }),
  ]);
}

async function trained(device: Device, kernel: RegularizerOption, bias: RegularizerOption, options: OptimizerOptions) {
  const model = build(device, kernel, bias);
  model.compile({ optimizer: sgd({ learningRate: 0.1, ...options }), loss: 'meanSquaredError' });
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 16, shuffle: false, validationSplit: 0.25 });
  const weights = Object.values(await model.getWeights()).flatMap(({ data }) => [...data]);
  const evaluated = await model.evaluate(x, y);
  model.optimizer.dispose();
  model.dispose();
  return { weights, history, evaluated };
}

/** The same penalties as functions of one's own, whose gradient the tape takes. */
const ownKernel = (w: Tensor): Tensor => add(mul(sum(abs(w)), 0.02), mul(sum(square(w)), 0.05));
const ownBias = (w: Tensor): Tensor => mul(sum(abs(w)), 0.01);

function near(got: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.is(got.length, expected.length);
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `element ${i}: got ${value}, expected ${expected[i]}`);
  });
}

const numbers = async (t: Tensor): Promise<number[]> => Array.from(await t.data());

const table: readonly OptimizerOptions[] = [
  {},
  { clipNorm: 0.3 },
  { globalClipNorm: 0.5, gradientAccumulationSteps: 2 },
  { clipValue: 0.05, lossScaleFactor: 4 },
  { convention: 'pytorch', weightDecay: 0.1, parameterGroups: [{ match: 'bias', learningRateFactor: 0.5 }] },
];
for (const options of table) {
  const compare = async (device: Device, tolerance: number): Promise<void> => {
    const fused = await trained(device, l1l2({ l1: 0.02, l2: 0.05 }), l1(0.01), options);
    const taped = await trained(device, ownKernel, ownBias, options);
    near(fused.weights, taped.weights, tolerance);
    near(Object.values(fused.history).flat(), Object.values(taped.history).flat(), 10 * tolerance);
    near(Object.values(fused.evaluated), Object.values(taped.evaluated), 10 * tolerance);
  };
  const name = `the optimizer's pass follows penalties as the tape does: ${JSON.stringify(options)}`;
  test(`${name}, in float64`, () => compare(cpu, 1e-12));
  onGpu(test, `${name}, in float32`, (device) => compare(device, 1e-5));
}

test('the loss has the penalties in it, and the history has them apart', async () => {
  const { history } = await trained(cpu, l2(0.05), l1(0.01), { learningRate: 0 });
  const without = await trained(cpu, l2(0), l1(0), { learningRate: 0 });
  assert.equal(Object.keys(history), ['loss', 'penalty', 'val_loss', 'val_penalty']);
  near(
    history.loss.map((loss, i) => loss - history.penalty[i]),
    without.history.loss,
    1e-12,
  );
  near(history.val_penalty, history.penalty, 1e-12); // the weights stay
  assert.ok(history.penalty[0] > 0.1);
  const plain = sequential([dense({ units: 2, inputShape: [FEATURES] })]);
  plain.compile({ loss: 'meanSquaredError' });
  assert.equal(Object.keys((await plain.fit(x, y)).history), ['loss']);
});

onGpu(test, 'L1 takes weights that nothing asks for to 0, where L2 only makes them small', async (device) => {
  const strongest = async (kernel: RegularizerOption): Promise<number> => {
    const model = build(device, kernel);
    model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'meanSquaredError' });
    await model.fit(x, { data: new Float32Array(SAMPLES * 2), shape: y.shape }, { epochs: 60, batchSize: 16 });
    const { data } = (await model.getWeights())['dense/kernel'];
    model.dispose();
    return Math.max(...Array.from(data, Math.abs));
  };
  assert.ok((await strongest(l1(0.1))) < 0.02);
  assert.ok((await strongest(l2(1e-6))) > 0.05);
});

test('a weight without any error shrinks by 1 - 2 rate l2 in a step, or by 1 - rate weightDecay', async () => {
  setCurrentDevice(cpu);
  for (const [factor, regularizer, weightDecay] of [
    [0.9, l2(0.5), 0],
    [0.95, undefined, 0.5],
  ] as const) {
    const w = parameter(tensor([1], { device: cpu }), { regularizer });
    const optimizer = sgd({ learningRate: 0.1, weightDecay });
    for (let step = 0; step < 50; step++) optimizer.apply([zeros([1], { device: cpu })], [w], { regularize: true });
    near(await numbers(w), [factor ** 50], 1e-15);
  }
});

for (const [name, constraint, holds] of [
  ['maxNorm', maxNorm({ maxValue: 0.5 }), (norm: number) => norm <= 0.5 + 1e-6],
  ['unitNorm', unitNorm(), (norm: number) => Math.abs(norm - 1) <= 1e-6],
  ['nonNegative', nonNegative(), (_: number, least: number) => least >= 0],
] as const) {
  onGpu(test, `${name} holds after every step, captured`, async (device) => {
    setCurrentDevice(device);
    const model = sequential([dense({ units: 4, kernelConstraint: constraint, inputShape: [FEATURES] })]);
    model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'meanSquaredError' });
    await model.fit(x, { data: new Float32Array(SAMPLES * 4).fill(1), shape: [SAMPLES, 4] }, { epochs: 2 });
    const { data } = (await model.getWeights())['dense/kernel'];
    for (let unit = 0; unit < 4; unit++) {
      const incoming = Array.from({ length: FEATURES }, (_, i) => data[4 * i + unit]);
      const norm = Math.hypot(...incoming);
      assert.ok(holds(norm, Math.min(...incoming)), `unit ${unit}: norm ${norm}`);
    }
    model.dispose();
  });
}

test('constraints leave alone what is allowed', async () => {
  const w = tensor([3, 0, 0.3, 4, 0, 0.4], { shape: [2, 3], device: cpu });
  near(await numbers(maxNorm({ maxValue: 1 })(w)), [0.6, 0, 0.3, 0.8, 0, 0.4], 1e-7);
  near(await numbers(unitNorm({ axis: [0] })(w)), [0.6, 0, 0.6, 0.8, 0, 0.8], 1e-7);
  near(await numbers(nonNegative()(mul(w, -1))), [0, 0, 0, 0, 0, 0], 0);
});

test('penalties and constraints come back from files', async () => {
  setCurrentDevice(cpu);
  const model = sequential([
    dense({ units: 2, kernelRegularizer: 'l2', biasRegularizer: l1l2({ l1: 0.5 }), inputShape: [FEATURES] }),
    dense({ units: 2, kernelConstraint: maxNorm({ maxValue: 3 }), biasConstraint: 'nonNegative' }),
  ]);
  const files = await model.save();
  const loaded = loadModel(files);
  assert.equal(
    loaded.parameters.map(({ regularizer }) => regularizer?.strengths),
    [{ l1: 0, l2: 0.01 }, { l1: 0.5, l2: 0 }, undefined, undefined],
  );
  const [, , kernel, bias] = loaded.parameters;
  const large = tensor([[30], [40]], { device: cpu });
  assert.ok(kernel.constraint && bias.constraint);
  near(await numbers(kernel.constraint?.(large) ?? large), [1.8, 2.4], 1e-6);
  const custom = sequential([dense({ units: 1, kernelRegularizer: (w) => sum(pow(w, 4)), inputShape: [2] })]);
  await rejects(() => custom.save(), /save: got a function as kernelRegularizer of layer dense/);
});

test('convolutions take them too, and a norm over all taps', async () => {
  setCurrentDevice(cpu);
  const model = sequential([
    conv2d({
      filters: 3,
      kernelSize: 2,
      kernelRegularizer: l2(0.5),
      kernelConstraint: maxNorm({ maxValue: 0.1, axis: [0, 1, 2] }),
      inputShape: [4, 4, 2],
    }),
    depthwiseConv2d({ kernelSize: 2, depthwiseRegularizer: 'l1', biasRegularizer: l1(0.5) }),
    flatten(),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' });
  const images = { data: normal(8 * 32, new Generator(5)), shape: [8, 4, 4, 2] };
  const { history } = await model.fit(images, { data: new Float32Array(8).fill(1), shape: [8, 1] }, { epochs: 2 });
  assert.ok(history.penalty[1] < history.penalty[0]);
  const { data } = (await model.getWeights())['conv2d/kernel'];
  for (let filter = 0; filter < 3; filter++) {
    const norm = Math.hypot(...data.filter((_, i) => i % 3 === filter));
    assert.ok(norm < 0.1 + 1e-6, `filter ${filter}: norm ${norm}`);
  }
  assert.equal(
    model.trainableParameters.slice(0, 4).map(({ regularizer }) => regularizer?.strengths),
    [{ l1: 0, l2: 0.5 }, undefined, { l1: 0.01, l2: 0 }, { l1: 0.5, l2: 0 }],
  );
});

test('nonsense is refused', () => {
  setCurrentDevice(cpu);
  assert.throws(() => l2(-1), /l1l2: got l2 -1; expected a finite number of 0 or more/);
  assert.throws(() => l1(Number.NaN), /l1l2: got l1 NaN/);
  assert.throws(() => maxNorm({ maxValue: 0 }), /maxNorm: got maxValue 0; expected a finite number above 0/);
  assert.throws(() => maxNorm(Object({ max: 1 })), /maxNorm: got the option 'max'; expected only maxValue, axis/);
  const built = (options: object) => () => sequential([dense({ units: 1, inputShape: [2], ...options })]).build([2]);
  assert.throws(built({ kernelRegularizer: 'l3' }), /regularizer: got 'l3'; expected one of l1, l2, l1l2/);
  assert.throws(built({ biasConstraint: 'maxnorm' }), /constraint: got 'maxnorm'; expected one of maxNorm, unitNorm/);
});

test.run();
