// Chooses the batch size by cross-validation, with new random weights for each fold. After npm run build:
//   node examples/batchSize.mjs
import { crossValidate, dense, init, sequential, setSeed, sgd } from 'dawngrad';
import { search } from 'dawngrad/search';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 200, test: 10, thumbnails: true });

function makeModel(learningRate) {
  const hidden = dense({ units: 32, activation: 'relu' }); // its weights are random, and others in every fold
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** The scores of five folds; another seed has other folds and other weights. */
function scoresOf({ batchSize, learningRate }, seed) {
  setSeed(seed);
  const fit = { epochs: 5, batchSize };
  return crossValidate(() => makeModel(learningRate), x, y, { folds: 5, stratify: true, seed, fit });
}

const RATES = [0.03, 0.1, 0.3, 1, 3];
const results = {};
for (const batchSize of [4, 16, 64, 160]) {
  const space = { learningRate: RATES, batchSize: [batchSize] };
  const { best } = await search({ space, sampler: 'grid' }, async (parameters) => {
    return (await scoresOf(parameters, 1)).mean.loss;
  });
  const losses = [];
  for (const seed of [2, 3, 4]) losses.push((await scoresOf(best.parameters, seed)).mean.loss);
  const mean = losses.reduce((sum, loss) => sum + loss) / losses.length;
  results[batchSize] = { learningRate: best.parameters.learningRate, losses, mean };
  console.log(
    `batches of ${String(batchSize).padEnd(3)} rate ${best.parameters.learningRate}: validation loss ${mean.toFixed(3)}, ` +
      `by seed ${losses.map((loss) => loss.toFixed(3)).join(', ')}`,
  );
}

const points = Object.entries(results);
await draw(
  'batchSize',
  [
    {
      title: '200 digits, five folds, five epochs',
      x: { name: 'batch size', log: true, base: 2, min: 2, max: 256 },
      y: { name: 'validation loss' },
      series: [
        { name: 'mean', data: points.map(([size, { mean }]) => [+size, mean]) },
        {
          name: 'each seed',
          type: 'scatter',
          symbolSize: 6,
          data: points.flatMap(([size, { losses }]) => losses.map((loss) => [+size, loss])),
        },
      ],
    },
  ],
  results,
);
device.dispose();
