// Initial weights that are too large make gradients explode. Trains with and without clipping. After npm run build:
//   node examples/clipping.mjs
import {
  clipGradients,
  dense,
  init,
  initializers,
  lambdaCallback,
  layerStatistics,
  sequential,
  setSeed,
  sgd,
  tensor,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const [LAYERS, EPOCHS] = [10, 6];

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 1000, test: 100 });

// What each kind of clipping does to two gradients, of norm 5 and 12 (global norm 13).
for (const clip of [{ clipValue: 2.6 }, { clipNorm: 2.6 }, { globalClipNorm: 2.6 }]) {
  const clipped = clipGradients([tensor([3, 4]), tensor([0, 12])], clip);
  const shown = [];
  for (const gradient of clipped) shown.push(`(${Array.from(await gradient.data(), (v) => v.toFixed(2)).join(', ')})`);
  console.log(`${JSON.stringify(clip).padEnd(23)} (3, 4) and (0, 12) become ${shown.join(' and ')}`);
}

const clips = {
  'no clipping': {}, // fit stops with an error that says where it went wrong
  'by value, 0.01': { clipValue: 0.01 },
  'by norm, 0.1': { clipNorm: 0.1 },
  'by global norm, 0.5': { globalClipNorm: 0.5 },
};
const kernelInitializer = initializers.varianceScaling({ scale: 4.5 }); // weights 1.5 times as large as He's

const results = [];
for (const [name, clip] of Object.entries(clips)) {
  setSeed(1); // the same initial weights for all
  const hidden = Array.from({ length: LAYERS }, () => dense({ units: 40, activation: 'relu', kernelInitializer }));
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, ...clip });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  const losses = [];
  const keep = lambdaCallback({ onEpochEnd: (_epoch, { loss }) => void losses.push(loss) });
  const norms = layerStatistics({ every: 2 });
  try {
    await model.fit(x, y, { epochs: EPOCHS, batchSize: 50, callbacks: [keep, norms] });
    console.log(`${name.padEnd(19)} loss ${losses.map((loss) => loss.toFixed(2)).join(' ')}`);
  } catch (error) {
    console.log(`${name.padEnd(19)} ${error.message}`);
  }
  const total = ({ step, gradientNorms }) => [step + 1, Math.hypot(...Object.values(gradientNorms))];
  const finite = norms.records.map(total).filter(([, norm]) => Number.isFinite(norm));
  console.log(`${''.padEnd(19)} gradient norms ${finite.slice(0, 3).map(([, norm]) => norm.toPrecision(2))} ...`);
  results.push({ name, losses, norms: finite });
  model.dispose();
}

await draw('clipping', [
  {
    title: 'Gradient norms before clipping',
    x: { name: 'step' },
    y: { name: 'global norm', log: true, min: 1, max: 1e6 },
    series: results.map(({ name, norms }) => ({ name, data: norms })),
  },
  {
    title: 'Training loss of the completed runs',
    x: { name: 'epoch' },
    y: { name: 'loss', min: 0 },
    series: results.slice(1).map(({ name, losses }) => ({ name, data: overTime(losses) })),
  },
]);
device.dispose();
