import { getLoss } from '../src/nn/losses/get.ts';
import {
  activation,
  adam,
  batchNormalization,
  compile,
  dense,
  dropout,
  type Model,
  oneHot,
  randomUniform,
  sequential,
  tensor,
} from '../src/node.ts';
import { trainStep } from '../src/train/loop/trainStep.ts';
import { device, type Row, suite, wanted } from './harness.ts';

/** The lecture's network: 784-200-100-10 with batch normalisation, ReLU and dropout. */
function lectureNetwork(): Model {
  const block = (units: number) => [dense({ units }), batchNormalization(), activation('relu'), dropout({ rate: 0.5 })];
  return sequential([...block(200), ...block(100), dense({ units: 10, activation: 'softmax' })]);
}

function row(batchSize: number): Row {
  const model = lectureNetwork();
  const x = randomUniform([batchSize, 784]);
  const labels = tensor(Int32Array.from({ length: batchSize }, (_, i) => i % 10));
  const y = oneHot(labels, 10);
  const trainable = { network: model, optimizer: adam(), loss: getLoss('categoricalCrossentropy'), metrics: [] };
  model.build([784]);
  const step = compile(() => trainStep(trainable, { x, y })[0].value);
  return {
    name: `one step of the lecture's network, batch ${batchSize}`,
    work: 1,
    unit: 'steps/s',
    run: step,
    check: async () => {
      const before = await step().item();
      for (let i = 0; i < 20; i++) step().dispose();
      const after = await step().item();
      if (!(after < before)) throw new Error(`training does not reduce the loss: ${before}, then ${after}`);
    },
  };
}

if ('training step'.includes(wanted)) await suite('training step', [row(128), row(1024)]);
device.dispose();
