import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TypedArray } from '../../src/core/tensor/storage.ts';
import { clipGradients, type Device, type Parameter, parameter, scope, type Tensor, tensor } from '../../src/index.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  exponentialDecay,
  getOptimizer,
  nadam,
  type Optimizer,
  type OptimizerOptions,
  rmsprop,
  sgd,
} from '../../src/optim/index.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('optim');

const STEPS = 50;
/** A scalar, less and more than a block, no elements, and more than a chunk of the norms. */
const SHAPES = [[], [3, 5], [257], [0, 3], [7, 100], [9, 1000]];

/** Numbers between -1 and 1, the same on every device, some of them tiny, some 0. */
const numbers = (shape: readonly number[], key: number): Float32Array =>
  Float32Array.from({ length: shape.reduce((size, length) => size * length, 1) }, (_, i) =>
    i % 17 === 5 ? 0 : Math.sin(12.9898 * (i + 1) + 78.233 * key) * (i % 13 === 7 ? 1e-6 : 1),
  );

const parametersOn = (device: Device): Parameter[] =>
  SHAPES.map((shape, i) => parameter(tensor(numbers(shape, i), { shape, device }), { name: `w${i}` }));

const gradients = Array.from({ length: STEPS }, (_, step) =>
  SHAPES.map((shape, i) => numbers(shape, 10 * step + 10 + i)),
);

const gradientsOn = (device: Device, step: number): Tensor[] =>
  SHAPES.map((shape, i) => tensor(gradients[step][i], { shape, device }));

/** The weights after some steps. */
async function train(device: Device, optimizer: Optimizer, steps = STEPS): Promise<TypedArray[]> {
  const parameters = parametersOn(device);
  for (let step = 0; step < steps; step++) scope(() => optimizer.apply(gradientsOn(device, step), parameters));
  optimizer.finalize();
  const trained = await Promise.all(parameters.map((w) => w.data()));
  for (const w of parameters) w.dispose();
  optimizer.dispose();
  return trained;
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.is(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const wrong = !(Math.abs(actual[i] - expected[i]) <= tolerance);
    assert.not.ok(wrong, `element ${i}: got ${actual[i]}, expected ${expected[i]} within ${tolerance}`);
  }
}

const decay = exponentialDecay({ initialLearningRate: 0.05, decaySteps: 20, decayRate: 0.5 });
/** A case per option, in both conventions. */
const cases = <Options extends OptimizerOptions>(
  name: string,
  make: (options?: Options) => Optimizer,
  rows: readonly NoInfer<Options>[],
) =>
  (['keras', 'pytorch'] as const).flatMap((convention) =>
    rows.map((options) => ({ name, options, convention, make: () => make({ ...options, convention }) })),
  );

