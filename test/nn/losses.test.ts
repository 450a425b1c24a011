import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, uniform } from '../../src/core/random/generator.ts';
import { sizeOf } from '../../src/core/shape.ts';
import { type Loss, makeLoss } from '../../src/nn/losses/defineLoss.ts';
import { getLoss, losses } from '../../src/nn/losses/get.ts';
import {
  type Device,
  scope,
  sigmoid,
  softmax,
  square,
  sub,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/node.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('losses');
type Rows = number[][];

function on(device: Device, body: () => Promise<void>): Promise<void> {
  setCurrentDevice(device);
  return scope(body);
}

/** Runs a test on both backends. */
function onBoth(name: string, body: () => Promise<void>): void {
  test(`${name}, on the CPU`, () => on(cpu, body));
  onGpu(test, `${name}, on the GPU`, (device) => on(device, body));
}

function isNear(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)), `${actual}, expected ${expected}`);
}

async function near(actual: Tensor, expected: number | number[], tolerance = 1e-6): Promise<void> {
  const wanted = [expected].flat();
  const got = [...(await actual.data())];
  assert.is(got.length, wanted.length);
  got.forEach((value, i) => {
    isNear(value, wanted[i], tolerance);
  });
}

const binary: Rows = [
  [0, 1],
  [0, 0],
];
const whole: Rows = [
  [1, 1],
  [1, 0],
];
const decimal: Rows = [
  [0.6, 0.4],
  [0.4, 0.6],
];
const oneHot: Rows = [
  [0, 1, 0],
  [0, 0, 1],
];
const guesses: Rows = [
  [0.05, 0.95, 0],
  [0.1, 0.8, 0.1],
];

/** From the docstrings of Keras 3.16, which round to three digits. */
const published: readonly (readonly [name: keyof typeof losses, yTrue: Rows, yPred: Rows, loss: number])[] = [
  ['meanSquaredError', binary, whole, 0.5],
  ['meanAbsoluteError', binary, whole, 0.5],
  ['meanSquaredLogarithmicError', binary, whole, 0.24],
  ['huber', binary, decimal, 0.155],
  [
    'logCosh',
    binary,
    [
      [1, 1],
      [0, 0],
    ],
    0.108,
  ],
  ['hinge', binary, decimal, 1.3],
  ['squaredHinge', binary, decimal, 1.86],
  ['categoricalHinge', binary, decimal, 1.4],
  [
    'cosineSimilarity',
    [
      [0, 1],
      [1, 1],
    ],
    [
      [1, 0],
      [1, 1],
    ],
    -0.5,
  ],
  ['klDivergence', binary, decimal, 0.458],
  [
    'poisson',
    binary,
    [
      [1, 1],
      [0, 0],
    ],
    0.5,
  ],
  ['binaryCrossentropy', binary, decimal, 0.815],
  ['categoricalCrossentropy', oneHot, guesses, 1.177],
];
for (const [name, yTrue, yPred, expected] of published) {
  onBoth(`${name} as published`, () => near(losses[name]()(tensor(yTrue), tensor(yPred)), expected, 6e-4));
}

onBoth('binary cross-entropy from scores, as published', async () => {
  const loss = losses.binaryCrossentropy({ fromLogits: true });
  await near(loss(tensor([0, 1, 0, 0]), tensor([-18.6, 0.51, 2.94, -12.8])), 0.865458, 1e-5);
});

onBoth('reductions and sample weights, as published', async () => {
  const [y, p] = [tensor(binary), tensor(whole)];
  const sampleWeight = tensor([0.7, 0.3]);
  await near(losses.meanSquaredError()(y, p, { sampleWeight }), 0.25);
  await near(losses.meanSquaredError({ reduction: 'sum' })(y, p), 1);
  await near(losses.meanSquaredError({ reduction: 'none' })(y, p), [0.5, 0.5]);
  await near(losses.meanSquaredError({ reduction: 'meanWithSampleWeight' })(y, p, { sampleWeight }), 0.5);
  await near(losses.meanSquaredError().perSample(y, p), [0.5, 0.5]);
  const weights = tensor([[0.3], [0.7]]);
  await near(losses.categoricalCrossentropy()(tensor(oneHot), tensor(guesses), { sampleWeight: weights }), 0.814, 6e-4);
});

