// Finds good learning rates with the range test. After npm run build: node examples/learningRate.mjs
import {
  activation,
  adam,
  batchNormalization,
  dense,
  dropout,
  findLearningRate,
  init,
  sequential,
  setSeed,
  sgd,
} from 'dawngrad';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 12_800, test: 100 });

const series = [];
for (const [name, optimizer] of Object.entries({ SGD: sgd(), Adam: adam() })) {
  setSeed(1);
  const block = (units) => [dense({ units }), batchNormalization(), activation('relu'), dropout({ rate: 0.5 })];
  const model = sequential([normalised(), ...block(200), ...block(100), dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  const found = await findLearningRate(model, x, y, {
    minLearningRate: 1e-5,
    maxLearningRate: 10,
    steps: 150,
    batchSize: 128,
  });
  const ends = found.suggestion === undefined ? [] : [found.suggestion.low, found.suggestion.high];
  const range = ends.map((rate) => rate.toPrecision(2)).join(' and ');
  console.log(`${name}: ${range === '' ? 'the loss does not fall' : `the loss falls between rates of ${range}`}`);
  const at = (rate) => found.losses[found.learningRates.findIndex((each) => each >= rate)];
  series.push({ name, data: found.learningRates.map((rate, i) => [rate, found.losses[i]]) });
  series.push({ name: `${name}, suggested`, type: 'scatter', symbolSize: 8, data: ends.map((r) => [r, at(r)]) });
  model.dispose();
}
await draw('learningRate', [
  {
    title: 'The rate grows with every step',
    x: { name: 'learning rate', log: true },
    y: { name: 'smoothed loss' },
    series,
  },
]);
device.dispose();
