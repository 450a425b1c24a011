// Searches hyper-parameters of a small network with grid, random and TPE. After npm run build: node examples/search.mjs
import { adam, dense, dropout, init, sequential, setSeed } from 'dawngrad';
import { trainTestSplit } from 'dawngrad/data';
import { grid, integer, logUniform, search, tpe, uniform } from 'dawngrad/search';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 1500 });
const { train, test: validation } = trainTestSplit(x, y, { testSize: 500, stratify: true, seed: 1 });

const space = {
  learningRate: logUniform(1e-4, 1),
  units: integer(8, 64),
  rate: uniform(0, 0.6),
};

/** The validation loss after three epochs. */
async function objective({ learningRate, units, rate }) {
  setSeed(1); // the same initial weights for the same number of units
  const hidden = [dense({ units, activation: 'relu' }), dropout({ rate })];
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: adam({ learningRate }), loss: 'sparseCategoricalCrossentropy' });
  try {
    await model.fit(train.x, train.y, { epochs: 3, batchSize: 50 });
    return (await model.evaluate(validation.x, validation.y, { batchSize: 500 })).loss;
  } finally {
    model.optimizer.dispose();
    model.dispose();
  }
}

const TRIALS = 27;
const samplers = { grid: grid({ points: 3 }), random: 'random', TPE: tpe({ startup: 8 }) };
const results = {};
for (const [name, sampler] of Object.entries(samplers)) {
  results[name] = await search({ space, sampler, trials: TRIALS, seed: 1 }, objective);
  const { value, parameters, number } = results[name].best;
  console.log(
    `${name.padEnd(6)} validation loss ${value.toFixed(3)} in trial ${number + 1}: ${JSON.stringify(parameters)}`,
  );
}

/** The lowest value up to each trial. */
function bestSoFar({ trials }) {
  let best = Infinity;
  return trials.map(({ number, value = Infinity }) => {
    best = Math.min(best, value);
    return [number + 1, best];
  });
}

const series = (pick, options) =>
  Object.entries(results).map(([name, result]) => ({ name, data: pick(result), ...options }));
const loss = { name: 'validation loss', log: true };
await draw('search', [
  {
    title: 'The best so far',
    x: { name: 'trial' },
    y: { name: 'validation loss', min: 0.35, max: 0.65 },
    series: series(bestSoFar, { step: 'end' }),
  },
  {
    title: 'Every trial',
    x: { name: 'learning rate', log: true },
    y: loss,
    series: series(({ trials }) => trials.map(({ parameters, value }) => [parameters.learningRate, value]), {
      type: 'scatter',
      symbolSize: 6,
    }),
  },
]);
device.dispose();
