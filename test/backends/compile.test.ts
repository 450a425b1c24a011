import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import { enterStep } from '../../src/core/random/state.ts';
import {
  activation,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  batchNormalization,
  compile,
  type Device,
  dense,
  dropout,
  exponentialDecay,
  keep,
  matmul,
  mean,
  nadam,
  type Optimizer,
  type OptimizerOptions,
  ones,
  relu,
  rmsprop,
  scope,
  sequential,
  sgd,
  sparseCategoricalCrossentropy,
  square,
  sum,
  Tape,
  type Tensor,
  tensor,
} from '../../src/node.ts';
import type { MatmulChoice } from '../../src/ops/matmul/kernels.ts';
import { matmulBy } from '../../src/ops/matmul/multiply.ts';
import { rejects, warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('compile');

const BATCH = 24;
const FEATURES = 10;
const CLASSES = 3;

/** A network with batch normalization and dropout, and 200 steps of it, each on a different batch. */
async function train(device: Device, optimizer: Optimizer, captured: boolean, steps = 200) {
  setCurrentDevice(device);
  device.random.returnTo(0);
  enterStep(device.random, device, 0);
  const block = [dense({ units: 12 }), batchNormalization(), activation('relu'), dropout({ rate: 0.3 })];
  const model = sequential([...block, dense({ units: CLASSES, activation: 'softmax' })]);
  model.build([FEATURES]);
  const loss = sparseCategoricalCrossentropy();
  const step = (x: Tensor, y: Tensor): Tensor => {
    using tape = new Tape();
    const value = loss(y, model.call(x, true));
    optimizer.apply(tape.gradient(value, model.trainableParameters), model.trainableParameters);
    return value;
  };
  const run = captured ? compile(step) : (x: Tensor, y: Tensor) => scope(() => step(x, y));
  const random = new Generator(9);
  const losses: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    const x = tensor(normal(BATCH * FEATURES, random), { shape: [BATCH, FEATURES] });
    const y = tensor(Int32Array.from({ length: BATCH }, (_, j) => (i + j) % CLASSES));
    losses.push(run(x, y));
    x.dispose();
    y.dispose();
  }
  const weights = await model.getWeights();
  return {
    weights: Object.values(weights).map(({ data }) => [...data]),
    losses: await Promise.all(losses.map((each) => each.item())),
  };
}

const optimizers = {
  sgd: (options: OptimizerOptions) => sgd({ ...options, momentum: 0.9, nesterov: true }),
  rmsprop: (options: OptimizerOptions) => rmsprop({ ...options, momentum: 0.5, centered: true }),
  adam: (options: OptimizerOptions) => adam(options),
  amsgrad: (options: OptimizerOptions) => adam({ ...options, amsgrad: true }),
  adamW: (options: OptimizerOptions) =>
    adamW({ ...options, parameterGroups: [{ match: 'bias|beta', weightDecay: 0 }] }),
  adagrad,
  adadelta,
  adamax,
  nadam,
};

for (const [name, make] of Object.entries(optimizers)) {
  onGpu(test, `${name}: 200 captured steps give the same bits as 200 uncaptured ones`, async (device) => {
    const learningRate = exponentialDecay({ initialLearningRate: 0.01, decaySteps: 1, decayRate: 0.99 });
    const clip = name === 'adam' ? { globalClipNorm: 0.5 } : { clipNorm: 0.5 };
    const captured = await train(device, make({ learningRate, ...clip }), true);
    assert.equal(captured, await train(device, make({ learningRate, ...clip }), false));
    assert.is.not(captured.losses[0], captured.losses[3]);
  });
}

onGpu(test, 'steps of different kinds are captured separately: gradients accumulate over 3 calls', async (device) => {
  const captured = await train(device, adam({ gradientAccumulationSteps: 3 }), true, 12);
  assert.equal(captured, await train(device, adam({ gradientAccumulationSteps: 3 }), false, 12));
});

onGpu(test, 'several steps in one submit give the same bits as separate steps', async (device) => {
  const alone = await train(device, adam(), true, 12);
  device.stepsPerSubmit = 5;
  try {
    assert.equal(await train(device, adam(), true, 12), alone);
  } finally {
    device.stepsPerSubmit = 1;
  }
});