const rows = [
  ...cases('sgd', sgd, [
    {},
    { learningRate: decay, momentum: 0.9 },
    { learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    { learningRate: 0.02, momentum: 0.8, dampening: 0.8 },
  ]),
  ...cases('rmsprop', rmsprop, [
    {},
    { learningRate: 0.01, epsilon: 0.01, momentum: 0.9, weightDecay: 0.1 },
    { learningRate: decay, epsilon: 0.1, centered: true },
    { learningRate: 0.01, epsilon: 0.1, centered: true, momentum: 0.5, globalClipNorm: 2 },
  ]),
  ...cases('adam', adam, [
    {},
    { learningRate: decay, epsilon: 0.01, weightDecay: 0.1 },
    { learningRate: 0.01, amsgrad: true, beta2: 0.9 },
    { learningRate: 0.01, biasCorrection: false, clipValue: 0.25 },
    { learningRate: 0.01, clipNorm: 3, gradientAccumulationSteps: 3, lossScaleFactor: 8 },
    { learningRate: 0.01, useEma: true, emaMomentum: 0.8 },
    { learningRate: 0.01, useEma: true, emaMomentum: 0.8, emaOverwriteFrequency: 7 },
  ]),
  ...cases('adamW', adamW, [{}]),
  ...cases('adagrad', adagrad, [
    { learningRate: 0.05, initialAccumulatorValue: 0.5 },
    { learningRate: decay, epsilon: 0.1, weightDecay: 0.1, clipNorm: 2 },
  ]),
  ...cases('adadelta', adadelta, [{}, { learningRate: decay, rho: 0.5, epsilon: 0.01 }]),
  ...cases('adamax', adamax, [{ epsilon: 0.01 }, { learningRate: decay, beta2: 0.9, epsilon: 0.1, weightDecay: 0.1 }]),
  ...cases('nadam', nadam, [
    { epsilon: 0.01 },
    { learningRate: decay, beta2: 0.9, epsilon: 0.1, momentumDecay: 0.5, useEma: true },
    {
      learningRate: 0.01,
      epsilon: 0.1,
      weightDecay: 0.1,
      parameterGroups: [
        { match: 'w[12]', learningRateFactor: 0.5 },
        { match: 'w4', weightDecay: 0 },
      ],
    },
  ]),
];
for (const { name, options, make, convention } of rows) {
  onGpu(
    test,
    `${name} ${JSON.stringify(options)} of ${convention} matches float64 over ${STEPS} steps`,
    async (device) => {
      const actual = await train(device, make());
      const expected = await train(cpu, make());
      // Weights stay below 2, and a step rounds them twice, by at most 2^-24; its own error is less than that.
      actual.forEach((data, i) => {
        near(data, expected[i], STEPS * 2 ** -23);
      });
    },
  );
}

/** The scalar weight, initially 1, after some scalar gradients. */
async function follow(device: Device, optimizer: Optimizer, given: readonly number[]): Promise<number> {
  const w = parameter(tensor([1], { device }));
  for (const g of given) scope(() => optimizer.apply([tensor([g], { device })], [w]));
  const result = await scope(async () => (await w.data())[0]);
  w.dispose();
  optimizer.dispose();
  return result;
}

const rate = 0.1;
const root = Math.sqrt(0.001); // the root in Adam's first correction
/** The published formulas by hand: one or two steps from 1. */
const formulas: Readonly<Record<string, { make: () => Optimizer; g: readonly number[]; w: number }>> = {
  sgd: { make: () => sgd({ learningRate: rate }), g: [2], w: 1 - 0.2 },
  'sgd with Keras momentum': {
    make: () =>
      sgd({
        learningRate: exponentialDecay({ initialLearningRate: rate, decaySteps: 1, decayRate: 0.5 }),
        momentum: 0.5,
      }),
    g: [2, 3],
    w: 1 - 0.2 - (0.5 * 0.2 + 0.05 * 3),
  },
  'sgd with PyTorch momentum': {
    make: () =>
      sgd({
        learningRate: exponentialDecay({ initialLearningRate: rate, decaySteps: 1, decayRate: 0.5 }),
        momentum: 0.5,
        dampening: 0.25,
        convention: 'pytorch',
      }),
    g: [2, 3],
    w: 1 - 0.1 * 2 - 0.05 * (0.5 * 2 + 0.75 * 3),
  },
  'sgd with Keras Nesterov momentum': {
    make: () => sgd({ learningRate: rate, momentum: 0.5, nesterov: true }),
    g: [2, 3],
    w: 1 - (0.5 * 0.2 + 0.2) - (0.5 * (0.5 * 0.2 + 0.3) + 0.3),
  },
  'sgd with PyTorch Nesterov momentum': {
    make: () => sgd({ learningRate: rate, momentum: 0.5, nesterov: true, convention: 'pytorch' }),
    g: [2, 3],
    w: 1 - 0.1 * (2 + 0.5 * 2) - 0.1 * (3 + 0.5 * (0.5 * 2 + 3)),
  },
  'sgd with momentum that weighs the gradient with 1 - momentum': {
    make: () => sgd({ learningRate: rate, momentum: 0.75, dampening: 0.75 }),
    g: [2, 3],
    w: 1 - 0.1 * 0.25 * 2 - 0.1 * (0.75 * 0.25 * 2 + 0.25 * 3),
  },
  'Keras weight decay': {
    make: () => sgd({ learningRate: rate, momentum: 0.5, weightDecay: 0.5 }),
    g: [2, 0],
    w: (1 - 0.05 - 0.2) * 0.95 - 0.1,
  },
  'PyTorch weight decay': {
    make: () => sgd({ learningRate: rate, weightDecay: 0.5, convention: 'pytorch' }),
    g: [2],
    w: 1 - 0.1 * (2 + 0.5),
  },
  'Keras rmsprop': {
    make: () => rmsprop({ learningRate: rate, rho: 0.75, epsilon: 3 }),
    g: [2],
    w: 1 - 0.2 / Math.sqrt(1 + 3),
  },
  'PyTorch rmsprop': {
    make: () => rmsprop({ learningRate: rate, rho: 0.75, epsilon: 3, convention: 'pytorch' }),
    g: [2],
    w: 1 - 0.2 / (1 + 3),
  },
  'centered rmsprop': {
    make: () => rmsprop({ learningRate: rate, rho: 0.75, epsilon: 1, centered: true }),
    g: [2],
    w: 1 - 0.2 / Math.sqrt(1 - 0.25 + 1),
  },
  'Keras adam': {
    make: () => adam({ learningRate: rate, epsilon: 0.5 }),
    g: [2],
    w: 1 - (rate * root * 2) / (root * 2 + 0.5),
  },
  'PyTorch adam': {
    make: () => adam({ learningRate: rate, epsilon: 0.5, convention: 'pytorch' }),
    g: [2],
    w: 1 - (rate * 2) / (2 + 0.5),
  },
  'adam without bias correction': {
    make: () => adam({ learningRate: rate, epsilon: 0.5, biasCorrection: false }),
    g: [2],
    w: 1 - (rate * 0.1 * 2) / (root * 2 + 0.5),
  },
  'PyTorch adamW': {
    make: () => adamW({ learningRate: rate, weightDecay: 0.5, epsilon: 0.5, convention: 'pytorch' }),
    g: [2],
    w: 0.95 - (rate * 2) / (2 + 0.5),
  },
  'Keras adagrad': {
    make: () => adagrad({ learningRate: rate, initialAccumulatorValue: 1, epsilon: 4 }),
    g: [2],
    w: 1 - 0.2 / 3,
  },
  'PyTorch adagrad': {
    make: () => adagrad({ learningRate: rate, epsilon: 3, convention: 'pytorch' }),
    g: [2],
    w: 1 - 0.2 / (2 + 3),
  },
  adadelta: {
    make: () => adadelta({ learningRate: 1, rho: 0.75, epsilon: 3 }),
    g: [2],
    w: 1 - 2 * Math.sqrt(3 / (1 + 3)),
  },
  'Keras adamax': {
    make: () => adamax({ learningRate: rate, epsilon: 3 }),
    g: [-2],
    w: 1 + 0.2 / (2 + 3),
  },
  'PyTorch adamax': {
    make: () => adamax({ learningRate: rate, beta2: 0.75, epsilon: 3, convention: 'pytorch' }),
    g: [-2, 0],
    w: 1 + 0.2 / 5 + (rate * 0.9 * 0.2) / (1 - 0.81) / (0.75 * 5),
  },
  nadam: {
    make: () => nadam({ learningRate: rate, epsilon: 0.5 }),
    g: [2],
    w: 1 - (rate * ((0.9 * (1 - 0.5 * 0.96 ** 2) * 0.2) / (1 - 0.81 * 0.52 * (1 - 0.5 * 0.96 ** 2)) + 2)) / (2 + 0.5),
  },
};
for (const [name, { make, g, w }] of Object.entries(formulas)) {
  test(`${name} in float64`, async () => near([await follow(cpu, make(), g)], [w], 1e-15));
  onGpu(test, `${name} in float32`, async (device) => near([await follow(device, make(), g)], [w], 2 ** -22));
}

onGpu(test, 'the first step of Adam equals the rate for any gradient', async (device) => {
  for (const g of [1e-3, -1, 1e8]) {
    const w = await follow(device, adam({ learningRate: 0.5, epsilon: 1e-12 }), [g]);
    near([w], [1 - 0.5 * Math.sign(g)], 2 ** -22);
  }
});

onGpu(test, 'a running variance that rounding makes negative counts as 0', async (device) => {
  const constant = Array<number>(40).fill(1016.9533);
  assert.ok(Number.isFinite(await follow(device, rmsprop({ centered: true, rho: 0.5 }), constant)));
});

/** The number of dispatches that `body` submits. */
async function dispatchesOf(device: Device, body: () => void): Promise<number> {
  await device.sync();
  const { prototype } = GPUComputePassEncoder;
  const original = prototype.dispatchWorkgroups;
  let count = 0;
  prototype.dispatchWorkgroups = function (x, y, z) {
    count++;
    return original.call(this, x, y, z);
  };
  try {
    body();
    await device.sync();
  } finally {
    prototype.dispatchWorkgroups = original;
  }
  return count;
}

const dispatchTable: readonly { make: () => Optimizer; dispatches: number }[] = [
  { make: () => sgd(), dispatches: 1 },
  { make: () => sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1, clipValue: 1 }), dispatches: 1 },
  { make: () => rmsprop({ momentum: 0.9, centered: true }), dispatches: 1 },
  { make: () => adam({ amsgrad: true, useEma: true, emaOverwriteFrequency: 2 }), dispatches: 1 },
  { make: () => adagrad({ clipValue: 1 }), dispatches: 1 },
  { make: () => adadelta({ weightDecay: 0.1 }), dispatches: 1 },
  { make: () => adamax({ useEma: true }), dispatches: 1 },
  { make: () => nadam({ parameterGroups: [{ match: 'w[0-2]', weightDecay: 0 }] }), dispatches: 1 },
  { make: () => adam({ clipNorm: 1 }), dispatches: 3 },
  { make: () => adam({ globalClipNorm: 1 }), dispatches: 3 },
];
for (const { make, dispatches } of dispatchTable) {
  const { learningRate: _, ...options } = make().config();
  onGpu(test, `a step is ${dispatches} dispatches for all parameters: ${JSON.stringify(options)}`, async (device) => {
    const optimizer = make();
    const parameters = parametersOn(device);
    const given = gradientsOn(device, 0);
    optimizer.build(parameters);
    assert.is(await dispatchesOf(device, () => optimizer.apply(given, parameters)), dispatches);
    for (const t of [...given, ...parameters]) t.dispose();
    optimizer.dispose();
  });
}

