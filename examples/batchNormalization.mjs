// Trains a deep network without normalisation, with batch norm and with layer norm, at two learning rates. After npm run build:
//   node examples/batchNormalization.mjs
import { activation, batchNormalization, dense, init, layerNormalization, sequential, setSeed, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 5000, test: 2000 });

const [LAYERS, EPOCHS] = [5, 6];
const kinds = {
  without: () => [],
  'batch norm': () => [batchNormalization()],
  'layer norm': () => [layerNormalization()],
};
const results = [];
for (const learningRate of [0.02, 1]) {
  for (const [kind, normalise] of Object.entries(kinds)) {
    setSeed(1);
    const block = () => [dense({ units: 50, useBias: kind === 'without' }), ...normalise(), activation('sigmoid')];
    const hidden = Array.from({ length: LAYERS }, block).flat();
    const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
    model.compile({ optimizer: sgd({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit(x, y, { epochs: EPOCHS, batchSize: 100, validationData: [xTest, yTest] });
    const name = `${kind}, rate ${learningRate}`;
    const after = [];
    if (kind === 'batch norm') {
      await model.recalibrate(x); // the moving averages lag behind weights that change fast
      const { accuracy } = await model.evaluate(xTest, yTest, { batchSize: 500 });
      after.push(accuracy);
    }
    results.push({ name, kind, history, after });
    const shown = [...history.val_accuracy, ...after].map((a) => a.toFixed(3));
    console.log(`${name.padEnd(20)} test accuracy ${shown.join(' ')}${after.length > 0 ? ' (recalibrated)' : ''}`);
    model.dispose();
  }
}

const panel = (title, name, pick, more = []) => ({
  title,
  x: { name: 'epoch' },
  y: { name, min: 0 },
  series: [
    ...results.map((each) => ({
      name: each.name,
      dashed: each.kind === 'without',
      data: overTime(pick(each.history)),
    })),
    ...more,
  ],
});
const recalibrated = {
  name: 'batch norm, recalibrated',
  type: 'scatter',
  symbolSize: 8,
  data: results.flatMap(({ after }) => after.map((accuracy) => [EPOCHS, accuracy])),
};
await draw('batchNormalization', [
  panel(`${LAYERS} hidden layers of logistic units: loss`, 'training loss', ({ loss }) => loss),
  panel('Accuracy', 'test accuracy', ({ val_accuracy }) => val_accuracy, [recalibrated]),
]);
device.dispose();
