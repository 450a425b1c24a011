// Trains the network of the lecture's Keras listing, line by line, on a tenth of MNIST. After npm run build:
//   node examples/lecture.mjs
import { activation, adam, batchNormalization, dense, dropout, gradcheck, init, input, sequential } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits, oneHot } from './digits.mjs';

const device = await init({ seed: 1 });
const mnist = await digits({ train: 6000, test: 2000 });
/** Scales pixels to the range from 0 to 1. */
const toUnit = ({ data, shape }) => ({ data: Float32Array.from(data, (byte) => byte / 255), shape });
const [xTrain, yTrain] = [toUnit(mnist.x), oneHot(mnist.y)];
const [xTest, yTest] = [toUnit(mnist.xTest), oneHot(mnist.yTest)];

const network = sequential([
  input({ shape: [784] }),
  dense({ units: 200 }),
  batchNormalization(),
  activation('relu'),
  dropout({ rate: 0.5 }),
  dense({ units: 100 }),
  batchNormalization(),
  activation('relu'),
  dropout({ rate: 0.5 }),
  dense({ units: 10, activation: 'softmax' }),
]);
network.compile({ loss: 'categoricalCrossentropy', optimizer: adam({ learningRate: 0.001 }), metrics: ['accuracy'] });
const { history } = await network.fit(xTrain, yTrain, { batchSize: 128, epochs: 20, validationSplit: 0.1 });
const score = await network.evaluate(xTest, yTest);
console.log(
  `test loss ${score.loss.toFixed(3)}, accuracy ${score.accuracy.toFixed(3)} after 20 epochs of 5,400 digits`,
);

const few = ({ data, shape: [, width] }) => ({ data: data.subarray(0, 4 * width), shape: [4, width] });
const checks = await gradcheck(network, few(xTrain), few(yTrain));
console.log(`${checks.filter(({ ok }) => ok).length} of ${checks.length} gradients agree with float64`);

const panel = (title, name, keys) => ({
  title,
  x: { name: 'epoch' },
  y: { name },
  series: keys.map(([label, key]) => ({ name: label, data: overTime(history[key]) })),
});
await draw('lecture', [
  panel('Loss', 'loss', [
    ['training', 'loss'],
    ['validation', 'val_loss'],
  ]),
  panel('Accuracy', 'accuracy', [
    ['training', 'accuracy'],
    ['validation', 'val_accuracy'],
  ]),
]);
device.dispose();
