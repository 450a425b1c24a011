// Scales correlated points by min-max and to variance 1, and whitens them by PCA and ZCA. After npm run build:
//   node examples/whitening.mjs
import { init, normalization, randomNormal, sequential, whitening } from 'dawngrad';
import { minMaxStatistics, statistics, whiteningStatistics } from 'dawngrad/data';
import { draw } from './charts.mjs';

const POINTS = 300;

const device = await init({ seed: 1 });
const z = await randomNormal([POINTS, 2]).data();
const data = Float32Array.from(z, (_, i) => {
  const [a, b] = z.subarray(i & ~1, (i & ~1) + 2);
  return i % 2 === 0 ? 3 + 2 * a + 0.3 * b : -1 + 1.2 * a - 0.6 * b;
});
const x = { data, shape: [POINTS, 2] };

const layers = {
  'min-max': normalization(minMaxStatistics(x, -1)),
  standardised: normalization(statistics(x, -1)),
  'after PCA': whitening(await whiteningStatistics(x, { kind: 'pca' })),
  'after ZCA': whitening(await whiteningStatistics(x, { kind: 'zca' })),
};
const panels = [{ title: 'before: one colour per quadrant', points: data }];
for (const [title, layer] of Object.entries(layers)) {
  const y = await sequential([layer]).predict(x);
  panels.push({ title, points: await y.data() });
}

/** The means, variances and covariance of the points. */
function momentsOf(points) {
  const mean = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis).reduce((sum, v) => sum + v, 0) / POINTS);
  const product = (a, b) =>
    Array.from({ length: POINTS }, (_, i) => (points[2 * i + a] - mean[a]) * (points[2 * i + b] - mean[b])).reduce(
      (sum, v) => sum + v,
      0,
    ) / POINTS;
  return { mean, variance: [product(0, 0), product(1, 1)], covariance: product(0, 1) };
}

for (const { title, points } of panels) {
  const { mean, variance, covariance } = momentsOf(points);
  const shown = [...mean, ...variance, covariance].map((v) => v.toFixed(3).padStart(7));
  console.log(
    `${title.slice(0, 12).padEnd(12)} mean ${shown[0]} ${shown[1]}  variance ${shown[2]} ${shown[3]}  covariance ${shown[4]}`,
  );
}

/** The quadrant around the mean where a point lay before; it sets the point's colour in all panels. */
const quarters = ['lower left', 'lower right', 'upper left', 'upper right'];
const { mean } = momentsOf(data);
const quarter = (i) => Number(data[2 * i] > mean[0]) + 2 * Number(data[2 * i + 1] > mean[1]);

// Panels are 1.75 times as wide as high, so both axes have the same scale.
const first = { name: 'first', min: -7, max: 10.5, interval: 3.5 };
const second = { name: 'second', min: -6, max: 4, interval: 2 };
const everyPoint = Array.from({ length: POINTS }, (_, i) => i);
await draw(
  'whitening',
  panels.map(({ title, points }) => ({
    title,
    x: first,
    y: second,
    series: quarters.map((quarterName, which) => ({
      name: quarterName,
      type: 'scatter',
      itemStyle: { opacity: 0.6 },
      data: everyPoint.filter((i) => quarter(i) === which).map((i) => [points[2 * i], points[2 * i + 1]]),
    })),
  })),
);
device.dispose();