/** Runs a test on both backends. */
function onBoth(name: string, body: (device: Device) => Promise<void>): void {
  test(`${name}, in float64`, () => body(cpu));
  onGpu(test, `${name}, in float32`, body);
}

const vector = (device: Device, values: readonly number[]): Tensor => tensor(values, { device });

onBoth('clipGradients scales each gradient, scales all together, or limits elements', async (device) => {
  const given = [vector(device, [3, 4]), vector(device, [0, 12]), vector(device, [])];
  const clipped = async (options: Parameters<typeof clipGradients>[1]): Promise<number[][]> =>
    Promise.all(clipGradients(given, options).map(async (t) => [...(await t.data())]));
  await scope(async () => {
    const [a, b, c] = await clipped({ clipNorm: 6 });
    assert.equal([a, c], [[3, 4], []]); // a norm below the limit changes no bit
    near(b, [0, 6], 1e-6);
    const [x, y] = await clipped({ globalClipNorm: 6.5 });
    near([...x, ...y], [1.5, 2, 0, 6], 1e-6);
    assert.equal(await clipped({ globalClipNorm: 13.5 }), [[3, 4], [0, 12], []]);
    assert.equal(await clipped({ clipValue: 3.5 }), [[3, 3.5], [0, 3.5], []]);
    assert.equal(await clipped({}), [[3, 4], [0, 12], []]);
    assert.equal(clipGradients([], { clipNorm: 1 }), []);
    assert.equal(await clipped({ clipNorm: 1e-3 }).then(([, , empty]) => empty), []);
  });
  for (const t of given) t.dispose();
});