onGpu(test, 'results still in use keep their values, and buffers do not grow', async (device) => {
  setCurrentDevice(device);
  const double = compile((x: Tensor) => ({ y: relu(x), again: [square(x)] }));
  const results = [1, 2, 3].map((value) => double(tensor([value, -value])));
  const values = await Promise.all(
    results.map(async ({ y, again }) => [...(await y.data()), ...(await again[0].data())]),
  );
  assert.equal(values, [
    [1, 0, 1, 1],
    [2, 0, 4, 4],
    [3, 0, 9, 9],
  ]);
  const x = tensor([4, -4]);
  for (let i = 0; i < 3; i++) scope(() => void double(x));
  const before = device.memory();
  for (let i = 0; i < 50; i++) scope(() => void double(x));
  await device.sync();
  assert.equal(device.memory(), before);
});

onGpu(test, 'new shapes are captured separately; inputs and outer tensors are returned unchanged', async (device) => {
  setCurrentDevice(device);
  const outer = keep(tensor([7]));
  const f = compile((x: Tensor) => [x, outer, sum(x)]);
  for (const shape of [[2], [2, 3], [2]]) {
    const [x, same, total] = f(ones(shape));
    assert.equal([x.shape, same.shape, total.shape], [shape, [1], []]);
    assert.is(
      await total.item(),
      shape.reduce((product, length) => product * length, 1),
    );
    assert.is(await same.item(), 7);
  }
});

onGpu(test, 'a product split into parts of K takes a second dispatch', (device) => {
  setCurrentDevice(device);
  const dispatches = (choice: MatmulChoice): number =>
    compile((a: Tensor, b: Tensor) => matmulBy(choice)(a, b)).plan(ones([64, 256]), ones([256, 64])).dispatches;
  assert.is(dispatches('tiled64'), 1);
  assert.is(dispatches('tiled64/2'), 2);
});

onGpu(test, 'a plan describes a step before anything runs', async (device) => {
  setCurrentDevice(device);
  const f = compile((x: Tensor, w: Tensor) => {
    square(x); // unused
    return mean(relu(matmul(x, w)));
  });
  const before = device.memory();
  const { dispatches, bytes, explain } = f.plan(ones([64, 32]), ones([32, 16]));
  assert.ok(dispatches >= 3 && dispatches <= 6, `${dispatches} dispatches`);
  assert.match(explain(), /1 unused commands dropped/);
  assert.match(explain(), /peak .* KiB/);
  const inputs = 2 * device.memory().buffers - 2 * before.buffers;
  assert.is(inputs, 4, 'only the two inputs were made');
  f(ones([64, 32]), ones([32, 16]));
  const real = device.memory().bytes - before.bytes - 2 * (64 * 32 + 32 * 16) * 4;
  assert.ok(Math.abs(real - bytes) <= 0.05 * bytes, `${real} bytes, planned ${bytes}`);
  f.dispose();
});

onGpu(test, 'a function that cannot be captured warns once and runs uncaptured', async (device) => {
  setCurrentDevice(device);
  const warnings = await warningsOf(async () => {
    const reads = compile(async (x: Tensor) => ((await sum(x).item()) > 0 ? square(x) : x));
    assert.equal(await (await reads(tensor([3]))).array(), [9]);
    assert.equal(await (await reads(tensor([-3]))).array(), [-3]);
    let i = 1;
    const uploads = compile((x: Tensor) => sum([x, tensor([i++])].reduce((a, b) => matmul(a, b)).alias()));
    const column = (value: number): Tensor => tensor([[value]]);
    await rejects(async () => uploads(column(1)), /rank 2/);
    const constant = compile(function adds(x: Tensor) {
      return matmul(x, tensor([[i++]]));
    });
    const first = i;
    assert.is(await constant(column(1)).item(), first + 1); // the first attempt to capture counts too
    assert.is(await constant(column(1)).item(), first + 2);
  });
  assert.is(warnings.length, 3);
  assert.match(warnings[0], /uncaptured.*async/);
  assert.match(warnings[2], /adds runs uncaptured.*uploads numbers/);
});

onGpu(test, 'a captured step inside a tape is rejected, because no gradient would flow', (device) => {
  setCurrentDevice(device);
  const f = compile((x: Tensor) => square(x));
  using _tape = new Tape();
  assert.throws(() => f(ones([2])), /inside an open tape/);
});

test('on the CPU a compiled function behaves like the function itself', async () => {
  setCurrentDevice(cpu);
  const f = compile((x: Tensor) => square(x));
  assert.equal(await f(tensor([3])).array(), [9]);
  assert.throws(() => f.plan(tensor([3])), /CPU backend/);
  assert.throws(() => compile(JSON.parse('3')), /compile: got the step 3; expected a function/);
});

test.run();
