import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { labelOf } from '../../src/gradcheck/case.ts';
import { check } from '../../src/gradcheck/check.ts';
import { entries } from '../../src/gradcheck/suite.ts';
import { adam, batchNormalization, dense, dropout, randomUniform, sequential } from '../../src/index.ts';
import { cpu, onGpu } from '../harness/device.ts';

// What `npm test` runs in Chrome; `npm run test:all` runs there whatever needs no Node.

const test = suite('smoke');

/** One of each kind of kernel. */
const SUBJECTS = [
  ...['add', 'where', 'tanh', 'sum', 'argMax', 'matmul', 'conv2d', 'maxPool2d', 'softmaxCrossEntropy', 'gather'],
  ...['layerNorm', 'batchNorm, ReLU and dropout', 'adam'],
];
for (const name of SUBJECTS) {
  const entry = entries.find(({ subject }) => subject.name === name);
  if (entry === undefined) throw new Error(`no cases of ${name}`);
  const { subject, row } = entry;
  onGpu(test, `${name} ${labelOf(row)}`, async (device) => {
    assert.is((await check(subject, row, { device, reference: cpu })).reason, undefined);
  });
}

onGpu(test, 'a model learns which points lie inside a circle', async () => {
  const points = randomUniform([500, 2], { low: -1, high: 1 });
  const xy = await points.data();
  const inside = Float32Array.from({ length: 500 }, (_, i) => +(Math.hypot(xy[2 * i], xy[2 * i + 1]) < 0.7));
  const model = sequential([
    dense({ units: 32, activation: 'relu', inputShape: [2] }),
    batchNormalization({ momentum: 0.9 }),
    dropout({ rate: 0.1 }),
    dense({ units: 1, activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.03 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  const labels = { data: inside, shape: [500, 1] };
  const { history } = await model.fit(points, labels, { epochs: 20, batchSize: 50, verbose: 0 });
  assert.ok((history.accuracy.at(-1) ?? 0) > 0.85, `accuracy ${history.accuracy}`);
  const { accuracy } = await model.evaluate(points, labels);
  assert.ok(accuracy > 0.85, `accuracy ${accuracy} afterwards`);
  model.dispose();
});

test.run();
