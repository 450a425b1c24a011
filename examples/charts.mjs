// Draws the examples' charts: panels of curves or points, or grey images, as SVG files in examples/output.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setVerbosity } from 'dawngrad';
import { init } from 'echarts';
import { encode } from 'fast-png';

const PANEL = { width: 460, height: 340, columns: 2 };
/** The palette of Okabe and Ito (2008), which colour-blind readers can distinguish. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
/** Distinguishes curves of the same colour. */
const DASHES = ['solid', 'dashed', 'dotted'];
/** Text colours for light and dark pages; the background is transparent. */
const STYLE = '<style>text{fill:#333}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>';
const GRID = 'rgba(128, 128, 128, 0.3)';
setVerbosity(0); // the examples print results, not the progress of fit
const folder = fileURLToPath(new URL('output/', import.meta.url));

/** Formats a number in a few characters. */
const short = (value) =>
  value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
    ? value.toExponential(0)
    : `${+value.toPrecision(3)}`;

/** An axis; `log` spaces it by powers of `base`, `interval` is the distance between ticks. */
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
  axisLine: { show: true, onZero: false, lineStyle: { color: '#808080' } },
  splitLine: { lineStyle: { color: GRID } },
  axisLabel: { hideOverlap: true, formatter: short },
});

/** A legend entry: a (dashed) line without a dot, or a dot. */
const legendOf = ({ name, type = 'line' }) => (type === 'line' ? { name, itemStyle: { opacity: 0 } } : name);

/** Assigns each name the first free number: the same in all panels, and unique within each. */
function places(panels) {
  const found = new Map();
  for (const names of panels) {
    for (const name of names.filter((each) => !found.has(each))) {
      const taken = new Set(names.map((other) => found.get(other)));
      let place = 0;
      while (taken.has(place)) place++;
      found.set(name, place);
    }
  }
  return found;
}

/**
 * Draws panels `{ title, x: { name, log, base, min, max, interval }, y, series }` into output/NAME.svg, with series
 * `[{ name, data: [[x, y], ...], type, dashed }]`. A series is a line unless its `type` is scatter. The legend omits series without a name.
 */
export async function draw(name, panels) {
  const rows = Math.ceil(panels.length / PANEL.columns);
  const size = { width: PANEL.width * Math.min(panels.length, PANEL.columns), height: PANEL.height * rows };
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  const left = (i) => (i % PANEL.columns) * PANEL.width;
  const top = (i) => Math.floor(i / PANEL.columns) * PANEL.height;
  const names = (panel) => panel.series.map((each) => each.name).filter(Boolean);
  const found = places(panels.map(names));
  chart.setOption({
    animation: false,
    title: panels.map(({ title }, i) => ({
      text: title,
      left: left(i) + 12,
      top: top(i) + 8,
      textStyle: { fontSize: 13 },
    })),
    legend: panels.map((panel, i) => ({
      data: panel.series.filter((each) => each.name).map(legendOf),
      left: left(i) + 12,
      top: top(i) + 28,
      width: PANEL.width - 24,
      itemWidth: 24,
      itemGap: 6,
      itemHeight: 8,
      textStyle: { fontSize: 10 },
      formatter: (text) => `${text}\u2003`, // extra space, because the viewer's font may be wider than the measured one
    })),
    grid: panels.map((_, i) => ({
      left: left(i) + 66,
      top: top(i) + 84,
      width: PANEL.width - 90,
      height: PANEL.height - 134,
    })),
    xAxis: panels.map(({ x }, i) => ({ ...axisOf(x), gridIndex: i })),
    yAxis: panels.map(({ y }, i) => ({ ...axisOf(y), nameGap: 52, gridIndex: i })),
    series: panels.flatMap(({ series }, i) =>
      series.map(({ type = 'line', dashed = false, color, ...rest }, k) => {
        const place = rest.name ? found.get(rest.name) : k;
        return {
          type,
          xAxisIndex: i,
          yAxisIndex: i,
          symbol: type === 'line' ? 'none' : 'circle',
          symbolSize: 3,
          clip: true,
          color: color ?? COLOURS[place % COLOURS.length],
          lineStyle: { width: 1.5, type: dashed ? 'dashed' : DASHES[Math.floor(place / COLOURS.length)] },
          ...rest,
        };
      }),
    ),
  });
  await save(chart, name, panels.map(({ title }) => title).join(', '));
}

async function save(chart, name, title) {
  await mkdir(folder, { recursive: true });
  const svg = chart.renderToSVGString().replaceAll(/ ecmeta_\w+="[^"]*"/g, ''); // drops data for mouse events, which is half of the file
  const known = `<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>${STYLE}`;
  await writeFile(
    `${folder}${name}.svg`,
    svg.replace(/<svg[^>]*>/, (tag) => `${tag}${known}`),
  );
  chart.dispose();
  console.log(`examples/output/${name}.svg`);
}

const IMAGES = { scale: 2, gap: 4, labels: 170 };

/** Draws rows `{ label, images }` of square grey images, `side` pixels wide, into output/NAME.svg. */
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
  chart.setOption({ graphic: [image, ...rows.map(text)] });
  await save(chart, name, rows.map(({ label }) => label).join(', '));
}

/** Points (1, v1), (2, v2), ... from values. */
export const overTime = (values) => Array.from(values, (value, i) => [i + 1, value]);
