// Finds good learning rates with the range test: the rate grows with every minibatch, and the validation loss shows where
// learning begins and where it diverges. After npm run build: node examples/learningRate.mjs
import { adam, dense, findLearningRate, init, sequential, setSeed, sgd } from 'dawngrad';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 4000, test: 500, thumbnails: true });
const test = { minLearningRate: 1e-4, maxLearningRate: 30, steps: 60, batchSize: 50 };

const panels = [];
const results = {};
for (const [name, make] of Object.entries({ SGD: sgd, Adam: adam })) {
  results[name] = { validation: [], training: [] };
  for (const seed of [1, 2, 3]) {
    const found = {};
    for (const [kind, options] of Object.entries({ training: {}, validation: { validationData: [xTest, yTest] } })) {
      setSeed(seed); // the same initial weights and minibatches for both losses
      const hidden = dense({ units: 32, activation: 'relu' });
      const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
      model.compile({ optimizer: make(), loss: 'sparseCategoricalCrossentropy' });
      found[kind] = await findLearningRate(model, x, y, { ...test, ...options });
      const { low, high } = found[kind].suggestion ?? {};
      results[name][kind].push({ low, high });
      console.log(
        `${name}, seed ${seed}, ${kind} loss: falls between rates of ${low?.toPrecision(2)} and ${high?.toPrecision(2)}`,
      );
      model.dispose();
    }
    if (seed > 1) continue;
    const { suggestion, learningRates, losses } = found.validation;
    const at = (rate) => losses[learningRates.findIndex((each) => each >= rate * 0.999)];
    panels.push({
      title: `${name}: the rate grows with every step`,
      x: { name: 'learning rate', log: true },
      y: { name: 'loss', min: 0, max: 5 },
      series: [
        ...Object.entries(found).map(([kind, each]) => ({
          name: kind,
          data: each.learningRates.map((rate, i) => [rate, each.losses[i]]),
        })),
        {
          name: 'suggested',
          type: 'scatter',
          symbolSize: 8,
          data: [suggestion.low, suggestion.high].map((rate) => [rate, at(rate)]),
        },
      ],
    });
  }
}
await draw('learningRate', panels, results);
device.dispose();
