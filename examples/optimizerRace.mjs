// Compares optimizers on thumbnails of MNIST, each with its best learning rate of a grid from 0.001 to 100.
// After npm run build: node examples/optimizerRace.mjs
import { dense, init, sequential, setSeed } from 'dawngrad';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';
import { bestRate, DRAWN, mean, rules } from './updateRules.mjs';

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 800, test: 10, thumbnails: true });
const DIVERGED = 99;

/** The training loss of a small network after two epochs, 40 steps. */
async function lossOf(optimizer, seed) {
  setSeed(seed); // the same initial weights and order of images for all rules
  const hidden = dense({ units: 32, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  await model.fit(x, y, { epochs: 2, batchSize: 40, terminateOnNaN: false });
  const { loss } = await model.evaluate(x, y, { batchSize: 800 });
  model.dispose();
  return Math.min(loss || DIVERGED, DIVERGED);
}

const results = {};
const grids = {};
for (const [name, make] of Object.entries(rules)) {
  const { learningRate, trials } = await bestRate(0.001, 100, (rate) => lossOf(make({ learningRate: rate }), 1));
  const losses = [];
  for (const seed of [2, 3, 4]) losses.push(await lossOf(make({ learningRate }), seed));
  results[name] = { learningRate, mean: mean(losses), least: Math.min(...losses), most: Math.max(...losses) };
  grids[name] = trials.map(({ parameters, value }) => [parameters.learningRate, value]);
  console.log(
    `${name.padEnd(9)} best rate ${learningRate.toPrecision(2).padEnd(6)} training loss ${mean(losses).toFixed(3)}, ` +
      `by seed ${losses.map((loss) => loss.toFixed(3)).join(' ')}`,
  );
}
console.log(`rates: ${grids.SGD.map(([rate]) => rate.toPrecision(2)).join(', ')}`);

const mark = (name) => ({
  color: '#0072b2',
  endLabel: { show: true, formatter: name, fontSize: 10 },
  labelLayout: {}, // labels stay beside their lines
});
await draw(
  'optimizerRace',
  [
    {
      title: '800 digits, 40 steps of 40 images',
      x: { name: 'learning rate', log: true, min: 0.001, max: 100 },
      y: { name: 'training loss', log: true, min: 0.1, max: 10 },
      series: DRAWN.map((name) => ({ name, data: grids[name] })),
    },
    {
      title: 'At the best rate: three seeds and their mean',
      x: { name: 'training loss', min: 0.25, max: 0.7 },
      y: { min: 0, max: 13, interval: 13 },
      series: Object.entries(results).flatMap(([name, { mean, least, most }], i) => [
        { data: [least, most].map((loss) => [loss, 12 - i]), ...mark(name) },
        { type: 'scatter', symbolSize: 6, data: [[mean, 12 - i]], color: '#0072b2' },
      ]),
    },
  ],
  results,
);
device.dispose();