onBoth('gradients whose squares overflow float32 are clipped, too', async (device) => {
  const given = [vector(device, [3e25, 4e25])];
  for (const options of [{ clipNorm: 1 }, { globalClipNorm: 1 }]) {
    const [clipped] = await scope(() => Promise.all(clipGradients(given, options).map((t) => t.data())));
    near(clipped, [0.6, 0.8], 1e-6);
  }
  given[0].dispose();
});

onBoth('gradients of 0 are clipped to 0', async (device) => {
  const [clipped] = await scope(async () =>
    Promise.all(clipGradients([vector(device, [0, 0])], { clipNorm: 1 }).map((t) => t.data())),
  );
  assert.equal([...clipped], [0, 0]);
});

onBoth('accumulated gradients update the weights by their mean, every N calls', async (device) => {
  const optimizer = sgd({ learningRate: 1, gradientAccumulationSteps: 3, clipNorm: 2, lossScaleFactor: 4 });
  const w = parameter(vector(device, [10]));
  const weights: number[] = [];
  const totals: number[] = [];
  for (const g of [4, 8, 0, 12, 12, 36]) {
    scope(() => optimizer.apply([vector(device, [g])], [w]));
    weights.push((await w.data())[0]);
    totals.push((await optimizer.slots.accumulated[0].data())[0]);
  }
  near(weights, [10, 10, 9, 9, 9, 7], 1e-6); // means 1 and 5; the second is clipped to 2
  assert.equal(totals, [4, 12, 0, 12, 24, 0]);
  assert.is(optimizer.iterations, 2);
  w.dispose();
  optimizer.dispose();
});

