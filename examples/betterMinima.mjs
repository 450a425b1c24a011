// Asks whether momentum finds better minima than Adam: the test accuracy of a small network, trained to the end by each rule
// at the learning rate with the best validation accuracy. After npm run build: node examples/betterMinima.mjs
import { adam, dense, init, sequential, setSeed, sgd } from 'dawngrad';
import { trainTestSplit } from 'dawngrad/data';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';
import { bestRate, mean } from './updateRules.mjs';

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 1000, test: 2000, thumbnails: true });
const { train, test: validation } = trainTestSplit(x, y, { testSize: 400, stratify: true, seed: 1 });
const EPOCHS = 15;
const SEEDS = [2, 3, 4, 5, 6];

/** The loss on the training set, and the accuracies on validation and test set. */
async function scoresOf(optimizer, seed) {
  setSeed(seed); // the same initial weights and order of images for all rules
  const hidden = dense({ units: 32, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(train.x, train.y, { epochs: EPOCHS, batchSize: 60, terminateOnNaN: false });
  const [valid, test] = [
    await model.evaluate(validation.x, validation.y),
    await model.evaluate(xTest, yTest, { batchSize: 500 }),
  ];
  model.dispose();
  return { loss: history.loss.at(-1), validation: valid.accuracy, test: test.accuracy };
}

const rules = {
  SGD: (learningRate) => sgd({ learningRate }),
  momentum: (learningRate) => sgd({ learningRate, momentum: 0.9 }),
  Nesterov: (learningRate) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
  Adam: (learningRate) => adam({ learningRate }),
};
const results = {};
async function measure(name, make, learningRate) {
  const scores = [];
  for (const seed of SEEDS) scores.push(await scoresOf(make(learningRate), seed));
  const tests = scores.map(({ test }) => 100 * test);
  const average = mean(tests);
  const deviation = Math.sqrt(mean(tests.map((test) => (test - average) ** 2)) * (SEEDS.length / (SEEDS.length - 1)));
  results[name] = { learningRate, loss: mean(scores.map(({ loss }) => loss)), tests, mean: average, deviation };
  console.log(
    `${name}, rate ${learningRate.toPrecision(2)}: training loss ${results[name].loss.toFixed(3)}, test accuracy ` +
      `${average.toFixed(1)} ± ${deviation.toFixed(1)} % over ${SEEDS.length} seeds`,
  );
}
for (const [name, make] of Object.entries(rules)) {
  const { learningRate } = await bestRate(0.003, 1, async (rate) => 1 - (await scoresOf(make(rate), 1)).validation);
  await measure(name, make, learningRate);
}
await measure('Adam 0.001', rules.Adam, 0.001);

await draw(
  'betterMinima',
  [
    {
      title: '600 digits, 15 epochs, five seeds',
      x: { name: 'training loss', log: true },
      y: { name: 'test accuracy (%)' },
      series: Object.entries(results).map(([name, { loss, tests }]) => ({
        name,
        type: 'scatter',
        symbolSize: 7,
        data: tests.map((test) => [loss, test]),
      })),
    },
  ],
  results,
);
device.dispose();
