// Correlated points before whitening, after PCA and after ZCA. Build first (npm run build), then: node examples/whitening.mjs
import { mkdir, writeFile } from 'node:fs/promises';
import { init, randomNormal, sequential, whitening } from 'dawngrad';
import { whiteningStatistics } from 'dawngrad/data';
import * as echarts from 'echarts';

const POINTS = 600;
const COLOURS = ['#2a78d6', '#c2570c', '#6b7280', '#15803d'];

const device = await init({ seed: 1 });
const z = await randomNormal([POINTS, 2]).data();
const data = Float32Array.from(z, (_, i) => {
  const [a, b] = z.subarray(i & ~1, (i & ~1) + 2);
  return i % 2 === 0 ? 3 + 2 * a + 0.3 * b : -1 + 1.2 * a - 0.6 * b;
});
const x = { data, shape: [POINTS, 2] };

const panels = [{ title: 'before', points: data }];
for (const kind of ['pca', 'zca']) {
  const model = sequential([whitening(await whiteningStatistics(x, { kind }))]);
  const y = await model.predict(x);
  panels.push({ title: `after ${kind.toUpperCase()}`, points: await y.data() });
}

/** Means, then the covariance's two variances and its other entry. */
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
    `${title.padEnd(10)} mean ${shown[0]} ${shown[1]}  variance ${shown[2]} ${shown[3]}  covariance ${shown[4]}`,
  );
}

/** Where a point lay before: its quarter around the mean, which a colour follows through all panels. */
const { mean } = momentsOf(data);
const quarter = (i) => Number(data[2 * i] > mean[0]) + 2 * Number(data[2 * i + 1] > mean[1]);

const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 960, height: 350 });
const left = (i) => 40 + i * 310;
chart.setOption({
  animation: false,
  backgroundColor: '#ffffff',
  title: panels.map(({ title }, i) => ({ text: title, left: left(i), top: 8, textStyle: { fontSize: 15 } })),
  grid: panels.map((_, i) => ({ left: left(i), top: 50, width: 260, height: 260 })),
  xAxis: panels.map((_, i) => ({ gridIndex: i, type: 'value', min: -9, max: 9, interval: 3 })),
  yAxis: panels.map((_, i) => ({ gridIndex: i, type: 'value', min: -9, max: 9, interval: 3 })),
  series: panels.map(({ points }, i) => ({
    type: 'scatter',
    xAxisIndex: i,
    yAxisIndex: i,
    symbolSize: 4,
    data: Array.from({ length: POINTS }, (_, j) => ({
      value: [points[2 * j], points[2 * j + 1]],
      itemStyle: { color: COLOURS[quarter(j)], opacity: 0.6 },
    })),
  })),
});
const output = new URL('output/', import.meta.url);
await mkdir(output, { recursive: true });
await writeFile(new URL('whitening.svg', output), chart.renderToSVGString());
console.log('examples/output/whitening.svg is written');
chart.dispose();
device.dispose();