onBoth('the average starts at the first new weights, overwrites them, and replaces them at the end', async (device) => {
  const w = parameter(vector(device, [3]));
  const optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 3 });
  const seen: number[] = [];
  for (let step = 0; step < 4; step++) {
    scope(() => optimizer.apply([vector(device, [1])], [w]));
    seen.push((await w.data())[0], (await optimizer.slots.average[0].data())[0]);
  }
  near(seen, [2, 2, 1, 1.9, 1.71, 1.71, 0.71, 1.61], 1e-6);
  optimizer.finalize();
  near(await w.data(), [1.61], 1e-6);
  w.dispose();
  optimizer.dispose();
});

onBoth('a schedule counts weight updates, and the rate can be set', async (device) => {
  const optimizer = sgd({ learningRate: (step) => step + 1, gradientAccumulationSteps: 2 });
  const w = parameter(vector(device, [0]));
  const step = (): void => scope(() => optimizer.apply([vector(device, [1])], [w]));
  for (let call = 0; call < 5; call++) step();
  assert.is(optimizer.currentLearningRate, 3);
  assert.equal([...(await w.data())], [-3]);
  optimizer.learningRate = 10;
  step();
  assert.equal([...(await w.data())], [-13]);
  w.dispose();
  optimizer.dispose();
});

onBoth('a group has its own rate and decay with any schedule', async (device) => {
  const parameterGroups = [
    { match: '^frozen', learningRateFactor: 0 },
    { match: 'bias|slow', learningRateFactor: 0.5, weightDecay: 0 },
  ];
  const optimizer = sgd({ learningRate: (step) => step + 1, weightDecay: 0.5, parameterGroups });
  const names = ['kernel', 'bias', 'frozen/bias', 'slow'];
  const parameters = names.map((name) => parameter(vector(device, [8, 8]), { name }));
  const step = (): void =>
    scope(() => {
      const given = parameters.map(() => vector(device, [1, 2]));
      optimizer.apply(given, parameters);
    });
  step();
  assert.equal(await Promise.all(parameters.map(async (w) => [...(await w.data())])), [
    [3, 2],
    [7.5, 7],
    [8, 8],
    [7.5, 7],
  ]);
  optimizer.learningRate = 2;
  step();
  assert.equal([...(await parameters[3].data())], [6.5, 5]);
  for (const w of parameters) w.dispose();
  optimizer.dispose();
});

