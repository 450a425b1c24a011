// Interrupts a run in the middle of an epoch and resumes it from its last checkpoint. After npm run build:
//   node examples/resume.mjs
import { adam, batchNormalization, dense, dropout, init, lambdaCallback, loadModel, sequential } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const EPOCHS = 8;
const STEPS = 40; // per epoch
const { x, y, xTest, yTest, normalised } = await digits({ train: 50 * STEPS, test: 1000 });

/** Trains a new model on a new device, as a new process would. */
async function run(options) {
  const device = await init({ seed: 1 });
  const hidden = [dense({ units: 100, activation: 'relu' }), batchNormalization(), dropout({ rate: 0.3 })];
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy' });
  try {
    const { history } = await model.fit(x, y, { epochs: EPOCHS, batchSize: 50, ...options });
    return { loss: history.loss, files: await model.save() };
  } finally {
    device.dispose();
  }
}

const whole = await run({});

let checkpoint;
let steps = 0;
const seen = [];
const powerCut = lambdaCallback({
  onBatchEnd: () => {
    if (++steps === 3.4 * STEPS) throw new Error('power failure');
  },
  onEpochEnd: (_epoch, { loss }) => void seen.push(loss),
});
const save = (files) => {
  checkpoint = files['checkpoint.safetensors'];
};
await run({ callbacks: [powerCut], checkpoint: { everySteps: 25, save } }).catch(({ message }) => console.log(message));
console.log(`${steps} of ${EPOCHS * STEPS} steps done, checkpoint of ${(checkpoint.length / 1024).toFixed(0)} KiB`);

const resumed = await run({ resume: checkpoint });
const same = Buffer.compare(resumed.files['weights.safetensors'], whole.files['weights.safetensors']) === 0;
console.log(`the final weights ${same ? 'have the same bits as' : 'differ from'} those of an uninterrupted run`);

const device = await init();
const loaded = loadModel(resumed.files); // two files: model.json and weights.safetensors
loaded.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const { accuracy } = await loaded.evaluate(xTest, yTest, { batchSize: 500 });
console.log(`accuracy of the loaded model: ${(100 * accuracy).toFixed(1)} % on 1,000 test images`);

await draw('resume', [
  {
    title: 'Training loss',
    x: { name: 'epoch' },
    y: { name: 'loss', min: 0 },
    series: [
      { name: 'uninterrupted', data: overTime(whole.loss) },
      { name: 'before the power failure', type: 'scatter', symbolSize: 12, data: overTime(seen) },
      {
        name: 'resumed',
        type: 'scatter',
        symbolSize: 7,
        data: overTime(resumed.loss).slice(seen.length),
      },
    ],
  },
]);
device.dispose();
