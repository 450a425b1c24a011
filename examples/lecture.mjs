// The network of the lecture's Keras listing, line by line, on a tenth of MNIST. After npm run build:
//   node examples/lecture.mjs
import { activation, adam, batchNormalization, dense, dropout, gradcheck, init, input, sequential } from 'dawngrad';
import { loadMnist } from 'dawngrad/data';
import { draw, overTime } from './charts.mjs';

const [TRAIN, TEST, CLASSES] = [6000, 2000, 10];

const device = await init({ seed: 1 });
const mnist = await loadMnist();

/** Pixels from 0 to 1, and a row of 0 and 1 for each class. */
function prepare({ images, labels }, count) {
  const pixels = Float32Array.from(images.data.subarray(0, count * 784), (byte) => byte / 255);
  const rows = new Float32Array(count * CLASSES);
  for (let i = 0; i < count; i++) rows[i * CLASSES + labels.data[i]] = 1;
  return [
    { data: pixels, shape: [count, 784] },
    { data: rows, shape: [count, CLASSES] },
  ];
}
const [xTrain, yTrain] = prepare(mnist.train, TRAIN);
const [xTest, yTest] = prepare(mnist.test, TEST);

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
