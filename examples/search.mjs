// Searches hyper-parameters of a small network with grid, random and TPE. After npm run build: node examples/search.mjs
import { adam, dense, init, sequential, setSeed } from 'dawngrad';
import { trainTestSplit } from 'dawngrad/data';
import { grid, integer, logUniform, search, tpe } from 'dawngrad/search';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';
import { mean } from './updateRules.mjs';

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 800, test: 10, thumbnails: true });
const { train, test: validation } = trainTestSplit(x, y, { testSize: 300, stratify: true, seed: 1 });

const space = { learningRate: logUniform(1e-4, 1), units: integer(4, 64, { log: true }) };

/** The validation loss after two epochs, with new random weights in every trial. */
async function objective({ learningRate, units }) {
  const hidden = dense({ units, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: adam({ learningRate }), loss: 'sparseCategoricalCrossentropy' });
  try {
    await model.fit(train.x, train.y, { epochs: 2, batchSize: 50 });
    return (await model.evaluate(validation.x, validation.y, { batchSize: 300 })).loss;
  } finally {
    model.optimizer.dispose();
    model.dispose();
  }
}

const [TRIALS, SEEDS] = [16, [1, 2, 3]];
const samplers = { grid: grid({ points: 4 }), random: 'random', TPE: tpe({ startup: 6 }) };
const found = {};
const results = {};
for (const [name, sampler] of Object.entries(samplers)) {
  found[name] = [];
  for (const seed of SEEDS) {
    setSeed(seed);
    found[name].push(await search({ space, sampler, trials: TRIALS, seed }, objective));
  }
  const values = found[name].map(({ best }) => best.value);
  results[name] = { values, mean: mean(values), rates: found[name].map(({ best }) => best.parameters.learningRate) };
  console.log(
    `${name.padEnd(6)} best validation loss ${mean(values).toFixed(3)}, by seed ${values.map((v) => v.toFixed(3)).join(', ')}, ` +
      `at rates of ${results[name].rates.map((rate) => rate.toPrecision(2)).join(', ')}`,
  );
}

/** The lowest value up to each trial, the mean over the seeds. */
const bestSoFar = (all) =>
  Array.from({ length: TRIALS }, (_, i) => {
    const lowest = ({ trials }) => Math.min(...trials.slice(0, i + 1).map(({ value = Infinity }) => value));
    return [i + 1, mean(all.map(lowest))];
  });
const series = (pick, options) => Object.entries(found).map(([name, all]) => ({ name, data: pick(all), ...options }));
await draw(
  'search',
  [
    {
      title: 'The best so far, mean of three seeds',
      x: { name: 'trial' },
      y: { name: 'validation loss', max: 1.5 },
      series: series(bestSoFar, { step: 'end' }),
    },
    {
      title: 'Every trial of the first seed',
      x: { name: 'learning rate', log: true },
      y: { name: 'validation loss', log: true },
      series: series(([{ trials }]) => trials.map(({ parameters, value }) => [parameters.learningRate, value]), {
        type: 'scatter',
        symbolSize: 6,
      }),
    },
  ],
  results,
);
device.dispose();
