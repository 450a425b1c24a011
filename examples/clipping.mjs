// A rate at which gradients explode: training without and with clipping. After npm run build: node examples/clipping.mjs
import { dense, init, lambdaCallback, layerStatistics, sequential, setSeed, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const [LAYERS, EPOCHS] = [10, 6];

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 1000, test: 100 });

const clips = {
  'no clipping': {},
  'no clipping, rate 10': { learningRate: 10 }, // fit ends it, and says where it went wrong
  'by value, 0.01': { clipValue: 0.01 },
  'by the norm of each weight, 0.1': { clipNorm: 0.1 },
  'by the norm of all, 0.5': { globalClipNorm: 0.5 },
};

const results = [];
for (const [name, clip] of Object.entries(clips)) {
  setSeed(1); // the same first weights for all
  const hidden = Array.from({ length: LAYERS }, () =>
    dense({ units: 40, activation: 'relu', kernelInitializer: 'heNormal' }),
  );
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, ...clip }),
    loss: 'sparseCategoricalCrossentropy',
  });
  const losses = [];
  const norms = layerStatistics({ every: 5 });
  const keep = lambdaCallback({ onEpochEnd: (_epoch, { loss }) => void losses.push(loss) });
  try {
    await model.fit(x, y, { epochs: EPOCHS, batchSize: 50, callbacks: [keep, norms] });
    console.log(`${name.padEnd(31)} loss ${losses.at(-1).toFixed(3)} after ${EPOCHS} epochs`);
  } catch (error) {
    console.log(`${name.padEnd(31)} ${error.message}`);
  }
  const total = ({ step, gradientNorms }) => [step, Math.hypot(...Object.values(gradientNorms))];
  results.push({ name, losses, norms: norms.records.map(total) });
  model.dispose();
}

await draw('clipping', [
  {
    title: `Training loss of ${LAYERS} layers, rate 0.1, momentum 0.9`,
    x: { name: 'epoch' },
    y: { name: 'loss', log: true },
    series: results.map(({ name, losses }) => ({ name, data: overTime(losses), showSymbol: true })),
  },
  {
    title: 'Gradients before they are clipped',
    x: { name: 'step' },
    y: { name: 'norm of all', log: true },
    series: results.map(({ name, norms }) => ({ name, data: norms.filter(([, norm]) => Number.isFinite(norm)) })),
  },
]);
device.dispose();
