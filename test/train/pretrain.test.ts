import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import {
  activation,
  adam,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  model as graph,
  input,
  pretrain,
  sequential,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('pretrain');

const SAMPLES = 96;
/** Samples of 12 numbers that two decide, so that few units can restore them. */
const hidden = normal(2 * SAMPLES, new Generator(1));
const mixing = normal(2 * 12, new Generator(2));
const x = {
  data: Float32Array.from({ length: SAMPLES * 12 }, (_, i) => {
    const [sample, k] = [Math.floor(i / 12), i % 12];
    return hidden[2 * sample] * mixing[k] + hidden[2 * sample + 1] * mixing[12 + k];
  }),
  shape: [SAMPLES, 3, 4],
};

const build = () =>
  sequential([
    flatten(),
    dense({ units: 8 }),
    batchNormalization(),
    activation('tanh'),
    dense({ units: 4, activation: 'tanh' }),
    dense({ units: 3, activation: 'softmax' }),
  ]);

onGpu(test, 'each hidden layer learns to restore its inputs, the last one stays', async (device) => {
  setCurrentDevice(device);
  const model = build();
  model.build([3, 4]);
  const before = await model.getWeights();
  const histories = await pretrain(model, x, {
    epochs: 30,
    batchSize: 32,
    corruption: 0.1,
    optimizer: () => adam({ learningRate: 0.02 }),
  });
  assert.is(histories.length, 2);
  for (const { history } of histories)
    assert.ok(Number(history.loss.at(-1)) < 0.6 * history.loss[0], `${history.loss}`);
  const after = await model.getWeights();
  const changed = Object.keys(before).filter((name) => `${before[name].data}` !== `${after[name].data}`);
  assert.equal(changed, [
    'dense/kernel',
    'dense/bias',
    'batchNormalization/gamma',
    'batchNormalization/beta',
    'batchNormalization/movingMean',
    'batchNormalization/movingVariance',
    'dense_1/kernel',
    'dense_1/bias',
  ]);
  // It can be trained as any other model from there.
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const labels = { data: Uint8Array.from({ length: SAMPLES }, (_, i) => i % 3), shape: [SAMPLES] };
  assert.ok(Number.isFinite((await model.fit(x, labels)).history.loss[0]));
  model.dispose();
});

test('what can not be pre-trained is refused', async () => {
  setCurrentDevice(cpu);
  await rejects(
    () => pretrain(sequential([dense({ units: 2 })]), x),
    /got a model with 1 dense layers; expected a seq/,
  );
  const inputs = input({ shape: [3, 4] });
  const h = dense({ units: 2 })(flatten()(inputs));
  const shared = dense({ units: 2 });
  const twice = graph({ inputs, outputs: shared(shared(h)) });
  await rejects(() => pretrain(twice, x), /in a graph; expected a sequential model/);
  const images = sequential([conv2d({ filters: 1, kernelSize: 1 }), dense({ units: 2 }), dense({ units: 2 })]);
  const pixels = { data: x.data, shape: [SAMPLES, 3, 4, 1] };
  await rejects(() => pretrain(images, pixels), /samples of shape \[3, 4, 1\] before a dense layer; expected vectors/);
  await rejects(() => pretrain(build(), x, { corruption: 1 }), /pretrain: got corruption 1/);
});

test.run();