onBoth('weights of the samples spread over their positions', async () => {
  const [y, p] = [
    tensor([
      [[0], [0]],
      [[0], [0]],
    ]),
    tensor([
      [[1], [2]],
      [[3], [4]],
    ]),
  ];
  const loss = losses.meanAbsoluteError({ reduction: 'none' });
  await near(loss(y, p, { sampleWeight: tensor([1, 10]) }), [1, 2, 30, 40]);
  await near(
    loss(y, p, {
      sampleWeight: tensor([
        [1, 0],
        [0, 1],
      ]),
    }),
    [1, 0, 0, 4],
  );
  await near(loss(y, p, { sampleWeight: tensor(2) }), [2, 4, 6, 8]);
  const weighted = losses.meanAbsoluteError({ reduction: 'meanWithSampleWeight' });
  await near(weighted(y, p, { sampleWeight: tensor([1, 3]) }), (3 + 3 * 7) / 8);
  await near(weighted(y, p, { sampleWeight: tensor([0, 0]) }), 0);
});

onBoth('a target axis of length 1 may be missing, or too many', async () => {
  const loss = losses.meanSquaredError();
  await near(loss(tensor([1, 2]), tensor([[1], [4]])), 2);
  await near(loss(tensor([[1], [2]]), tensor([1, 4])), 2);
  await near(loss(tensor([1, 2], { dtype: 'i32' }), tensor([1, 4])), 2);
});

const LABELS = Int32Array.of(1, 2);

onBoth('class indices give what one-hot targets give', async () => {
  for (const fromLogits of [false, true]) {
    const dense = await losses
      .categoricalCrossentropy({ fromLogits, reduction: 'none' })(tensor(oneHot), tensor(guesses))
      .data();
    const sparse = losses.sparseCategoricalCrossentropy({ fromLogits, reduction: 'none' });
    await near(sparse(tensor(LABELS), tensor(guesses)), [...dense]);
    await near(sparse(tensor(LABELS, { shape: [2, 1] }), tensor(guesses)), [...dense]);
  }
});

onBoth('an ignored class has no loss and does not count', async () => {
  const labels = tensor(Int32Array.of(1, -1, 2));
  const scores = tensor([
    [0, 1, 0],
    [5, 5, 5],
    [0, 0, 1],
  ]);
  const [each] = await losses
    .sparseCategoricalCrossentropy({ fromLogits: true, reduction: 'none' })(labels, scores)
    .data();
  for (const p of [scores, softmax(scores)]) {
    const options = { fromLogits: p === scores, ignoreClass: -1 };
    await near(losses.sparseCategoricalCrossentropy(options)(labels, p), each);
    await near(losses.sparseCategoricalCrossentropy({ ...options, reduction: 'none' })(labels, p), [each, 0, each]);
    await near(losses.sparseCategoricalCrossentropy({ ...options, reduction: 'sum' })(labels, p), 2 * each);
  }
});

onBoth('probabilities from softmax do not saturate', async () => {
  const labels = tensor(LABELS, { shape: [2] });
  const scores = tensor([
    [300, 0, 0],
    [0, 300, 0],
  ]);
  const loss = (): Tensor => losses.sparseCategoricalCrossentropy()(labels, softmax(scores));
  await near(loss(), 300);
  await near(valueAndGrad(loss, [scores]).grads[0], [0.5, -0.5, 0, 0, 0.5, -0.5]);
  const passing = tensor([
    [300, 0, 0],
    [0, 300, 0],
  ]);
  const probabilities = softmax(passing);
  passing.dispose();
  await near(losses.sparseCategoricalCrossentropy()(labels, probabilities), -Math.log(1e-7), 1e-5);
});

/** Logits of classes that are masked out; the second and the first class are right. */
const masked: Rows = [
  [-Infinity, 1, 2],
  [0, -Infinity, 1],
];
const right: Rows = [
  [0, 0, 1],
  [1, 0, 0],
];
const MASKED_LOSS = (Math.log1p(1 / Math.E) + Math.log1p(Math.E)) / 2;
const P = 1 / (1 + Math.E);

onBoth('classes that are masked out have no part in a cross-entropy', async () => {
  const labels = tensor(Int32Array.of(2, 0));
  const scores = tensor(masked);
  for (const reduction of ['sumOverBatchSize', 'meanWithSampleWeight'] as const) {
    const sparse = losses.sparseCategoricalCrossentropy({ fromLogits: true, reduction });
    await near(sparse(labels, scores), MASKED_LOSS);
    await near(losses.categoricalCrossentropy({ fromLogits: true, reduction })(tensor(right), scores), MASKED_LOSS);
    await near(losses.sparseCategoricalCrossentropy({ reduction })(labels, softmax(scores)), MASKED_LOSS);
    const { grads } = valueAndGrad(() => sparse(labels, scores), [scores]);
    await near(grads[0], [0, P / 2, -P / 2, (P - 1) / 2, 0, (1 - P) / 2]);
  }
  await near(losses.categoricalHinge()(tensor(right), scores), (0 + 2) / 2);
  const smoothed = losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 });
  assert.is(await smoothed(tensor(right), scores).item(), Infinity, 'a masked class that has a share');
});

