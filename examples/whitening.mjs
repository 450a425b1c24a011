// Scales and whitens correlated points, new ones with the statistics of the training set, and trains on them. After npm run build:
//   node examples/whitening.mjs
import { init, normalization, randomNormal, sequential, whitening } from 'dawngrad';
import { minMaxStatistics, statistics, whiteningStatistics } from 'dawngrad/data';
import { draw } from './charts.mjs';
import { bestOf, judge, learn } from './neurons.mjs';

const [POINTS, NEW, SEEDS, STEPS, GOAL] = [300, 20, 5, 400, 0.95];
const RATES = [0.1, 0.3, 1, 3, 10, 30, 100];
const device = await init({ seed: 1 });

/** Correlated points around (3, -1), of two classes: b, which tells them apart, varies less than a. */
async function sample(count) {
  const z = await randomNormal([count, 2]).array();
  const data = Float32Array.from(z.flatMap(([a, b]) => [3 + 2 * a + 0.3 * b, -1 + 1.2 * a - 0.6 * b]));
  return { x: { data, shape: [count, 2] }, classes: z.map(([, b]) => +(b > 0)) };
}
const layersFor = async (x) => ({
  'min-max': normalization(minMaxStatistics(x, -1)),
  standardised: normalization(statistics(x, -1)),
  'PCA whitening': whitening(await whiteningStatistics(x, { kind: 'pca' })),
  'ZCA whitening': whitening(await whiteningStatistics(x, { kind: 'zca' })),
});
const apply = async (layer, x) => (await sequential([layer]).predict(x)).array();
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rowsOf = ({ data, shape: [count] }) => Array.from({ length: count }, (_, i) => [...data.slice(2 * i, 2 * i + 2)]);

const [training, later] = [await sample(POINTS), await sample(NEW)];
const results = {};
const views = [{ title: 'before', points: rowsOf(training.x), added: rowsOf(later.x) }];
for (const [title, layer] of Object.entries(await layersFor(training.x))) {
  const [points, added] = [await apply(layer, training.x), await apply(layer, later.x)];
  const wrong = await apply((await layersFor(later.x))[title], later.x); // scaled with its own statistics
  const [a, b] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const product = (v, w) => mean(v.map((value, i) => (value - mean(v)) * (w[i] - mean(w))));
  const misplaced = mean(added.map(([p, q], i) => Math.hypot(p - wrong[i][0], q - wrong[i][1])));
  results[title] = { variance: [product(a, a), product(b, b)], covariance: product(a, b), misplaced };
  views.push({ title, points, added });
  console.log(title, results[title]);
}

// Steps of a logistic neuron to 95 %, each kind of data at its best rate.
const runs = [];
for (let seed = 0; seed < SEEDS; seed++) {
  const { x, classes } = await sample(POINTS);
  const kinds = { before: rowsOf(x) };
  for (const [kind, layer] of Object.entries(await layersFor(x))) kinds[kind] = await apply(layer, x);
  for (const [kind, points] of Object.entries(kinds)) {
    for (const rate of RATES) runs.push({ kind, rate, points, classes, first: [1, 0] });
  }
}
judge(runs, await learn(runs, STEPS), GOAL);
console.log(`steps to ${100 * GOAL} %, at the best of the rates ${RATES.join(', ')}:`);
results.steps = {};
for (const { title: kind } of views) {
  const best = bestOf(runs, kind);
  results.steps[kind] = { rate: best[0].rate, steps: best.map(({ steps }) => steps) };
  console.log(kind, results.steps[kind]);
}
results.products = { standardised: 784, whitened: 784 ** 2, network: 784 * 200 + 200 * 100 + 100 * 10 };

// Panels are 11 : 7, so both axes have the same scale.
const [low, interval] = [-6, 1.5];
const axes = {
  x: { name: 'first', min: low, max: 10.5, interval },
  y: { name: 'second', min: low, max: 4.5, interval },
};
const dots = (name, data, symbolSize = 3) => ({ name, type: 'scatter', symbolSize, data });
const ofClass = (points, c) =>
  dots(
    `class ${c}`,
    points.filter((_, i) => training.classes[i] === c),
  );
const drawn = views.filter(({ title }) => title !== 'min-max');
const panels = drawn.map(({ title, points, added }) => {
  const series = [ofClass(points, 0), ofClass(points, 1), dots('new points', added, 6)];
  return { title, ...axes, series };
});
await draw('whitening', panels, results);
device.dispose();
