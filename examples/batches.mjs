// Compares online, minibatch and batch gradient descent. After npm run build: node examples/batches.mjs
import { dense, init, sequential, setSeed, sgd } from 'dawngrad';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';
import { bestRate, mean } from './updateRules.mjs';

const [TRAIN, EPOCHS, DIVERGED] = [256, 4, 99];
const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: TRAIN, test: 1000, thumbnails: true });

const sizes = {
  '1 image': { batchSize: 1 },
  '32 images': { batchSize: 32 },
  '4 x 8 images': { batchSize: 8, gradientAccumulationSteps: 4 },
  'all 256': { batchSize: TRAIN },
};

/** The test loss after each epoch, and the number of updates. */
async function run({ batchSize, ...options }, seed) {
  setSeed(seed); // the same initial weights and order of images for all sizes
  const hidden = dense({ units: 32, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd(options), loss: 'sparseCategoricalCrossentropy' });
  const fit = { epochs: EPOCHS, batchSize, validationData: [xTest, yTest], terminateOnNaN: false };
  const { history } = await model.fit(x, y, fit);
  const { iterations: updates } = model.optimizer;
  model.dispose();
  return { loss: history.val_loss, updates };
}

const results = {};
const curves = {};
for (const [name, options] of Object.entries(sizes)) {
  // The gradient of fewer images is noisier, so its best learning rate is smaller.
  const { learningRate, trials } = await bestRate(0.001, 10, async (rate) => {
    return (await run({ ...options, learningRate: rate }, 1)).loss.at(-1) || DIVERGED;
  });
  const runs = [];
  for (const seed of [2, 3, 4]) runs.push(await run({ ...options, learningRate }, seed));
  const [{ updates }] = runs;
  const losses = runs.map(({ loss }) => loss.at(-1));
  results.rates ??= trials.map(({ parameters }) => parameters.learningRate);
  results[name] = { learningRate, updates, losses, mean: mean(losses) };
  curves[name] = runs[0].loss;
  console.log(
    `${name.padEnd(16)} rate ${learningRate.toPrecision(2)}, ${updates} updates: test loss ` +
      `${results[name].mean.toFixed(3)}, by seed ${losses.map((loss) => loss.toFixed(3)).join(', ')}`,
  );
}

const panel = (title, x, at) => ({
  title,
  x,
  y: { name: 'test loss', min: 0.5, max: 2.5 },
  series: Object.entries(curves).map(([name, loss], i) => ({
    name,
    type: 'line', // names above the panel
    dashed: i === 2,
    data: loss.map((value, epoch) => [at(epoch + 1, results[name].updates / EPOCHS), value]),
  })),
});
await draw(
  'batches',
  [
    panel('By epochs', { name: 'epoch' }, (epoch) => epoch),
    panel('By updates', { name: 'updates', log: true }, (epoch, updates) => epoch * updates),
  ],
  results,
);
device.dispose();
