// Shows learning-rate schedules and their effect on SGD. After npm run build: node examples/schedules.mjs
import {
  cosineDecay,
  cosineDecayRestarts,
  dense,
  exponentialDecay,
  init,
  inverseTimeDecay,
  lambdaCallback,
  learningRateScheduler,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  reduceLROnPlateau,
  sequential,
  setSeed,
  sgd,
  warmup,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const [TRAIN, BATCH, EPOCHS] = [2000, 10, 10];
const STEPS = (TRAIN / BATCH) * EPOCHS;
const RATE = 0.2;
const decay = { initialLearningRate: RATE, decaySteps: STEPS };
const schedules = {
  exponential: exponentialDecay({ ...decay, decayRate: 0.02 }),
  'in steps': exponentialDecay({ ...decay, decaySteps: STEPS / 4, decayRate: 0.4, staircase: true }),
  'inverse time': inverseTimeDecay({ ...decay, decayRate: 9 }),
  piecewise: piecewiseConstant({ boundaries: [STEPS / 2], values: [RATE / 2, RATE / 20] }),
  polynomial: polynomialDecay({ ...decay, power: 2 }),
  cosine: warmup({ warmupSteps: STEPS / 10, learningRate: cosineDecay({ ...decay, decaySteps: 0.9 * STEPS }) }),
  restarts: cosineDecayRestarts({ initialLearningRate: RATE, firstDecaySteps: STEPS / 7 }),
  'one cycle': oneCycle({ maxLearningRate: RATE, totalSteps: STEPS }),
};

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: TRAIN, test: 1000 });

const runs = {
  constant: { learningRate: RATE },
  'constant, mean of weights': { learningRate: RATE, useEma: true, emaMomentum: 0.995, emaOverwriteFrequency: 200 },
  cosine: { learningRate: schedules.cosine },
  'by epoch': { learningRate: RATE, callback: learningRateScheduler((_, rate) => 0.6 * rate) },
  plateau: {
    learningRate: RATE,
    callback: reduceLROnPlateau({ monitor: 'loss', factor: 0.2, patience: 1, minDelta: 0.02 }),
  },
};
const results = [];
for (const [name, { callback, ...options }] of Object.entries(runs)) {
  setSeed(1);
  const hidden = dense({ units: 50, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd(options), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const rates = [];
  const keep = lambdaCallback({ onEpochEnd: () => void rates.push(model.optimizer.currentLearningRate) });
  const callbacks = callback === undefined ? [] : [keep, callback];
  const fit = { epochs: EPOCHS, batchSize: BATCH, validationData: [xTest, yTest], callbacks };
  const { history } = await model.fit(x, y, fit);
  results.push({ name, loss: history.val_loss });
  const falls = callback ? `, rates ${rates.map((rate) => +rate.toFixed(5)).join(' ')}` : '';
  console.log(`${name.padEnd(26)} test loss ${history.val_loss.map((v) => v.toFixed(3)).join(' ')}${falls}`);
  model.dispose();
}

const steps = Array.from({ length: 201 }, (_, i) => (i * STEPS) / 200);
const rateOf = ([name, schedule]) => ({ name, data: steps.map((step) => [step, schedule(step)]) });
await draw('schedules', [
  { title: 'Schedules', x: { name: 'step' }, y: { name: 'rate' }, series: Object.entries(schedules).map(rateOf) },
  {
    title: `SGD with rate ${RATE} and batches of ${BATCH}`,
    x: { name: 'epoch' },
    y: { name: 'test loss' },
    series: results.map(({ name, loss }) => ({ name, data: overTime(loss) })),
  },
]);
device.dispose();