onBoth('scores of infinite certainty', async () => {
  const scores = tensor([[-Infinity, Infinity]]);
  for (const p of [scores, sigmoid(scores)]) {
    const loss = losses.binaryCrossentropy({ fromLogits: p === scores });
    await near(loss(tensor([[0, 1]]), p), 0);
    assert.is(await loss(tensor([[1, 1]]), p).item(), Infinity);
  }
  const loss = losses.binaryCrossentropy({ fromLogits: true });
  await near(valueAndGrad(() => loss(tensor([[0, 0]]), scores), [scores]).grads[0], [0, 0.5]);
});

onBoth('infinite outputs have infinite losses', async () => {
  for (const p of [Infinity, -Infinity]) {
    for (const loss of [losses.meanSquaredError(), losses.meanAbsoluteError(), losses.huber(), losses.logCosh()]) {
      assert.is(await loss(tensor([[1]]), tensor([[p]])).item(), Infinity, `${loss.name} of ${p}`);
    }
  }
  assert.is(
    await losses
      .poisson()(tensor([[0]]), tensor([[Infinity]]))
      .item(),
    Infinity,
  );
});

onBoth('a sample that weighs nothing has no infinite loss and no gradient', async () => {
  const p = tensor([[1], [Infinity]]);
  const loss = (): Tensor => losses.meanSquaredError()(tensor([[0], [0]]), p, { sampleWeight: tensor([1, 0]) });
  await near(loss(), 0.5);
  await near(valueAndGrad(loss, [p]).grads[0], [1, 0]);
});

onBoth('scores that are no longer those of the probabilities are not used', async () => {
  const loss = losses.binaryCrossentropy();
  const scores = tensor([[0]]);
  const p = sigmoid(scores);
  scores.assign([100]);
  await near(loss(tensor([[0]]), p), Math.log(2)); // of p = 0.5, as it was
  const q = sigmoid(tensor([[2]]));
  q.assign([0.25]);
  await near(loss(tensor([[0]]), q), -Math.log(0.75));
  const assigned = tensor([[0]]);
  assigned.assign([300]); // before, which does no harm: the loss of p = 1 would be clipped
  await near(loss(tensor([[0]]), sigmoid(assigned)), 300);
  const given = sigmoid(tensor([[0]])); // before the tape: the gradient is by the probability itself
  await near(valueAndGrad(() => loss(tensor([[1]]), given), [given]).grads[0], -2, 1e-5);
});

onBoth('probabilities from sigmoid do not saturate', async () => {
  const scores = tensor([[300], [-300]]);
  const loss = (): Tensor => losses.binaryCrossentropy()(tensor([[0], [0]]), sigmoid(scores));
  await near(loss(), 150);
  await near(valueAndGrad(loss, [scores]).grads[0], [0.5, 0]);
});

onBoth('smoothed targets, and classes along another axis', async () => {
  const smooth = losses.categoricalCrossentropy({ labelSmoothing: 0.1 });
  const exact = losses.categoricalCrossentropy();
  const p = tensor([[0.2, 0.3, 0.5]]);
  const [wanted] = await exact(tensor([[0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3]]), p).data();
  await near(smooth(tensor([[1, 0, 0]]), p), wanted);
  const columns = losses.categoricalCrossentropy({ labelSmoothing: 0.1, axis: 1 });
  await near(columns(tensor([[[1], [0], [0]]]), tensor([[[0.2], [0.3], [0.5]]])), wanted);
  const halves = losses.binaryCrossentropy({ labelSmoothing: 0.2 });
  await near(halves(tensor([[1]]), tensor([[0.5]])), Math.LN2);
});

/** Targets that suit a loss, and outputs away from its kinks. */
function exampleFor(loss: Loss): { yTrue: Tensor; yPred: Tensor } {
  const shape = [4, 5];
  const labels = [3, 0, 4, 1];
  const values = uniform(sizeOf(shape), new Generator(7), 0).map((u) => 0.1 + 0.8 * u);
  const targets = Float64Array.from({ length: 20 }, (_, i) => Number(labels[Math.floor(i / 5)] === i % 5));
  return {
    yTrue: loss.name.startsWith('sparse') ? tensor(Int32Array.from(labels)) : tensor(targets, { shape }),
    yPred: tensor(values, { shape }),
  };
}

