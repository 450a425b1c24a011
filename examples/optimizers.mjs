// Compares optimizers in a ravine, at a saddle point and on MNIST. After npm run build: node examples/optimizers.mjs
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  dense,
  init,
  nadam,
  rmsprop,
  sequential,
  setSeed,
  sgd,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';
import { descend, ravine, saddle } from './landscapes.mjs';

const device = await init({ seed: 1 });
const STEPS = 100;

/** Each has one rate for ravine and saddle, and one for MNIST. Raw Adam is the lecture's, without bias correction. */
const racers = {
  SGD: { make: sgd, plane: 0.03, mnist: 0.1 },
  momentum: { make: (options) => sgd({ ...options, momentum: 0.9 }), plane: 0.03, mnist: 0.05 },
  Nesterov: { make: (options) => sgd({ ...options, momentum: 0.9, nesterov: true }), plane: 0.03, mnist: 0.05 },
  Adagrad: { make: adagrad, plane: 0.5, mnist: 0.02 },
  Adadelta: { make: adadelta, plane: 20, mnist: 1 },
  RMSprop: { make: rmsprop, plane: 0.05, mnist: 0.001 },
  Adam: { make: adam, plane: 0.2, mnist: 0.001 },
  'raw Adam': { make: (options) => adam({ ...options, biasCorrection: false }), plane: 0.2, mnist: 0.001 },
  AMSGrad: { make: (options) => adam({ ...options, amsgrad: true }), plane: 0.2, mnist: 0.001 },
  AdamW: { make: adamW, plane: 0.2, mnist: 0.001 },
  Adamax: { make: adamax, plane: 0.2, mnist: 0.002 },
  Nadam: { make: nadam, plane: 0.2, mnist: 0.001 },
};

const { x, y, normalised } = await digits({ train: 3000, test: 100 });

/** The loss of a small network after each epoch. */
async function onDigits(optimizer) {
  setSeed(1); // the same initial weights and order of images for all
  const hidden = dense({ units: 100, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  const { history } = await model.fit(x, y, { epochs: 4, batchSize: 100 });
  model.dispose();
  return history.loss;
}

const results = [];
for (const [name, { make, plane, mnist }] of Object.entries(racers)) {
  const onPlane = (f, start) => descend(f, { start, optimizer: make({ learningRate: plane }), steps: STEPS });
  const inRavine = await onPlane(ravine, [-6, 1.5]);
  const offSaddle = await onPlane(saddle, [1, 0.001]);
  const loss = await onDigits(make({ learningRate: mnist }));
  results.push({ name, inRavine, offSaddle, loss });
  const left = offSaddle.values.findIndex((value) => value < -0.9);
  console.log(
    `${name.padEnd(9)} ravine: ${inRavine.values.at(-1).toExponential(1)} after ${STEPS} steps; ` +
      `saddle: ${left < 0 ? 'not escaped' : `escaped after ${left}`}; MNIST: loss ${loss.at(-1).toFixed(3)}`,
  );
}
/** One panel for the simple rules, one for Adam and its relatives. */
const panels = (title, [x, y], pick) =>
  [results.slice(0, 6), results.slice(6)].map((group) => {
    return { title, x, y, series: group.map((each) => ({ name: each.name, data: pick(each) })) };
  });
const heights = ({ inRavine }) => overTime(inRavine.values.map((value) => Math.max(value, 1e-8)));
const fall = [{ name: 'epoch' }, { name: 'loss', log: true, min: 0.05, max: 2 }];
await draw('optimizers', [
  ...panels('Path through a ravine', [{ name: 'along' }, { name: 'across' }], ({ inRavine }) => inRavine.places),
  ...panels('Height in the ravine', [{ name: 'step' }, { name: 'value', log: true, min: 1e-8 }], heights),
  ...panels('Height at a saddle point', [{ name: 'step' }, { name: 'value', min: -1.1 }], (each) =>
    overTime(each.offSaddle.values),
  ),
  ...panels('MNIST, 3,000 images', fall, ({ loss }) => overTime(loss)),
]);
device.dispose();
