// Shows how the scale of the initial weights affects 50 layers. After npm run build: node examples/initialization.mjs
import {
  activation,
  dense,
  init,
  initializers,
  layerStatistics,
  randomNormal,
  sequential,
  setSeed,
  sgd,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';

const device = await init({ seed: 1 });
const [DEPTH, UNITS, SEEDS, LEAST, MOST] = [50, 100, 3, 1e-10, 1e10];

/** Glorot's scale preserves the deviation from layer to layer with tanh, He's with ReLU. */
const scales = {
  'deviation 0.01': initializers.randomNormal({ stddev: 0.01 }),
  'deviation 0.3': initializers.randomNormal({ stddev: 0.3 }),
  Glorot: initializers.glorotUniform(), // uniform within sqrt(6 / (in + out))
  'He, Gaussian': initializers.varianceScaling({ scale: 2, distribution: 'untruncatedNormal' }), // deviation sqrt(2 / in)
  'He, truncated': initializers.heNormal(), // the same deviation; no weight is beyond 2.3 deviations
  orthogonal: initializers.orthogonal(),
};

const x = randomNormal([128, UNITS]);
const y = { data: Int32Array.from({ length: 128 }, (_, i) => i % 10), shape: [128] };
const visible = (value) => Math.max(value, LEAST); // less is drawn at the bottom of the panel

/** The deviation of each layer's output and the norm of each kernel's gradient in the first step. */
async function measure(kernelInitializer, name) {
  const block = () => [dense({ units: UNITS, kernelInitializer }), activation(name)];
  const hidden = Array.from({ length: DEPTH }, block).flat();
  const model = sequential([...hidden, dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'sparseCategoricalCrossentropy' });
  const statistics = layerStatistics({ every: 1 });
  await model.fit(x, y, { batchSize: 128, callbacks: [statistics], terminateOnNaN: false });
  const [{ layers, gradientNorms }] = statistics.records;
  model.dispose();
  const outputs = Object.keys(layers).filter((key) => key.startsWith('activation'));
  const kernels = Object.keys(gradientNorms).filter((key) => key.endsWith('/kernel'));
  return {
    forward: outputs.map((key) => layers[key].deviation),
    backward: kernels.slice(0, DEPTH).map((key) => gradientNorms[key]),
  };
}

const results = { weights: {} };
for (const [name, kernelInitializer] of Object.entries({ ...scales, LeCun: initializers.lecunNormal() })) {
  const model = sequential([dense({ units: UNITS, kernelInitializer, useBias: false })]);
  model.build([UNITS]);
  const [{ data }] = Object.values(await model.getWeights());
  results.weights[name] = { deviation: Math.hypot(...data) / UNITS, largest: Math.max(...data.map(Math.abs)) };
  console.log(`weights, ${name}:`, results.weights[name]);
}

const panels = [];
for (const name of ['tanh', 'relu']) {
  const [forward, backward] = [[], []];
  for (const [label, initializer] of Object.entries(scales)) {
    const runs = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      setSeed(seed);
      runs.push(await measure(initializer, name));
    }
    forward.push({ name: label, data: overTime(runs[0].forward.map(visible)) });
    backward.push({ name: label, data: overTime(runs[0].backward.map(visible)) });
    const found = { last: runs.map((run) => run.forward.at(-1)), first: runs.map((run) => run.backward[0]) };
    results[`${name}, ${label}`] = found;
    console.log(`${name}, ${label}, deviation of the last layer and gradient of the first, by seed:`, found);
  }
  const axis = { name: 'layer', min: 1, max: DEPTH };
  const y = (what) => ({ name: what, log: true, min: LEAST / 100, max: MOST });
  panels.push({ title: `${name}: outputs`, x: axis, y: y('deviation'), series: forward });
  panels.push({ title: `${name}: gradients of the kernels`, x: axis, y: y('norm'), series: backward });
}
await draw('initialization', panels, results);
device.dispose();
