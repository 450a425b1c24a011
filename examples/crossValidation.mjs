// Chooses the size of a network by cross-validation on few samples. After npm run build: node examples/crossValidation.mjs
import { adam, crossValidate, dense, init, sequential, setSeed } from 'dawngrad';
import { kFold, samplesAt } from 'dawngrad/data';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';
import { mean } from './updateRules.mjs';

const [FOLDS, COUNT] = [5, 400];

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 3 * COUNT, test: 10_000, thumbnails: true });
const fit = { epochs: 12, batchSize: 40 };
const range = (start, count) => Array.from({ length: count }, (_, i) => start + i);
/** The first half of MNIST's test set is harder than the second. */
const halves = [0, 5000].map((start) => [xTest, yTest].map((samples) => samplesAt(samples, range(start, 5000))));

// The number of ones in each fold of 400 images, with and without stratification.
const first = y.data.subarray(0, COUNT);
for (const [name, samples] of Object.entries({ 'at random': COUNT, stratified: { data: first, shape: [COUNT] } })) {
  const ones = kFold(samples, { folds: FOLDS }).map(({ test }) => test.filter((i) => first[i] === 1).length);
  console.log(`ones in each fold, ${name.padEnd(10)}: ${ones.join(' ')}`);
}

function makeModel(units) {
  const hidden = dense({ units, activation: 'relu' }); // its weights are random: others in every fold
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  const optimizer = adam({ learningRate: 0.01 });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const results = {};
const folds = [];
for (const units of [2, 8, 32, 128]) {
  const [estimates, tests] = [[], [[], []]];
  for (const seed of [0, 1, 2]) {
    setSeed(seed);
    const images = range(seed * COUNT, COUNT); // other images for each seed
    const [xPart, yPart] = [samplesAt(x, images), samplesAt(y, images)];
    const { scores, mean: estimate } = await crossValidate(() => makeModel(units), xPart, yPart, {
      folds: FOLDS,
      stratify: true,
      seed,
      fit,
    });
    const whole = makeModel(units);
    await whole.fit(xPart, yPart, fit);
    for (const [i, half] of halves.entries()) {
      tests[i].push((await whole.evaluate(...half, { batchSize: 500 })).accuracy);
    }
    whole.dispose();
    estimates.push(estimate.accuracy);
    folds.push(...scores.map(({ accuracy }) => [units, accuracy]));
  }
  results[units] = { estimates, estimate: mean(estimates), halves: tests.map(mean), test: mean(tests.flat()) };
  const percent = (shares) => shares.map((share) => (100 * share).toFixed(1)).join(', ');
  console.log(
    `${String(units).padStart(3)} units: ${percent([mean(estimates)])} % in cross-validation (by seed ${percent(estimates)}); ` +
      `trained on all ${COUNT}, ${percent([mean(tests.flat())])} % on the test set (its halves: ${percent(tests.map(mean))})`,
  );
}

const means = (key) => Object.entries(results).map(([units, each]) => [+units, each[key]]);
await draw(
  'crossValidation',
  [
    {
      title: '400 images, five folds, three seeds',
      x: { name: 'hidden units', log: true, base: 2, min: 2, max: 128 },
      y: { name: 'accuracy' },
      series: [
        { name: 'mean of the folds', data: means('estimate') },
        { name: 'test set', dashed: true, data: means('test') },
        { name: 'each fold', type: 'scatter', symbolSize: 5, data: folds },
      ],
    },
  ],
  results,
);
device.dispose();
