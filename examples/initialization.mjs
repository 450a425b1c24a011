// What the scale of the first weights does to 50 layers. After npm run build: node examples/initialization.mjs
import {
  activation,
  dense,
  init,
  initializers,
  randomNormal,
  sequential,
  sparseCategoricalCrossentropy,
  Tape,
  tensor,
} from 'dawngrad';
import { draw, overTime } from './charts.mjs';

const device = await init({ seed: 1 });
const DEPTH = 50;
const UNITS = 100;

/** Glorot is made for tanh, He for ReLU: the scale that keeps the deviation from layer to layer. */
const scales = {
  'deviation 0.01': initializers.randomNormal({ standardDeviation: 0.01 }),
  'deviation 0.3': initializers.randomNormal({ standardDeviation: 0.3 }),
  Glorot: initializers.glorotNormal(),
  He: initializers.heNormal(),
  orthogonal: initializers.orthogonal(),
};

const deviation = async (t) => {
  const values = await t.data();
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
};

/** The deviation of each layer's output, and of the gradient of each layer's kernel, for a network nobody trained. */
async function measure(kernelInitializer, name) {
  const block = () => [dense({ units: UNITS, kernelInitializer }), activation(name)];
  const model = sequential([...Array.from({ length: DEPTH }, block).flat(), dense({ units: 10 })]);
  const x = randomNormal([256, UNITS]);
  const y = tensor(Int32Array.from({ length: 256 }, (_, i) => i % 10));
  const tape = new Tape();
  const outputs = [];
  let h = x;
  model.build([UNITS]);
  for (const layer of model.layers) {
    h = layer.call(h, true);
    if (layer.kind === 'activation') outputs.push(h);
  }
  const kernels = model.trainableParameters.filter((w) => w.name.endsWith('/kernel')).slice(0, DEPTH);
  const gradients = tape.gradient(sparseCategoricalCrossentropy({ fromLogits: true })(y, h), kernels);
  tape.dispose();
  const of = (list) => Promise.all(list.map(async (t) => Math.max(await deviation(t), 1e-20)));
  const found = { forward: await of(outputs), backward: await of(gradients) };
  model.dispose();
  return found;
}

const panels = [];
for (const name of ['tanh', 'relu']) {
  const forward = [];
  const backward = [];
  for (const [label, initializer] of Object.entries(scales)) {
    const found = await measure(initializer, name);
    forward.push({ name: label, data: overTime(found.forward) });
    backward.push({ name: label, data: overTime(found.backward) });
    console.log(
      `${name.padEnd(5)} ${label.padEnd(14)} deviation of layer ${DEPTH}: ${found.forward.at(-1).toExponential(1)}, ` +
        `gradient of layer 1: ${found.backward[0].toExponential(1)}`,
    );
  }
  const x = { name: 'layer', min: 1, max: DEPTH };
  panels.push({ title: `${name}: outputs`, x, y: { name: 'deviation', log: true }, series: forward });
  panels.push({ title: `${name}: gradients of the kernels`, x, y: { name: 'deviation', log: true }, series: backward });
}
await draw('initialization', panels);
device.dispose();
