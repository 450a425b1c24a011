// Trains three published settings for MNIST on a twelfth of the digits. After npm run build:
//   node examples/settings.mjs
// Nielsen (2015), "Neural Networks and Deep Learning", chapters 1 and 3; Srivastava et al. (2014), "Dropout".
import { dense, dropout, init, initializers, l2, maxNorm, normalization, sequential, setSeed, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits, largestNorm, oneHot } from './digits.mjs';

const TRAIN = 5000;
const CLASSES = 10;

const device = await init({ seed: 1 });
const { x, y, xTest, yTest } = await digits({ train: TRAIN, test: 1000 });
const toUnit = () => normalization({ axis: null, mean: 0, variance: 255 ** 2, inputShape: [784] }); // bytes to [0, 1]

const logistic = (units, options) => dense({ units, activation: 'sigmoid', ...options });
const ofDeviation1 = { kernelInitializer: initializers.randomNormal({ stddev: 1 }) };
const ofVariance1 = {
  kernelInitializer: initializers.varianceScaling({ scale: 1, mode: 'fanIn', distribution: 'untruncatedNormal' }),
};
// The book sums the loss over ten outputs, Keras averages it. Learning rates are therefore 10 times the book's, but 5 times for
// its squared error, which has a factor of 1/2. The book's lambda of 5 for 50,000 images is 0.5 for 5,000: the weights then
// shrink equally per step.
const decayed = { ...ofVariance1, kernelRegularizer: l2((5 * TRAIN) / 50_000 / (2 * TRAIN) / CLASSES) };
const rectified = { activation: 'relu', kernelConstraint: maxNorm({ maxValue: 3 }) };

const settings = {
  'Nielsen, chapter 1': {
    layers: [logistic(30, ofDeviation1), logistic(CLASSES, ofDeviation1)],
    optimizer: sgd({ learningRate: 5 * 3 }),
    loss: 'meanSquaredError',
    batchSize: 10,
  },
  'Nielsen, chapter 3': {
    layers: [logistic(100, decayed), logistic(CLASSES, decayed)],
    optimizer: sgd({ learningRate: 10 * 0.5 }),
    loss: 'binaryCrossentropy',
    batchSize: 10,
  },
  Srivastava: {
    layers: [
      dropout({ rate: 0.2 }),
      ...[1, 2].flatMap(() => [dense({ units: 256, ...rectified }), dropout({ rate: 0.5 })]),
      dense({ units: CLASSES, activation: 'softmax' }),
    ],
    optimizer: sgd({ learningRate: 0.01, momentum: 0.95 }),
    loss: 'categoricalCrossentropy',
    batchSize: 20,
  },
};

const series = [];
for (const [name, { layers, optimizer, loss, batchSize }] of Object.entries(settings)) {
  setSeed(1); // independent of earlier runs
  const model = sequential([toUnit(), ...layers]);
  model.compile({ optimizer, loss, metrics: ['categoricalAccuracy'] });
  const validationData = [xTest, oneHot(yTest)];
  const { history } = await model.fit(x, oneHot(y), { epochs: 6, batchSize, validationData });
  const accuracy = history.val_categoricalAccuracy;
  console.log(
    `${name.padEnd(18)} test accuracy after each epoch: ${accuracy.map((a) => (100 * a).toFixed(1)).join(' ')} %`,
  );
  const kernels = Object.entries(await model.getWeights()).filter(([weight]) => weight.endsWith('/kernel'));
  const norms = kernels.map(([, kernel]) => largestNorm(kernel).toFixed(2));
  console.log(`${name.padEnd(18)} largest norm of a unit's weights, layer by layer: ${norms.join(' ')}`);
  series.push({ name, data: overTime(accuracy) });
  model.dispose();
}
await draw('settings', [{ title: 'Test accuracy', x: { name: 'epoch' }, y: { name: 'accuracy' }, series }]);
device.dispose();
