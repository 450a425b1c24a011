// Stops training when the validation loss no longer falls, and restores the best weights. After npm run build:
//   node examples/earlyStopping.mjs
import { adam, dense, earlyStopping, init, loadModel, modelCheckpoint, sequential, setSeed } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 1500, test: 2000 });

const compiled = (model) => {
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
};

let saved; // the files of the best model, from the run without early stopping
const save = (files, epoch) => {
  saved = { files, epoch };
};
const results = [];
for (const stop of [false, true]) {
  setSeed(1);
  const hidden = [200, 100].map((units) => dense({ units, activation: 'relu' }));
  const model = compiled(sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]));
  const callback = stop
    ? earlyStopping({ monitor: 'val_loss', patience: 4, restoreBestWeights: true })
    : modelCheckpoint({ monitor: 'val_loss', saveBestOnly: true, save });
  const fit = { epochs: 40, batchSize: 50, validationSplit: 0.2, callbacks: [callback] };
  const { history } = await model.fit(x, y, fit);
  const test = await model.evaluate(xTest, yTest, { batchSize: 500 });
  results.push({ stop, history });
  console.log(
    `${stop ? 'with' : 'without'} early stopping: ${history.loss.length} epochs, ` +
      `test loss ${test.loss.toFixed(3)}, accuracy ${test.accuracy.toFixed(4)}`,
  );
  model.dispose();
}

const checkpointed = compiled(loadModel(saved.files));
const { loss } = await checkpointed.evaluate(xTest, yTest, { batchSize: 500 });
console.log(`saved after epoch ${saved.epoch + 1}: test loss ${loss.toFixed(3)}`);

const [whole, stopped] = results.map(({ history }) => history);
const best = stopped.val_loss.indexOf(Math.min(...stopped.val_loss));
await draw('earlyStopping', [
  {
    title: '1,200 images to train on, 300 to validate',
    x: { name: 'epoch' },
    y: { name: 'loss', min: 0 },
    series: [
      { name: 'training', data: overTime(whole.loss) },
      { name: 'validation', data: overTime(whole.val_loss) },
      { name: 'stopped', type: 'scatter', symbolSize: 8, data: [[stopped.val_loss.length, stopped.val_loss.at(-1)]] },
      { name: 'weights kept', type: 'scatter', symbolSize: 8, data: [[best + 1, stopped.val_loss[best]]] },
    ],
  },
]);
device.dispose();
