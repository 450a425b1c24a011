// Charts for the examples: curves, points or grey pictures side by side, as an SVG picture in examples/output.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setVerbosity } from 'dawngrad';
import { init } from 'echarts';
import { encode } from 'fast-png';

const PANEL = { width: 460, height: 340, columns: 2 };
const COLOURS = [
  '#2a78d6',
  '#c2570c',
  '#2f9e44',
  '#9c36b5',
  '#e03131',
  '#0b7285',
  '#b08900',
  '#6b7280',
  '#f06595',
  '#74b816',
  '#5c3d2e',
  '#4dabf7',
];
setVerbosity(0); // the examples print what they found, not how fit gets on
const folder = fileURLToPath(new URL('output/', import.meta.url));

/** A number in a few characters. */
const short = (value) =>
  value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
    ? value.toExponential(0)
    : `${+value.toPrecision(3)}`;

/** An axis with its name; `log` for powers of `base`, `interval` from tick to tick. */
const axisOf = ({ name, log = false, base = 10, min, max, interval }) => ({
  type: log ? 'log' : 'value',
  name,
  nameLocation: 'middle',
  nameGap: 28,
  scale: true,
  ...(log && { logBase: base }),
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
  ...(interval !== undefined && { interval }),
  axisLine: { show: true, onZero: false },
  axisLabel: { hideOverlap: true, formatter: short },
});

/**
 * Draws panels `{ title, x: { name, log, base, min, max, interval }, y, series }` into output/NAME.svg, with series
 * `[{ name, data: [[x, y], ...], type, dashed }]`. A series is a line unless its `type` says scatter; one without a name is not in the legend.
 */
export async function draw(name, panels) {
  const rows = Math.ceil(panels.length / PANEL.columns);
  const size = { width: PANEL.width * Math.min(panels.length, PANEL.columns), height: PANEL.height * rows };
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  const left = (i) => (i % PANEL.columns) * PANEL.width;
  const top = (i) => Math.floor(i / PANEL.columns) * PANEL.height;
  const names = (panel) => panel.series.map((each) => each.name).filter(Boolean);
  const all = [...new Set(panels.flatMap(names))]; // a name has one colour in all panels, as in their legends
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: panels.map(({ title }, i) => ({
      text: title,
      left: left(i) + 12,
      top: top(i) + 8,
      textStyle: { fontSize: 13 },
    })),
    legend: panels.map((panel, i) => ({
      data: names(panel),
      left: left(i) + 12,
      top: top(i) + 28,
      width: PANEL.width - 24,
      itemWidth: 14,
      itemGap: 6,
      icon: 'roundRect',
      itemHeight: 8,
      textStyle: { fontSize: 10 },
      formatter: (text) => `${text}\u2003`, // room at its right, as a viewer's font may be wider than the one reckoned with
    })),
    grid: panels.map((_, i) => ({
      left: left(i) + 66,
      top: top(i) + 84,
      width: PANEL.width - 90,
      height: PANEL.height - 134,
    })),
    xAxis: panels.map(({ x }, i) => ({ ...axisOf(x), gridIndex: i })),
    yAxis: panels.map(({ y }, i) => ({ ...axisOf(y), nameGap: 44, gridIndex: i })),
    series: panels.flatMap(({ series }, i) =>
      series.map(({ type = 'line', dashed = false, color, ...rest }, k) => ({
        type,
        xAxisIndex: i,
        yAxisIndex: i,
        showSymbol: false,
        symbolSize: 3,
        color: color ?? COLOURS[(rest.name ? all.indexOf(rest.name) : k) % COLOURS.length],
        lineStyle: { width: 1.5, type: dashed ? 'dashed' : 'solid' },
        ...rest,
      })),
    ),
  });
  await save(chart, name);
}

async function save(chart, name) {
  await mkdir(folder, { recursive: true });
  const svg = chart.renderToSVGString().replaceAll(/ ecmeta_\w+="[^"]*"/g, ''); // marks for the mouse are half of it
  await writeFile(`${folder}${name}.svg`, svg);
  chart.dispose();
  console.log(`examples/output/${name}.svg`);
}

const IMAGES = { scale: 2, gap: 4, labels: 170 };

/** Draws rows `{ label, images }` of grey pictures, `side` pixels wide and high, into output/NAME.svg. */
export async function drawImages(name, rows, side) {
  const { scale, gap, labels } = IMAGES;
  const step = side + gap;
  const [width, height] = [Math.max(...rows.map(({ images }) => images.length)), rows.length].map((n) => n * step);
  const data = new Uint8ClampedArray(width * height).fill(255);
  rows.forEach(({ images }, row) => {
    images.forEach((image, column) => {
      for (let y = 0; y < side; y++) {
        data.set(image.subarray(y * side, (y + 1) * side), (row * step + y) * width + column * step);
      }
    });
  });
  const png = Buffer.from(encode({ width, height, data, channels: 1 })).toString('base64');
  const size = { width: width * scale, height: height * scale };
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: labels + size.width, height: size.height });
  const text = ({ label }, row) => ({
    type: 'text',
    style: { text: label, x: 8, y: (row * step + side / 2) * scale, verticalAlign: 'middle', fontSize: 13 },
  });
  const image = { type: 'image', style: { image: `data:image/png;base64,${png}`, x: labels, y: 0, ...size } };
  chart.setOption({ backgroundColor: '#ffffff', graphic: [image, ...rows.map(text)] });
  await save(chart, name);
}

/** Values as points over 1, 2, 3, ... */
export const overTime = (values) => Array.from(values, (value, i) => [i + 1, value]);
