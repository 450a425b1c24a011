// Compares remedies against overfitting on 1,000 images. After npm run build: node examples/overfitting.mjs
import { adam, dense, dropout, gaussianNoise, init, l1, l1l2, l2, maxNorm, sequential, setSeed } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits, largestNorm } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 1000, test: 1000 });

const remedies = {
  none: {},
  L2: { layer: { kernelRegularizer: l2(1e-3) } },
  L1: { layer: { kernelRegularizer: l1(2e-4) } },
  'L1 and L2': { layer: { kernelRegularizer: l1l2({ l1: 1e-4, l2: 1e-3 }), biasRegularizer: l2(1e-3) } },
  'max-norm': { layer: { kernelConstraint: maxNorm({ maxValue: 1 }) } },
  dropout: { rate: 0.5 },
  'Gaussian noise': { stddev: 0.5 },
  'weight decay': { optimizer: { weightDecay: 0.5, parameterGroups: [{ match: 'bias', weightDecay: 0 }] } },
};

const results = [];
for (const [name, { layer, rate, stddev, optimizer }] of Object.entries(remedies)) {
  setSeed(1);
  const hidden = (units) => [dense({ units, activation: 'relu', ...layer }), ...(rate ? [dropout({ rate })] : [])];
  const noise = stddev ? [gaussianNoise({ stddev })] : [];
  const model = sequential([
    normalised(),
    ...noise,
    ...hidden(200),
    ...hidden(100),
    dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 1e-3, ...optimizer }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const { history } = await model.fit(x, y, { epochs: 15, batchSize: 50, validationData: [xTest, yTest] });
  const data = history.loss.map((loss, i) => loss - (history.penalty?.[i] ?? 0));
  const test = history.val_loss.map((loss, i) => loss - (history.val_penalty?.[i] ?? 0));
  const weights = (await model.getWeights())['dense/kernel'];
  const kernel = weights.data;
  results.push({ name, training: data, test, accuracy: history.val_accuracy, kernel });
  const zero = kernel.filter((w) => Math.abs(w) < 1e-3).length / kernel.length;
  console.log(
    `${name.padEnd(14)} training loss ${data.at(-1).toFixed(3)}, test loss ${test.at(-1).toFixed(3)}, ` +
      `test accuracy ${history.val_accuracy.at(-1).toFixed(4)}; first layer: ${(100 * zero).toFixed(0)} % of the weights ` +
      `below 0.001, largest norm of a unit ${largestNorm(weights).toFixed(2)}`,
  );
  model.dispose();
}

/** The share of weights in each of 41 bins from -0.1 to 0.1. */
function histogram(values) {
  const [bins, range] = [41, 0.1];
  const counts = new Array(bins).fill(0);
  for (const v of values) if (Math.abs(v) <= range) counts[Math.round(((v / range + 1) / 2) * (bins - 1))]++;
  return counts.map((count, i) => [((2 * i) / (bins - 1) - 1) * range, Math.max(count / values.length, 1e-5)]);
}

const x1 = { name: 'epoch' };
const curves = (title, y, pick) => ({
  title,
  x: x1,
  y,
  series: results.map((each) => ({ name: each.name, data: pick(each) })),
});
await draw('overfitting', [
  curves('Training loss', { name: 'loss', log: true, min: 1e-4 }, ({ training }) => overTime(training)),
  curves('Test loss', { name: 'loss', min: 0.2, max: 0.7 }, ({ test }) => overTime(test)),
  curves('Test accuracy', { name: 'accuracy', min: 0.7, max: 0.9 }, ({ accuracy }) => overTime(accuracy)),
  {
    title: 'Weights of the first layer',
    x: { name: 'weight' },
    y: { name: 'share', log: true },
    series: results.map(({ name, kernel }) => ({ name, data: histogram(kernel) })),
  },
]);
device.dispose();
