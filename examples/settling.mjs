// Shows that online gradient descent does not settle at a constant rate, even from the minimum on. After npm run build:
//   node examples/settling.mjs
import { adam, dense, init, sequential, setSeed, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits, oneHot } from './digits.mjs';

const [TRAIN, EPOCHS] = [256, 8];
const device = await init({ seed: 1 });
const { x, y: classes, normalised } = await digits({ train: TRAIN, test: 10, thumbnails: true });
const y = oneHot(classes);

/** Linear regression of the classes: the loss has a single minimum, which 400 full steps of Adam find. */
const linear = (optimizer) => {
  const model = sequential([normalised(), dense({ units: 10 })]);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
};
const atMinimum = linear(adam({ learningRate: 0.03 }));
await atMinimum.fit(x, y, { epochs: 400, batchSize: TRAIN });
const minimum = (await atMinimum.evaluate(x, y, { batchSize: TRAIN })).loss;
const weights = await atMinimum.getWeights();
console.log(`loss at the minimum: ${minimum.toFixed(4)}`);

const runs = {
  'online, rate 0.05': { batchSize: 1, learningRate: 0.05 },
  'online, rate 0.005': { batchSize: 1, learningRate: 0.005 },
  'minibatches of 16, rate 0.05': { batchSize: 16, learningRate: 0.05 },
  'all images, rate 0.05': { batchSize: TRAIN, learningRate: 0.05 },
};
const series = [];
const results = { minimum, excess: {} };
for (const [name, { batchSize, learningRate }] of Object.entries(runs)) {
  const excess = []; // above the minimum, in percent, after each epoch of each seed
  for (const seed of [1, 2, 3]) {
    setSeed(seed); // another order of the images
    const model = linear(sgd({ learningRate }));
    model.setWeights(weights);
    const { history } = await model.fit(x, y, { epochs: EPOCHS, batchSize, validationData: [x, y] });
    const percent = history.val_loss.map((loss) => Math.max(0, 100 * (loss / minimum - 1)));
    excess.push(...percent);
    if (seed === 1) series.push({ name, data: overTime(percent.map((value) => Math.max(value, 0.01))) });
    model.dispose();
  }
  results.excess[name] = { least: Math.min(...excess), most: Math.max(...excess) };
  console.log(
    `${name}: ${results.excess[name].least.toFixed(2)} to ${results.excess[name].most.toFixed(2)} % above the minimum`,
  );
}
await draw(
  'settling',
  [
    {
      title: 'Training that begins at the minimum',
      x: { name: 'epoch', interval: 1 },
      y: { name: 'loss above the minimum (%)', log: true, min: 0.01, max: 100 },
      series,
    },
  ],
  results,
);
device.dispose();
