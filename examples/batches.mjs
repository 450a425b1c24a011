// Compares online, minibatch and batch gradient descent. After npm run build: node examples/batches.mjs
import { dense, init, sequential, setSeed, sgd } from 'dawngrad';
import { draw } from './charts.mjs';
import { digits } from './digits.mjs';

const TRAIN = 1024; // 32 batches of 32
const EPOCHS = 6;

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: TRAIN, test: 1000 });

/** The gradient of fewer images is noisier, so the learning rate must be smaller. */
const sizes = {
  'online, 1 image': { batchSize: 1, learningRate: 0.01 },
  'minibatch, 32': { batchSize: 32, learningRate: 0.1 },
  'minibatch, 4 x 8': { batchSize: 8, learningRate: 0.1, gradientAccumulationSteps: 4 },
  'batch, all 1,024': { batchSize: TRAIN, learningRate: 0.1 },
};

const results = [];
for (const [name, { batchSize, ...options }] of Object.entries(sizes)) {
  setSeed(1); // the same initial weights and order of images for all
  const hidden = dense({ units: 50, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd(options), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs: EPOCHS, batchSize, validationData: [xTest, yTest] });
  const updates = model.optimizer.iterations / EPOCHS;
  results.push({ name, loss: history.val_loss, updates });
  console.log(
    `${name.padEnd(20)} ${model.optimizer.iterations} updates: test loss ${history.val_loss.at(-1).toFixed(3)}, ` +
      `accuracy ${history.val_accuracy.at(-1).toFixed(3)}`,
  );
  model.dispose();
}

const panel = (title, x, at) => ({
  title,
  x,
  y: { name: 'test loss', min: 0 },
  series: results.map(({ name, loss, updates }, i) => ({
    name,
    dashed: i === 2,
    data: loss.map((value, epoch) => [at(epoch + 1, updates), value]),
  })),
});
await draw('batches', [
  panel('By epochs', { name: 'epoch' }, (epoch) => epoch),
  panel('By updates', { name: 'updates', log: true }, (epoch, updates) => epoch * updates),
]);
device.dispose();