onBoth('parameters stay usable after the optimizer has moved them, and all memory is freed', async (device) => {
  const before = device.memory().buffers;
  const optimizer = adam({ learningRate: 1, amsgrad: true, useEma: true, clipNorm: 1, gradientAccumulationSteps: 2 });
  const parameters = parametersOn(device);
  scope(() => optimizer.apply(gradientsOn(device, 0), parameters));
  assert.equal([...(await parameters[1].data())], [...numbers([3, 5], 1)]); // the first of two calls
  parameters[1].assign(new Float32Array(15).fill(7));
  assert.equal([...(await parameters[1].data())], new Array(15).fill(7));
  assert.equal([...(await parameters[2].data())], [...numbers([257], 2)]);
  assert.equal(Object.keys(optimizer.slots), ['mean', 'meanSquare', 'largest', 'average', 'accumulated']);
  assert.equal(
    optimizer.slots.mean.map(({ shape }) => shape),
    SHAPES,
  );
  optimizer.dispose();
  assert.equal([...(await parameters[1].data())], new Array(15).fill(7));
  scope(() => optimizer.apply(gradientsOn(device, 0), parameters)); // it starts again
  assert.is(optimizer.calls, 1);
  optimizer.dispose();
  optimizer.dispose();
  for (const w of parameters) w.dispose();
  assert.is(device.memory().buffers, before);
});

test('a step with other parameters or gradients is rejected', () => {
  const [a, b] = [parameter(vector(cpu, [1, 2]), { name: 'a' }), parameter(vector(cpu, [1, 2]), { name: 'b' })];
  const frozen = parameter(vector(cpu, [1]), { name: 'frozen', trainable: false });
  const g = vector(cpu, [1, 1]);
  const optimizer = sgd();
  assert.throws(() => optimizer.apply([], []), 'sgd: got no parameters; expected at least one.');
  assert.throws(
    () => optimizer.apply([vector(cpu, [1])], [frozen]),
    /sgd: got the parameter 'frozen', which is not train/,
  );
  optimizer.apply([g, g], [a, b]);
  assert.throws(() => optimizer.apply([g], [a]), /sgd: got 1 gradients and 1 parameters; expected 2 of each/);
  assert.throws(
    () => optimizer.apply([g, g], [b, a]),
    /sgd: got as parameter 0 'b' \[2\], which was not part of the first step/,
  );
  assert.throws(() => optimizer.apply([g, vector(cpu, [1])], [a, b]), /gradient 1 of shape \[1\]; expected \[2\]/);
  assert.throws(() => optimizer.apply([g, tensor([1, 1], { device: cpu, dtype: 'i32' })], [a, b]), /dtype i32/);
  adam().apply([g, g], [a, b]);
  assert.throws(() => optimizer.apply([g, g], [a, b]), /now belongs to another optimizer/);
});

