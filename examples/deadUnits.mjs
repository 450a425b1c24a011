// Units that never exceed 0 are dead with ReLU, which passes no gradient to them; PReLU revives them. After npm run build:
//   node examples/deadUnits.mjs
import { activation, dense, init, initializers, layerStatistics, prelu, sequential, setSeed, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const [LAYERS, EPOCHS, SEEDS, BIAS] = [2, 10, 3, -5];

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 1000, test: 10 });

/** PReLU starts with the slope 0, as in Keras, or with 0.25, as in its paper (He et al., 2015). */
const kinds = {
  ReLU: () => activation('relu'),
  'PReLU from 0': () => prelu(),
  'PReLU from 0.25': () => prelu({ alphaInitializer: initializers.constant(0.25) }),
  'leaky ReLU': () => activation('leakyRelu'),
  ELU: () => activation('elu'),
};

const results = {};
const losses = [];
for (const [name, layer] of Object.entries(kinds)) {
  const runs = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    setSeed(seed);
    const biasInitializer = initializers.constant(BIAS); // so low that hardly a sample brings a unit above 0
    const block = () => [dense({ units: 50, kernelInitializer: 'heNormal', biasInitializer }), layer()];
    const hidden = Array.from({ length: LAYERS }, block).flat();
    const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
    model.compile({ optimizer: sgd({ learningRate: 0.05 }), loss: 'sparseCategoricalCrossentropy' });
    const insight = layerStatistics({ every: 10_000 });
    const { history } = await model.fit(x, y, { epochs: EPOCHS, batchSize: 50, callbacks: [insight] });
    const [gradient] = Object.values(insight.records[0].gradientNorms); // of the first kernel, in the first step
    runs.push({ losses: history.loss, gradient });
    model.dispose();
  }
  results[name] = { gradient: runs.map(({ gradient }) => gradient), loss: runs.map((run) => run.losses.at(-1)) };
  const [gradient, loss] = Object.values(results[name]).map((all) => all.map((v) => v.toPrecision(2)).join(' '));
  console.log(`${name.padEnd(15)} gradient of the first kernel ${gradient}, loss after ${EPOCHS} epochs ${loss}`);
  const mean = (epoch) => runs.reduce((sum, run) => sum + run.losses[epoch], 0) / SEEDS;
  losses.push({ name, data: overTime(runs[0].losses.map((_, epoch) => mean(epoch))) });
}
const y1 = { name: 'training loss', min: 0 };
const title = `Two layers whose biases start at ${BIAS}, mean of ${SEEDS} seeds`;
await draw('deadUnits', [{ title, x: { name: 'epoch' }, y: y1, series: losses }], results);
device.dispose();
