// Shows activations, their slopes, and how much of the gradient survives many layers. After npm run build:
//   node examples/activations.mjs
import {
  activation,
  activations,
  dense,
  init,
  layerStatistics,
  sequential,
  setSeed,
  sgd,
  sum,
  tensor,
  valueAndGrad,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const NAMES = 'sigmoid tanh hardSigmoid relu leakyRelu elu selu gelu silu softplus prelu'.split(' ');
const LAYERS = 20;

const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: 256, test: 100 });

const points = Array.from({ length: 121 }, (_, i) => (i - 60) / 15);
const at = tensor(points);
const curves = [];
for (const name of NAMES.filter((each) => each !== 'prelu')) {
  const values = await activations[name](at).data();
  const { grads } = valueAndGrad(() => sum(activations[name](at)), [at]);
  const slopes = await grads[0].data();
  curves.push({ name, values: points.map((p, i) => [p, values[i]]), slopes: points.map((p, i) => [p, slopes[i]]) });
}

const norms = [];
for (const name of NAMES) {
  setSeed(1);
  const block = () => [dense({ units: 64, kernelInitializer: 'heNormal' }), activation(name)];
  const hidden = Array.from({ length: LAYERS }, block).flat();
  const model = sequential([normalised(), ...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy' });
  const insight = layerStatistics({ every: 1000 });
  await model.fit(x, y, { batchSize: 256, callbacks: [insight] });
  const all = Object.entries(insight.records[0].gradientNorms);
  const kernels = all.filter(([key]) => key.endsWith('/kernel')).map(([, norm]) => norm);
  norms.push({ name, kernels });
  console.log(
    `${name.padEnd(12)} gradient norm of the first kernel / the last: ${(kernels[0] / kernels.at(-1)).toExponential(1)}`,
  );
  model.dispose();
}

const panel = (title, y1, pick) => ({
  title,
  x: { name: 'x' },
  y: y1,
  series: curves.map((each) => ({ name: each.name, data: pick(each) })),
});
await draw('activations', [
  panel('Activations', { name: 'f(x)', max: 4 }, ({ values }) => values),
  panel('Slopes', { name: "f'(x)" }, ({ slopes }) => slopes),
  {
    title: `Gradient of each kernel of ${LAYERS} layers before the first update`,
    x: { name: 'layer' },
    y: { name: 'norm', log: true, min: 1e-13, max: 100 },
    series: norms.map(({ name, kernels }) => ({ name, data: overTime(kernels) })),
  },
]);
device.dispose();
