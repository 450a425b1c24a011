// A hyperplane turns into place faster when the data are centred and normalised. After npm run build:
//   node examples/hyperplane.mjs
// Logistic regression in two dimensions: the boundary between two classes is the line w x + b = 0. Multiplying w and b by a
// number leaves the line where it is, so only their direction matters.
import { init, randomNormal } from 'dawngrad';
import { statistics } from 'dawngrad/data';
import { draw } from './charts.mjs';
import { bestOf, judge, learn, lineIn } from './neurons.mjs';

const device = await init({ seed: 1 });
const [SEEDS, POINTS, STEPS, GOAL] = [10, 100, 200, 0.95];
const RATES = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

const classes = Array.from({ length: POINTS }, (_, i) => i % 2);
/** Points whose features have means of 20 and 3 and unlike deviations. */
async function sample() {
  const z = await randomNormal([POINTS, 2]).array();
  const side = (i) => 1.5 * (2 * classes[i] - 1);
  return z.map(([a, b], i) => [20 + 5 * (a + side(i)), 3 + 0.5 * (b - side(i))]);
}
const rescale = (points, scale) => {
  const { mean, variance } = statistics(points, -1);
  return points.map((point) => point.map((v, axis) => scale(v, mean[axis], Math.sqrt(variance[axis]))));
};
const kinds = {
  raw: (points) => points,
  centred: (points) => rescale(points, (v, mean) => v - mean),
  normalised: (points) => rescale(points, (v, mean, deviation) => (v - mean) / deviation),
};

const runs = [];
const starts = await randomNormal([SEEDS, 2]).array();
for (const first of starts) {
  const points = await sample();
  for (const [kind, prepare] of Object.entries(kinds)) {
    for (const rate of RATES) runs.push({ kind, rate, first, classes, points: prepare(points) });
  }
}
const history = await learn(runs, STEPS);
judge(runs, history, GOAL);
for (const [k, run] of runs.entries()) run.lines = history.map((weights) => weights[k]);

console.log(`rates ${RATES.join(', ')}, each kind of data with its best`);
const results = {};
const best = {};
for (const kind of Object.keys(kinds)) {
  best[kind] = bestOf(runs, kind);
  const steps = best[kind].map((run) => run.steps);
  results[kind] = { rate: best[kind][0].rate, steps, mean: steps.reduce((sum, n) => sum + n, 0) / SEEDS };
  console.log(`${kind}: steps to ${100 * GOAL} %:`, results[kind]);
}

const SHOWN = { start: 0, 'step 1': 1, 'step 20': 20 };
const ranges = { raw: [0, 40, 0, 6], centred: [-20, 20, -3, 3], normalised: [-3, 3, -3, 3] };
const panels = Object.entries(best).map(([kind, [{ points, lines, rate }]]) => {
  const [left, right, low, high] = ranges[kind];
  const x = { name: 'first feature', min: left, max: right };
  const y = { name: 'second feature', min: low, max: high };
  const ofClass = (c) => ({ name: `class ${c}`, type: 'scatter', data: points.filter((_, i) => classes[i] === c) });
  const boundaries = Object.entries(SHOWN).map(([name, i]) => ({ name, data: lineIn(lines[i], x, y) }));
  return { title: `${kind}, rate ${rate}`, x, y, series: [...boundaries, ofClass(0), ofClass(1)] };
});
const mean = (kind, i) => best[kind].reduce((sum, { accuracy }) => sum + accuracy[i], 0) / SEEDS;
const curve = (kind) => ({ name: kind, data: Array.from({ length: 61 }, (_, i) => [i, mean(kind, i)]) });
const curves = Object.keys(kinds).map(curve);
panels.push({ title: `Mean of ${SEEDS} data sets`, x: { name: 'step' }, y: { name: 'accuracy' }, series: curves });
await draw('hyperplane', panels, results);
device.dispose();
