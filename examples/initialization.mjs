// Shows how the scale of the initial weights affects 50 layers. After npm run build: node examples/initialization.mjs
import { activation, dense, init, initializers, layerStatistics, randomNormal, sequential, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';

const device = await init({ seed: 1 });
const DEPTH = 50;
const UNITS = 100;

/** Glorot's scale preserves the deviation from layer to layer with tanh, He's with ReLU. */
const scales = {
  'deviation 0.01': initializers.randomNormal({ stddev: 0.01 }),
  'deviation 0.3': initializers.randomNormal({ stddev: 0.3 }),
  Glorot: initializers.glorotNormal(),
  LeCun: initializers.lecunNormal(), // equals Glorot's where a layer has as many inputs as outputs, as here
  He: initializers.heNormal(),
  orthogonal: initializers.orthogonal(),
};

const x = randomNormal([256, UNITS]);
const y = { data: Int32Array.from({ length: 256 }, (_, i) => i % 10), shape: [256] };
const [LEAST, MOST] = [1e-10, 1e10];
const visible = (value) => Math.min(Math.max(value, LEAST), MOST); // values beyond the range are drawn along the panel's edge

/** The deviation of each layer's output and the norm of each kernel's gradient, in the first step. */
async function measure(kernelInitializer, name) {
  const block = (_, i) => [
    dense({ units: UNITS, kernelInitializer, name: `dense${i}` }),
    activation(name, { name: `activation${i}` }),
  ];
  const hidden = Array.from({ length: DEPTH }, block).flat();
  const model = sequential([...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'sparseCategoricalCrossentropy' });
  const statistics = layerStatistics({ every: 1 });
  await model.fit(x, y, { batchSize: 256, callbacks: [statistics], terminateOnNaN: false });
  const [{ layers, gradientNorms }] = statistics.records;
  model.dispose();
  const each = (pick) => Array.from({ length: DEPTH }, (_, i) => pick(i));
  return {
    forward: each((i) => layers[`activation${i}`].deviation),
    backward: each((i) => gradientNorms[`dense${i}/kernel`]),
  };
}

const panels = [];
for (const name of ['tanh', 'relu']) {
  const forward = [];
  const backward = [];
  for (const [label, initializer] of Object.entries(scales)) {
    const found = await measure(initializer, name);
    const [last, first] = [found.forward.at(-1), found.backward[0]].map((value) => value.toExponential(1));
    const look = { name: label, dashed: label === 'LeCun' };
    forward.push({ ...look, data: overTime(found.forward.map(visible)) });
    backward.push({ ...look, data: overTime(found.backward.map(visible)) });
    console.log(
      `${name.padEnd(5)} ${label.padEnd(14)} deviation of layer ${DEPTH}: ${last}, gradient of layer 1: ${first}`,
    );
  }
  const axis = { name: 'layer', min: 1, max: DEPTH };
  const y = (what) => ({ name: what, log: true, min: LEAST, max: MOST });
  panels.push({ title: `${name}: outputs`, x: axis, y: y('deviation'), series: forward });
  panels.push({ title: `${name}: gradients of the kernels`, x: axis, y: y('norm'), series: backward });
}
await draw('initialization', panels);
device.dispose();
