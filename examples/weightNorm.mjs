// The smaller the weights, the more one step turns the hyperplane, and the faster a neuron learns. After npm run build:
//   node examples/weightNorm.mjs
// A step moves w by at most rate |x|, in whatever direction: it turns a long w by a small angle and a short w by a large one.
import { init, randomNormal } from 'dawngrad';
import { draw } from './charts.mjs';
import { learn } from './neurons.mjs';

const device = await init({ seed: 1 });
const [FEATURES, POINTS, SEEDS] = [20, 200, 5];
const NORMS = [0.01, 0.1, 1, 10, 100];

const classes = Array.from({ length: POINTS }, (_, i) => i % 2);
const norm = (v) => Math.hypot(...v);
/** The angle in degrees between weights and an axis. */
const angleTo = (axis, w) => (180 / Math.PI) * Math.acos(w[axis] / norm(w));
/** Normally distributed points; the classes lie 4 apart along one axis. */
async function sample(axis) {
  const z = await randomNormal([POINTS, FEATURES]).array();
  return z.map((row, i) => row.map((v, j) => (j === axis ? v + 4 * classes[i] - 2 : v)));
}
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const withoutBias = (history) => history.map((step) => step.map((weights) => weights.slice(0, FEATURES)));

// Weights of several norms, at right angles to the axis that tells the classes apart.
const runs = [];
for (let seed = 0; seed < SEEDS; seed++) {
  const points = await sample(0);
  const [[, ...rest]] = await randomNormal([1, FEATURES]).array();
  const ofLength = (length) => [0, ...rest.map((v) => (v * length) / norm(rest))];
  for (const length of NORMS) runs.push({ length, points, classes, first: ofLength(length), rate: 0.1 });
}
const history = withoutBias(await learn(runs, 300));
const results = { firstStep: {} };
const [turns, ways] = [[], []];
for (const length of NORMS) {
  const same = [...runs.keys()].filter((k) => runs[k].length === length);
  const degrees = same.map((k) => 90 - angleTo(0, history[1][k]));
  turns.push(...degrees.map((value) => [length, value]));
  const way = history.map((step) => mean(same.map((k) => angleTo(0, step[k]))));
  ways.push({ name: `norm ${length}`, data: way.map((value, i) => [i, value]) });
  results.firstStep[length] = { mean: mean(degrees), least: Math.min(...degrees), most: Math.max(...degrees) };
  console.log(`norm ${length}: the first step turns the weights by ${mean(degrees).toPrecision(2)} degrees`);
}

// Neurons that learn for long, with and without L2, until the classes differ along another axis.
const [DECAYS, CHANGE] = [[0, 0.01, 0.1], 1000];
let neurons = [];
for (let seed = 0; seed < SEEDS; seed++) {
  const [points, later, [first]] = [await sample(0), await sample(1), await randomNormal([1, FEATURES]).array()];
  for (const decay of DECAYS) neurons.push({ decay, points, classes, later, first, rate: 1 });
}
const before = withoutBias(await learn(neurons, CHANGE));
neurons = neurons.map((each, k) => ({ ...each, points: each.later, first: before[CHANGE][k] }));
const after = withoutBias(await learn(neurons, 100));
const [norms, angles] = [[], []];
for (const decay of DECAYS) {
  const same = [...neurons.keys()].filter((k) => neurons[k].decay === decay);
  const name = decay === 0 ? 'without L2' : `L2 ${decay}`;
  norms.push({ name, data: before.map((step, i) => [i, mean(same.map((k) => norm(step[k])))]) });
  angles.push({ name, data: after.map((step, i) => [i, mean(same.map((k) => angleTo(1, step[k])))]) });
  const steps = same.map((k) => after.findIndex((step) => angleTo(1, step[k]) < 45));
  results[name] = { norm: norms.at(-1).data.at(-1)[1], steps, mean: mean(steps) };
  console.log(`${name}: norm ${results[name].norm.toFixed(2)}, then steps to within 45 degrees: ${steps.join(', ')}`);
}

const towards = [{ name: 'step' }, { name: 'degrees from the best direction' }];
const panel = (title, [x, y], series) => ({ title, x, y, series });
const turn = [{ type: 'scatter', symbolSize: 6, data: turns }];
const logarithmic = [
  { name: 'norm of the weights', log: true },
  { name: 'degrees', log: true },
];
const panels = [
  panel(`Turn in the first step, ${SEEDS} neurons each`, logarithmic, turn),
  panel('Way to the best direction', towards, ways),
  panel('Long training', [{ name: 'step' }, { name: 'norm of the weights' }], norms),
  panel('Then classes along another axis', towards, angles),
];
await draw('weightNorm', panels, results);
device.dispose();
