// Anneals the learning rate of SGD, each way from its best first rate. After npm run build: node examples/annealing.mjs
import {
  cosineDecay,
  dense,
  exponentialDecay,
  init,
  learningRateScheduler,
  reduceLROnPlateau,
  sequential,
  setSeed,
  sgd,
  warmup,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';
import { bestRate, mean } from './updateRules.mjs';

const [TRAIN, BATCH, EPOCHS] = [800, 10, 5];
const STEPS = (TRAIN / BATCH) * EPOCHS;
const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: TRAIN, test: 1000, thumbnails: true });
const cosine = (rate) => cosineDecay({ initialLearningRate: rate, decaySteps: 0.9 * STEPS });
const runs = {
  constant: {},
  'mean of weights': { useEma: true, emaMomentum: 0.98, emaOverwriteFrequency: TRAIN / BATCH },
  exponential: {
    schedule: (rate) => exponentialDecay({ initialLearningRate: rate, decaySteps: STEPS, decayRate: 0.02 }),
  },
  cosine: { schedule: (rate) => warmup({ warmupSteps: STEPS / 10, learningRate: cosine(rate) }) },
  'by epoch': { callback: () => learningRateScheduler((_, rate) => 0.7 * rate) },
  plateau: { callback: () => reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 1 }) },
};

/** The validation loss after each epoch. */
async function lossesOf({ schedule = (rate) => rate, callback, ...options }, rate, seed) {
  setSeed(seed); // the same initial weights and order of images for all
  const hidden = dense({ units: 32, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  const optimizer = sgd({ learningRate: schedule(rate), ...options });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  const callbacks = callback === undefined ? [] : [callback()];
  const fit = { epochs: EPOCHS, batchSize: BATCH, validationData: [xTest, yTest], callbacks };
  const { history } = await model.fit(x, y, fit);
  model.dispose();
  return history.val_loss;
}

const results = {};
const curves = {};
const grids = {};
for (const [name, options] of Object.entries(runs)) {
  const { learningRate, trials } = await bestRate(0.03, 1, async (rate) => (await lossesOf(options, rate, 1)).at(-1));
  grids[name] = trials.map(({ parameters, value }) => [parameters.learningRate, value]);
  const all = [];
  for (const seed of [2, 3, 4]) all.push(await lossesOf(options, learningRate, seed));
  const ends = all.map((losses) => losses.at(-1));
  results[name] = { learningRate, ends, mean: mean(ends), grid: grids[name].map(([, loss]) => loss) };
  curves[name] = all[0].map((_, epoch) => mean(all.map((losses) => losses[epoch])));
  console.log(
    `${name.padEnd(16)} best first rate ${learningRate.toPrecision(2)}: validation loss ${mean(ends).toFixed(3)}, ` +
      `by seed ${ends.map((loss) => loss.toFixed(3)).join(', ')}`,
  );
}
const loss = { name: 'validation loss', min: 0.6 };
const rates = { name: 'first learning rate', log: true, min: 0.03, max: 1 };
const series = (data, pick) => Object.entries(data).map(([name, each]) => ({ name, data: pick(each) }));
await draw(
  'annealing',
  [
    {
      title: 'By epoch, each at its best rate, three seeds',
      x: { name: 'epoch' },
      y: loss,
      series: series(curves, overTime),
    },
    { title: 'After five epochs, by first rate, one seed', x: rates, y: loss, series: series(grids, (grid) => grid) },
  ],
  results,
);
device.dispose();
