// The gradient on its way back is a product of slopes and weights, which lies between two bounds. After npm run build:
//   node examples/chain.mjs
// Layer k computes h_k = f(W h_(k-1) + b), so dh_k / dh_(k-1) = f'(W h_(k-1) + b) W. A factor |f' W| of a single unit becomes
// the singular values of this matrix: they bound how much a gradient's norm shrinks or grows in one layer.
import { dense, init, initializers, matmul, randomNormal, sequential, setSeed, Tape, tanh, tensor } from 'dawngrad';
import { draw } from './charts.mjs';

const device = await init({ seed: 1 });
const [DEPTH, UNITS, SAMPLES, SEEDS] = [50, 32, 64, 3];

/** Random matrices whose singular values are spread evenly from `low` to `high`: the rows of a rotation, stretched. */
const between = (low, high) => (shape, generator) => {
  const stretch = (i) => low + ((high - low) * Math.floor(i / shape[1])) / (shape[0] - 1);
  return initializers
    .orthogonal()(shape, generator)
    .map((value, i) => value * stretch(i));
};
const cases = {
  'W from 1.05 to 1.25': { low: 1.05, high: 1.25, color: '#d55e00' },
  'W from 0.8 to 1.2': { low: 0.8, high: 1.2, color: '#009e73' },
  'W from 0.75 to 0.95': { low: 0.75, high: 0.95, color: '#0072b2' },
  'W orthogonal': { low: 1, high: 1, color: '#cc79a7' },
};
const functions = { linear: (a) => a, tanh };

/** Norms of the gradient of each sample before the last layer, before the last two, and so on, relative to its norm after them. */
async function gradientNorms(f, kernels) {
  const tape = new Tape();
  const hidden = [randomNormal([SAMPLES, UNITS])];
  for (const kernel of kernels) hidden.push(f(matmul(hidden.at(-1), kernel)));
  const gradients = tape.gradient(hidden.at(-1), hidden, { outputGradient: randomNormal([SAMPLES, UNITS]) });
  tape.dispose();
  const norms = [];
  for (const gradient of gradients.toReversed()) {
    const rows = await gradient.array();
    norms.push(rows.map((row) => Math.hypot(...row)));
  }
  return norms.map((samples) => samples.map((norm, i) => norm / norms[0][i]));
}

const results = { linear: {}, tanh: {} };
const shown = (numbers) =>
  Object.values(numbers)
    .map((value) => value.toExponential(1))
    .join(' ');
const panels = [];
for (const [kind, f] of Object.entries(functions)) {
  const series = [];
  for (const [name, { low, high, color }] of Object.entries(cases)) {
    const samples = Array.from({ length: DEPTH + 1 }, () => []);
    for (let seed = 1; seed <= SEEDS; seed++) {
      setSeed(seed);
      const layer = () => dense({ units: UNITS, useBias: false, kernelInitializer: between(low, high) });
      const network = sequential(Array.from({ length: DEPTH }, layer));
      network.build([UNITS]);
      const kernels = Object.values(await network.getWeights()).map(({ data, shape }) => tensor(data, { shape }));
      for (const [d, norms] of (await gradientNorms(f, kernels)).entries()) samples[d].push(...norms);
      network.dispose();
    }
    const curve = (pick) => samples.map((norms, d) => [d, pick(norms, d)]);
    const typical = (norms) => Math.exp(norms.reduce((sum, norm) => sum + Math.log(norm), 0) / norms.length);
    series.push({ name, color, data: curve(typical) });
    const bounds = { least: low ** DEPTH, most: high ** DEPTH };
    const steady = kind === 'linear' ? [low, high] : [high]; // the slope of tanh has no bound below but 0
    for (const bound of steady) series.push({ color, dashed: true, data: curve((_, d) => bound ** d) });
    const last = samples[DEPTH];
    const found = { least: Math.min(...last), mean: typical(last), most: Math.max(...last) };
    results[kind][name] = { ...found, bounds };
    console.log(`${kind.padEnd(6)} ${name.padEnd(19)} ${shown(found)} bounds ${shown(bounds)}`);
  }
  const axes = {
    x: { name: 'layers passed on the way back' },
    y: { name: 'norm of the gradient', log: true, min: 1e-7, max: 1e5 },
  };
  panels.push({ title: `${kind}: gradient (solid) and bounds (dashed)`, ...axes, series });
}
await draw('chain', panels, results);
device.dispose();