test('options out of range are rejected', () => {
  const untyped = (options: object): object => options; // JavaScript callers can pass this
  assert.throws(() => adam({ learningRate: -1 }), 'adam: got learningRate -1; expected a finite number of 0 or more');
  assert.throws(() => sgd(untyped({ learningRate: 'abc' })), "sgd: got learningRate 'abc'; expected a finite number");
  assert.throws(() => sgd({ learningRate: Number.NaN }), /got learningRate NaN/);
  assert.throws(() => sgd({ momentum: 1.5 }), 'sgd: got momentum 1.5; expected a number from 0 to 1');
  assert.throws(() => rmsprop({ rho: 1 }), 'rmsprop: got rho 1; expected a number of at least 0 and below 1');
  assert.throws(() => adam({ beta2: -0.1 }), /adam: got beta2 -0.1/);
  assert.throws(() => adam({ epsilon: 0 }), 'adam: got epsilon 0; expected a finite number above 0');
  assert.throws(() => adam({ clipNorm: 0 }), /adam: got clipNorm 0/);
  assert.throws(() => clipGradients([], { clipValue: -1 }), /clipGradients: got clipValue -1/);
  assert.throws(
    () => adam({ clipNorm: 1, clipValue: 1 }),
    'adam: got clipNorm and clipValue; expected at most one of them',
  );
  assert.throws(() => sgd({ gradientAccumulationSteps: 1.5 }), /got gradientAccumulationSteps 1.5; expected a whole/);
  assert.throws(() => sgd(untyped({ nesterov: 1 })), 'sgd: got nesterov 1; expected true or false');
  assert.throws(() => sgd(untyped({ convention: 'torch' })), "got convention 'torch'; expected 'keras' or 'pytorch'");
  assert.throws(() => sgd(untyped({ beta_1: 0.9 })), /sgd: got the option 'beta_1'; expected only .*momentum/);
  assert.throws(() => adagrad({ initialAccumulatorValue: -1 }), /adagrad: got initialAccumulatorValue -1/);
  assert.throws(
    () => nadam({ momentumDecay: -1 }),
    /nadam: got momentumDecay -1; expected a finite number of 0 or more/,
  );
  const optimizer = sgd();
  assert.throws(() => {
    optimizer.learningRate = -1;
  }, /sgd: got learningRate -1/);
  const wild = sgd({ learningRate: () => Number.NaN });
  assert.throws(() => wild.currentLearningRate, 'sgd at step 0: got learningRate NaN');
});

test('a number instead of options is rejected', () => {
  assert.throws(
    () => sgd(JSON.parse('0.1')),
    /sgd: got 0.1 for the options; expected an object with any of .*learningRate/,
  );
  assert.throws(() => adam(JSON.parse('null')), /adam: got null for the options/);
});

test('dampening with Nesterov momentum is rejected', () => {
  assert.throws(
    () => sgd({ momentum: 0.9, nesterov: true, dampening: 0.1 }),
    /sgd: got dampening 0.1 and nesterov; expected one of them/,
  );
});

test('empty and invalid groups are rejected', () => {
  const refused = (group: object, message: RegExp): void => {
    const parameterGroups = [group as { match: string }]; // JavaScript callers can pass this
    assert.throws(() => sgd({ parameterGroups }), message);
  };
  refused({}, /sgd, parameterGroups: got match undefined; expected a regular expression/);
  refused({ match: '(' }, /sgd, parameterGroups: got match '\('/);
  refused({ match: 'a', learningRateFactor: -1 }, /got learningRateFactor -1/);
  refused({ match: 'a', weightDecay: Number.NaN }, /got weightDecay NaN/);
  refused({ match: 'a', rate: 1 }, /got the option 'rate'; expected only match/);
  const w = parameter(vector(cpu, [1]), { name: 'kernel' });
  const optimizer = sgd({ parameterGroups: [{ match: 'bias' }] });
  assert.throws(
    () => optimizer.apply([vector(cpu, [1])], [w]),
    "sgd: got a parameter group 'bias'; expected an expression that matches one of kernel",
  );
});

test('optimizers by name, and as JSON', () => {
  assert.is(getOptimizer('adamW').name, 'adamW');
  const own = sgd();
  assert.is(getOptimizer(own), own);
  assert.throws(() => getOptimizer('adamm'), "got 'adamm'; expected one of sgd, rmsprop, adam, adamW");
  const learningRate = exponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 });
  assert.equal(JSON.parse(JSON.stringify(sgd({ learningRate, momentum: 0.5 }).config())), {
    name: 'sgd',
    learningRate: { name: 'exponentialDecay', initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 },
    momentum: 0.5,
    decay: 0,
    dampening: 0,
    nesterov: false,
    weightDecay: 0,
    useEma: false,
    emaMomentum: 0.99,
    lossScaleFactor: 1,
    gradientAccumulationSteps: 1,
    parameterGroups: [],
    convention: 'keras',
  });
  assert.is(rmsprop({ convention: 'pytorch' }).config().rho, 0.99);
  own.learningRate = 0.5;
  assert.is(own.config().learningRate, 0.01, 'the options that it was made with');
  assert.equal(
    sgd({
      learningRate: function halving(step) {
        return 0.5 ** step;
      },
    }).config().learningRate,
    { name: 'halving' },
  );
});

