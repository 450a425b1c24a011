// Shows activations, their slopes, and how much of the gradient survives many layers. After npm run build:
//   node examples/activations.mjs
import {
  activation,
  activations,
  dense,
  init,
  layerStatistics,
  prelu,
  sequential,
  setSeed,
  tensor,
  valueAndGrad,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const [LAYERS, SEEDS] = [20, 3];
const DRAWN = ['sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'gelu'];

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 256, test: 10 });

const points = Array.from({ length: 121 }, (_, i) => (i - 60) / 15);
const at = tensor(points);
const curves = [];
for (const name of DRAWN) {
  const { value, grads } = valueAndGrad(() => activations[name](at), [at]);
  const curve = async (t) => Array.from(await t.data(), (number, i) => [points[i], number]);
  curves.push({ name, values: await curve(value), slopes: await curve(grads[0]) });
}

const layerOf = (name) => (name === 'prelu' ? prelu() : activation(name));

/** The norms of the gradients of all kernels of an untrained network. */
async function gradientNorms(name, seed) {
  setSeed(seed);
  const block = () => [dense({ units: 64, kernelInitializer: 'heNormal' }), layerOf(name)];
  const hidden = Array.from({ length: LAYERS }, block).flat();
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const insight = layerStatistics();
  await model.fit(x, y, { batchSize: 256, callbacks: [insight] });
  model.dispose();
  const all = Object.entries(insight.records[0].gradientNorms);
  return all.filter(([key]) => key.endsWith('/kernel')).map(([, norm]) => norm);
}

const results = {};
const gradients = [];
for (const name of [...DRAWN, 'selu', 'silu', 'softplus', 'hardSigmoid', 'prelu']) {
  const runs = [];
  for (let seed = 1; seed <= SEEDS; seed++) runs.push(await gradientNorms(name, seed));
  if (DRAWN.includes(name)) gradients.push({ name, data: overTime(runs[0]) });
  results[name] = runs.map((norms) => norms[0] / norms.at(-1));
  const shown = results[name].map((ratio) => ratio.toExponential(1)).join(' ');
  console.log(`${name.padEnd(12)} gradient of the first kernel / the last, by seed: ${shown}`);
}

const panel = (title, pick, y) => ({
  title,
  x: { name: 'x' },
  y,
  series: curves.map((each) => ({ name: each.name, data: pick(each) })),
});
const deep = {
  title: `Gradient of each kernel of ${LAYERS} layers before the first update`,
  x: { name: 'layer' },
  y: { name: 'norm', log: true, min: 1e-13, max: 100 },
  series: gradients,
};
const shapes = [
  panel('Activations', ({ values }) => values, { name: 'f(x)', max: 4 }),
  panel('Slopes', ({ slopes }) => slopes, { name: "f'(x)", min: -0.5, max: 1.5 }),
];
await draw('activations', [...shapes, deep], results);
device.dispose();
