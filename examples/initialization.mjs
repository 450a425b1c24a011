// What the scale of the first weights does to 50 layers. After npm run build: node examples/initialization.mjs
import { activation, dense, init, initializers, layerStatistics, randomNormal, sequential, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';

const device = await init({ seed: 1 });
const DEPTH = 50;
const UNITS = 100;

/** Glorot is made for tanh, He for ReLU: the scale that keeps the deviation from layer to layer. */
const scales = {
  'deviation 0.01': initializers.randomNormal({ stddev: 0.01 }),
  'deviation 0.3': initializers.randomNormal({ stddev: 0.3 }),
  Glorot: initializers.glorotNormal(),
  He: initializers.heNormal(),
  orthogonal: initializers.orthogonal(),
};

const x = randomNormal([256, UNITS]);
const y = { data: Int32Array.from({ length: 256 }, (_, i) => i % 10), shape: [256] };
const RANGE = [1e-8, 1e8]; // what is beyond vanishes or explodes, and leaves the picture
const visible = (value) => Math.max(value, 1e-30); // a logarithm has no place for 0

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
  const each = (pick) => Array.from({ length: DEPTH }, (_, i) => visible(pick(i)));
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
    forward.push({ name: label, data: overTime(found.forward) });
    backward.push({ name: label, data: overTime(found.backward) });
    const [last, first] = [found.forward.at(-1), found.backward[0]].map((value) => value.toExponential(1));
    console.log(
      `${name.padEnd(5)} ${label.padEnd(14)} deviation of layer ${DEPTH}: ${last}, gradient of layer 1: ${first}`,
    );
  }
  const axis = { name: 'layer', min: 1, max: DEPTH };
  const [min, max] = RANGE;
  panels.push({ title: `${name}: outputs`, x: axis, y: { name: 'deviation', log: true, min, max }, series: forward });
  panels.push({
    title: `${name}: gradients of the kernels`,
    x: axis,
    y: { name: 'norm', log: true, min, max },
    series: backward,
  });
}
await draw('initialization', panels);
device.dispose();