async function gradientOn(device: Device, loss: Loss) {
  setCurrentDevice(device);
  const { yTrue, yPred } = exampleFor(loss);
  const { value, grads } = valueAndGrad(() => loss(yTrue, yPred), [yPred]);
  return { value: await value.item(), gradient: await grads[0].data() };
}

/** (loss(p + e v) - loss(p - e v)) / 2e in float64. */
async function slopeAlong(v: Float64Array, loss: Loss): Promise<number> {
  setCurrentDevice(cpu);
  const { yTrue, yPred } = exampleFor(loss);
  const p = await yPred.data();
  const lossAt = (step: number): Promise<number> => {
    const moved = Float64Array.from(p, (value, i) => value + step * v[i]);
    return loss(yTrue, tensor(moved, { shape: yPred.shape })).item();
  };
  const e = 1e-5;
  return ((await lossAt(e)) - (await lossAt(-e))) / (2 * e);
}

const variants = [() => losses.huber({ delta: 0.3 }), () => losses.binaryCrossentropy({ fromLogits: true })];
for (const make of [...Object.values(losses), ...variants]) {
  const loss = make();
  test(`the gradient of ${loss.name} is its slope`, async () => {
    const v = uniform(20, new Generator(3), 0);
    const { gradient } = await gradientOn(cpu, loss);
    const along = v.reduce((sum, step, i) => sum + step * gradient[i], 0);
    isNear(along, await slopeAlong(v, loss), 1e-7);
  });
  onGpu(test, `${loss.name} on the GPU agrees with the reference`, async (device) => {
    const [actual, expected] = [await gradientOn(device, loss), await gradientOn(cpu, loss)];
    isNear(actual.value, expected.value, 2e-6);
    actual.gradient.forEach((g, i) => {
      isNear(g, expected.gradient[i], 2e-6);
    });
  });
}

test('names find losses, as Keras writes them too', () => {
  assert.is(getLoss('meanSquaredError').name, 'meanSquaredError');
  assert.is(getLoss('sparse_categorical_crossentropy').name, 'sparseCategoricalCrossentropy');
  const loss = losses.huber({ delta: 2 });
  assert.is(getLoss(loss), loss);
  assert.throws(
    () => getLoss('meanSquareError'),
    /loss: got 'meanSquareError'; expected one of binaryCrossentropy, binaryFocalCrossentropy/,
  );
});

onBoth('a loss of one’s own', async () => {
  const loss = makeLoss('first', { perSample: (y, p) => square(sub(p, y)) });
  await near(loss(tensor([1, 2]), tensor([2, 4])), 2.5);
  assert.is(loss.name, 'first');
});

const throwing: readonly (readonly [about: string, make: () => unknown, message: RegExp])[] = [
  [
    'a target per row where there are ten outputs',
    () =>
      losses.meanSquaredError()(
        tensor([1, 2]),
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ),
    /meanSquaredError: got yTrue \[2\] and yPred \[2, 3\]; expected the same shape/,
  ],
  [
    'class indices without the sparse loss',
    () => losses.categoricalCrossentropy()(tensor(LABELS), tensor(guesses)),
    /oneHot\(yTrue, 3\) or sparseCategoricalCrossentropy/,
  ],
  [
    'one-hot targets for the sparse loss',
    () => losses.sparseCategoricalCrossentropy()(tensor(oneHot), tensor(guesses)),
    /yTrue \[2, 3\].*expected one class index per row of outputs, \[2\]/,
  ],
  [
    'weights of another number of samples',
    () => losses.poisson()(tensor(binary), tensor(whole), { sampleWeight: tensor([1, 2, 3]) }),
    /sampleWeight \[3\] for losses of shape \[2\]/,
  ],
  [
    'an unknown option',
    () => losses.huber(Object({ dleta: 2 })),
    /huber: got the option 'dleta'; expected only delta, reduction/,
  ],
  [
    'an unknown reduction',
    () => losses.huber(Object({ reduction: 'mean' })),
    /huber: got 'mean'; expected one of sumOverBatchSize/,
  ],
  [
    'smoothing of everything',
    () => losses.binaryCrossentropy({ labelSmoothing: 1 }),
    /labelSmoothing 1; expected a number of at least 0 and below 1/,
  ],
];
for (const [about, make, message] of throwing) {
  test(`refused: ${about}`, () => on(cpu, async () => assert.throws(make, message)));
}

test.run();
