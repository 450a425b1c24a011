// Pre-trains a deep logistic network, which SGD alone cannot train, with denoising autoencoders. After npm run build:
//   node examples/pretraining.mjs
import { adam, dense, init, pretrain, sequential, setSeed, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, xTest, yTest, normalised, y } = await digits({ train: 5000, test: 2000 });
const LABELLED = 1000;
const xFew = { data: x.data.subarray(0, LABELLED * 784), shape: [LABELLED, 784] };
const yFew = { data: y.data.subarray(0, LABELLED), shape: [LABELLED] };

const results = [];
for (const pretrained of [false, true]) {
  setSeed(1);
  const hidden = [100, 100, 100, 100].map((units) => dense({ units, activation: 'sigmoid' }));
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  if (pretrained) {
    const options = { epochs: 8, batchSize: 100, corruption: 0.3, optimizer: () => adam({ learningRate: 5e-3 }) };
    const histories = await pretrain(model, x, options);
    const shown = histories.map(({ history: { loss } }) => `${loss[0].toFixed(3)} to ${loss.at(-1).toFixed(3)}`);
    console.log(`squared error of each layer's autoencoder: ${shown.join(', ')}`);
  }
  model.compile({
    optimizer: sgd({ learningRate: 0.1 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const { history } = await model.fit(xFew, yFew, { epochs: 30, batchSize: 50, validationData: [xTest, yTest] });
  const name = pretrained ? 'pre-trained on 5,000 images' : 'from random weights';
  results.push({ name, history });
  console.log(`${name}: test accuracy ${history.val_accuracy.at(-1).toFixed(4)} with ${LABELLED} labels`);
  model.dispose();
}

const panel = (title, name, pick) => ({
  title,
  x: { name: 'epoch' },
  y: { name },
  series: results.map((each) => ({ name: each.name, data: overTime(pick(each.history)) })),
});
await draw('pretraining', [
  panel(`Training on ${LABELLED} labels`, 'loss', ({ loss }) => loss),
  panel('Test accuracy', 'accuracy', ({ val_accuracy }) => val_accuracy),
]);
device.dispose();
