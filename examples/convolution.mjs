// Compares a dense network with convolutional networks of the same size. After npm run build: node examples/convolution.mjs
import {
  activation,
  adam,
  averagePool2d,
  conv2d,
  dense,
  depthwiseConv2d,
  flatten,
  init,
  maxPool2d,
  reshape,
  sequential,
  setSeed,
  spatialDropout2d,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 2000, test: 1000 });

const stage = (filters, rate) => [
  conv2d({ filters, kernelSize: 3, padding: 'same' }),
  activation('relu'),
  maxPool2d({ poolSize: 2 }),
  ...(rate > 0 ? [spatialDropout2d({ rate })] : []),
];
const convolutional = (rate) => [reshape({ shape: [28, 28, 1] }), ...stage(8, 0), ...stage(16, rate), flatten()];

/** One filter per channel, then a 1 x 1 convolution that mixes channels: fewer weights than full filters. */
const separable = (filters) => [
  depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
  conv2d({ filters, kernelSize: 1, activation: 'relu' }),
];

/** Each has about the same number of weights. */
const networks = {
  dense: () => [dense({ units: 11, activation: 'relu' })],
  convolutional: () => convolutional(0),
  'with spatial dropout': () => convolutional(0.3),
  separable: () => [
    reshape({ shape: [28, 28, 1] }),
    ...stage(8, 0),
    ...separable(16),
    averagePool2d({ poolSize: 2 }),
    flatten(),
  ],
};
const results = [];
for (const [name, layers] of Object.entries(networks)) {
  setSeed(1); // the same order of digits for all
  const model = sequential([normalised(), ...layers(), dense({ units: 10, activation: 'softmax' })]);
  model.compile({
    optimizer: adam({ learningRate: 0.003 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const { history } = await model.fit(x, y, { epochs: 5, batchSize: 50, validationData: [xTest, yTest] });
  results.push({ name, history });
  const weights = model.trainableParameters.reduce((sum, { size }) => sum + size, 0);
  console.log(
    `${name.padEnd(20)} ${weights} weights: training loss ${history.loss.at(-1).toFixed(3)}, ` +
      `test accuracy ${history.val_accuracy.map((a) => a.toFixed(3)).join(' ')}`,
  );
  model.dispose();
}

const panel = (title, name, pick) => ({
  title,
  x: { name: 'epoch' },
  y: { name },
  series: results.map((each) => ({ name: each.name, data: overTime(pick(each.history)) })),
});
await draw('convolution', [
  panel('Test accuracy after training on 2,000 digits', 'accuracy', ({ val_accuracy }) => val_accuracy),
  panel('Test loss', 'loss', ({ val_loss }) => val_loss),
]);
device.dispose();