onBoth(
  'other parameters: those that remain keep their moments, new ones start with their first step',
  async (device) => {
    const names = ['a', 'b', 'c'];
    const make = () => names.map((name) => parameter(vector(device, [1, 2]), { name }));
    const g = vector(device, [0.5, -1]);
    const options = { learningRate: 0.1, useEma: true, weightDecay: 0.01 };
    const steps = (optimizer: Optimizer, parameters: readonly Parameter[], count: number): void => {
      optimizer.build(parameters);
      for (let i = 0; i < count; i++) {
        optimizer.apply(
          parameters.map(() => g),
          parameters,
        );
      }
    };
    const read = async (parameters: readonly Parameter[]): Promise<number[][]> =>
      Promise.all(parameters.map(async (p) => [...(await p.data())]));
    const [a, b, c] = make();
    const optimizer = adam(options);
    steps(optimizer, [a, b], 3);
    steps(optimizer, [c, b], 2); // a is released, c is new
    assert.equal(optimizer.joined, [3, 0]);
    steps(optimizer, [a, b, c], 1);
    const alone = async (...counts: readonly number[]): Promise<number[]> => {
      const own = adam(options);
      const [w] = make();
      for (const count of counts) {
        steps(own, [w], count);
        own.dispose(); // moments start again
      }
      return (await read([w]))[0];
    };
    const close = (got: readonly number[], wanted: readonly number[]): void =>
      wanted.forEach((value, i) => {
        assert.ok(Math.abs(got[i] - value) < 1e-6, `${got} and ${wanted}`);
      });
    const [ofA, ofB, ofC] = await read([a, b, c]);
    close(ofA, await alone(3, 1));
    close(ofB, await alone(6));
    close(ofC, await alone(3));
    optimizer.dispose();
    for (const w of [a, b, c]) w.dispose();
  },
);

onBoth('remaining accumulated gradients update the weights by their mean', async (device) => {
  for (const clip of [{}, { globalClipNorm: 0.5 }]) {
    const [w, v] = [parameter(vector(device, [1, 2])), parameter(vector(device, [1, 2]))];
    const waiting = sgd({ learningRate: 0.1, gradientAccumulationSteps: 8, ...clip });
    waiting.flush(); // nothing waits
    for (const g of [
      [1, 3],
      [3, 1],
    ]) {
      waiting.apply([vector(device, g)], [w]);
    }
    waiting.flush();
    assert.is(waiting.iterations, 1);
    waiting.flush();
    const direct = sgd({ learningRate: 0.1, ...clip });
    direct.apply([vector(device, [2, 2])], [v]);
    const [got, wanted] = [await w.data(), await v.data()];
    assert.ok(Math.abs(got[0] - wanted[0]) < 1e-6 && Math.abs(got[1] - wanted[1]) < 1e-6, `${got} and ${wanted}`);
    for (let i = 0; i < 7; i++) waiting.apply([vector(device, [9, 9])], [w]);
    assert.equal(await w.data(), got); // the next eight start empty
    waiting.discard();
    assert.is(waiting.waiting, 0);
    for (let i = 0; i < 8; i++) waiting.apply([vector(device, [0, 0])], [w]);
    assert.equal(await w.data(), got);
    assert.is(waiting.iterations, 2);
    for (const each of [waiting, direct, w, v]) each.dispose();
  }
});

onBoth('averages of weights that were never updated leave them unchanged', async (device) => {
  const w = parameter(vector(device, [1, 2]));
  const optimizer = sgd({ useEma: true, gradientAccumulationSteps: 2 });
  optimizer.build([w]);
  optimizer.finalize();
  optimizer.apply([vector(device, [1, 1])], [w]);
  optimizer.finalize();
  assert.equal([...(await w.data())], [1, 2]);
  optimizer.dispose();
  w.dispose();
});

test.run();
