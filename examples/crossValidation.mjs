// Chooses the size of a network by cross-validation on few samples. After npm run build: node examples/crossValidation.mjs
import { adam, crossValidate, dense, init, sequential, setSeed } from 'dawngrad';
import { kFold } from 'dawngrad/data';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';

const FOLDS = 5;

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 500, test: 2000 });
const fit = { epochs: 15, batchSize: 50 };

// The number of ones in each fold, with and without stratification.
for (const [name, samples] of Object.entries({ 'at random': x.shape[0], stratified: y })) {
  const ones = kFold(samples, { folds: FOLDS }).map(({ test }) => test.filter((i) => y.data[i] === 1).length);
  console.log(`ones in each fold, ${name.padEnd(10)}: ${ones.join(' ')}`);
}

function makeModel(units) {
  setSeed(1); // the same initial weights in every fold
  const hidden = dense({ units, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const results = [];
for (const units of [2, 8, 32, 128]) {
  const { scores, mean, deviation } = await crossValidate(() => makeModel(units), x, y, {
    folds: FOLDS,
    stratify: true,
    fit,
  });
  const whole = makeModel(units);
  await whole.fit(x, y, fit);
  const test = await whole.evaluate(xTest, yTest, { batchSize: 500 });
  whole.dispose();
  results.push({ units, scores, mean, test });
  console.log(
    `${String(units).padStart(2)} units: accuracy ${mean.accuracy.toFixed(3)} ± ${deviation.accuracy.toFixed(3)} over ` +
      `${FOLDS} folds; trained on all, ${test.accuracy.toFixed(3)} on 2,000 test images`,
  );
}

await draw('crossValidation', [
  {
    title: '500 images, five folds',
    x: { name: 'hidden units', log: true, base: 2, min: 2, max: 128 },
    y: { name: 'accuracy' },
    series: [
      { name: 'mean of the folds', data: results.map(({ units, mean }) => [units, mean.accuracy]) },
      { name: 'test set', dashed: true, data: results.map(({ units, test }) => [units, test.accuracy]) },
      {
        name: 'each fold',
        type: 'scatter',
        symbolSize: 6,
        data: results.flatMap(({ units, scores }) => scores.map(({ accuracy }) => [units, accuracy])),
      },
    ],
  },
]);
device.dispose();
