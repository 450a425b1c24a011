import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import type { Metric } from '../../src/nn/losses/defineMetric.ts';
import { getMetric, losses, metrics } from '../../src/nn/losses/get.ts';
import { type Device, type NestedNumbers, scope, sigmoid, softmax, tensor } from '../../src/node.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('metrics');
const { accuracy, binaryAccuracy, categoricalAccuracy, topKAccuracy } = metrics;

const scores = [
  [0.1, 0.7, 0.2],
  [0.5, 0.2, 0.3],
  [0.2, 0.4, 0.4],
  [0.3, 0.3, 0.4],
];
const hot = [
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0],
  [0, 0, 1],
];
const labels = Int32Array.of(1, 2, 1, 2);
const column = { shape: [4, 1] };

type Row = readonly [
  about: string,
  metric: Metric,
  yTrue: NestedNumbers | Int32Array,
  yPred: NestedNumbers,
  expected: number,
];

const rows: readonly Row[] = [
  ['class indices', accuracy(), labels, scores, 0.75], // the third row ties, and the first largest counts
  ['one-hot targets', accuracy(), hot, scores, 0.75],
  ['several rows per sample', accuracy(), [hot], [scores], 0.75],
  ['one output', accuracy(), [0, 1, 1, 0], [[0.2], [0.9], [0.4], [0.5]], 0.75],
  ['the name says it', categoricalAccuracy(), labels, scores, 0.75],
  ['each output on its own', binaryAccuracy(), hot, scores, 9 / 12],
  ['another threshold', binaryAccuracy({ threshold: 0.35 }), hot, scores, 9 / 12],
  ['the best two', topKAccuracy({ k: 2 }), labels, scores, 1],
  ['the best two, one-hot', topKAccuracy({ k: 2 }), hot, scores, 1],
  ['a tie is no larger', topKAccuracy({ k: 1 }), Int32Array.of(2, 0, 2, 1), scores, 0.5],
  ['more than there are', topKAccuracy(), labels, scores, 1],
  ['a label that is no class', topKAccuracy(), Int32Array.of(1, -1, 7, 2), scores, 0.5],
  [
    'scores of minus infinity',
    topKAccuracy({ k: 1 }),
    Int32Array.of(2, 1),
    [
      [-Infinity, 2, 1],
      [-Infinity, 2, 1],
    ],
    0.5,
  ],
  ['a loss', losses.meanSquaredError(), [[0], [0]], [[1], [3]], 5],
];

async function check(device: Device, [, metric, yTrue, yPred, expected]: Row): Promise<void> {
  setCurrentDevice(device);
  await scope(async () => {
    const value = metric(tensor(yTrue), tensor(yPred));
    assert.equal(value.shape, []);
    assert.ok(Math.abs((await value.item()) - expected) < 1e-6, `${await value.item()}, expected ${expected}`);
  });
}

for (const row of rows) {
  const name = `${row[1].name}: ${row[0]}`;
  test(`${name}, on the CPU`, () => check(cpu, row));
  onGpu(test, `${name}, on the GPU`, (device) => check(device, row));
}

test('class indices may stand in a column', async () => {
  setCurrentDevice(cpu);
  await scope(async () => {
    assert.is(await accuracy()(tensor(labels, column), tensor(scores)).item(), 0.75);
  });
});

test('one output is a yes or a no, but for class indices that of a softmax is the only class', async () => {
  setCurrentDevice(cpu);
  await scope(async () => {
    const only = softmax(tensor([[3], [-1]]));
    assert.is(await accuracy()(tensor(Int32Array.of(0, 0)), only).item(), 1);
    assert.is(await accuracy()(tensor(Int32Array.of(0, 0), { shape: [2, 1] }), only).item(), 1);
    assert.is(await accuracy()(tensor([0, 1]), only).item(), 0.5); // targets for a sigmoid that is missing
    assert.is(await accuracy()(tensor(Int32Array.of(0, 1)), sigmoid(tensor([[-2], [2]]))).item(), 1);
  });
});

test('names find metrics and losses', () => {
  assert.is(getMetric('accuracy').name, 'accuracy');
  assert.is(getMetric('mean_absolute_error').name, 'meanAbsoluteError');
  const metric = topKAccuracy({ k: 3 });
  assert.is(getMetric(metric), metric);
  assert.throws(
    () => getMetric('accuracies'),
    /metric: got 'accuracies'; expected one of accuracy, auc, binaryAccuracy/,
  );
});

test('refused: targets that do not fit, and options that do not exist', () => {
  setCurrentDevice(cpu);
  scope(() => {
    assert.throws(
      () =>
        accuracy()(
          tensor([
            [1, 0],
            [0, 1],
          ]),
          tensor(scores),
        ),
      /categoricalAccuracy: got yTrue \[2, 2\] and yPred \[4, 3\]/,
    );
  });
  assert.throws(() => topKAccuracy({ k: 0 }), /k 0; expected a whole number of 1 or more/);
  assert.throws(() => topKAccuracy(Object({ top: 3 })), /option 'top'; expected only k/);
});

test.run();
