// Draws the examples' charts: panels of curves or points, or grey images, as SVG files in examples/output, beside the
// numbers that the documents state.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { contours } from 'd3-contour';
import { setVerbosity } from 'dawngrad';
import { init } from 'echarts';
import { encode } from 'fast-png';

const PANEL = { width: 460, height: 340, columns: 2 };
/** The palette of Okabe and Ito (2008), which colour-blind readers can distinguish. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
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

/** An axis; `log` spaces it by powers of `base`, `interval` is the distance between ticks; `categories` are words from top to bottom. */
const axisOf = ({ name, log = false, base = 10, min, max, interval, categories }) => ({
  type: categories ? 'category' : log ? 'log' : 'value',
  ...(categories && { data: categories, inverse: true }),
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
  axisLabel: { hideOverlap: true, ...(!categories && { formatter: short }) },
});

/** Assigns each name the first free number: the same in all panels, and unique within each. */
function places(panels) {
  const found = new Map();
  for (const names of panels.toSorted((a, b) => b.length - a.length)) {
    for (const name of names.filter((each) => !found.has(each))) {
      const taken = new Set(names.map((other) => found.get(other)));
      let place = 0;
      while (taken.has(place)) place++;
      found.set(name, place);
    }
  }
  return found;
}

const CELLS = 120;

/** The contour lines of `f(x, y)` at `levels` in a panel, without its border. */
function contourLines({ f, levels }, x, y) {
  const at = ({ min, max }, cell) => min + ((max - min) * cell) / CELLS;
  const values = Array.from({ length: CELLS * CELLS }, (_, i) =>
    f(at(x, (i % CELLS) + 0.5), at(y, Math.floor(i / CELLS) + 0.5)),
  );
  const isBorder = ([a, b], [c, d]) =>
    [0, CELLS].some((edge) => (a === edge && c === edge) || (b === edge && d === edge));
  const rings = contours().size([CELLS, CELLS]).thresholds(levels)(values);
  const lines = [];
  for (const ring of rings.flatMap(({ coordinates }) => coordinates.flat())) {
    ring.forEach((point, i) => {
      if (i === 0 || isBorder(ring[i - 1], point)) lines.push([]);
      lines.at(-1).push([at(x, point[0]), at(y, point[1])]);
    });
  }
  return {
    type: 'lines',
    coordinateSystem: 'cartesian2d',
    polyline: true,
    data: lines.filter(({ length }) => length > 1).map((coords) => ({ coords })),
    lineStyle: { color: '#808080', width: 0.6, opacity: 0.6 },
  };
}

/** The names in a panel stand at the ends of curves over time, and above paths and points. */
const hasLegend = ({ contours: lines, series }) => Boolean(lines) || series.some(({ name, type }) => name && type);

/** A legend entry: a line without a dot, or a dot. */
const legendOf = ({ name, type }) => (type ? name : { name, itemStyle: { opacity: 0 } });

/** Moves points above and below an axis to its ends, so that the end of a curve is never hidden. */
const within =
  ({ min = -Infinity, max = Infinity }) =>
  ([x, y]) => [x, Math.min(max, Math.max(min, y))];

/**
 * Draws panels `{ title, x: { name, log, base, min, max, interval, categories }, y, series, contours: { f, levels } }` into
 * output/NAME.svg, with series `[{ name, data: [[x, y], ...], type, dashed, like }]`, at most six with a name. A
 * series is a line unless its `type` is scatter, and has the colour of the series whose name is `like`. Contours need `min` and `max` of both axes.
 * `results`, numbers in objects and arrays, go to output/NAME.json: the documents state no other numbers of a run.
 */
export async function draw(name, panels, results = {}) {
  const rows = Math.ceil(panels.length / PANEL.columns);
  const size = { width: PANEL.width * Math.min(panels.length, PANEL.columns), height: PANEL.height * rows };
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  const left = (i) => (i % PANEL.columns) * PANEL.width;
  const top = (i) => Math.floor(i / PANEL.columns) * PANEL.height;
  const names = (panel) => panel.series.map((each) => each.name).filter(Boolean);
  const crowded = panels.find((panel) => names(panel).length > COLOURS.length);
  if (crowded) throw new Error(`${crowded.title}: more than ${COLOURS.length} curves can't be told apart`);
  const found = places(panels.map(names));
  const longest = (panel) => Math.max(0, ...names(panel).map(({ length }) => length));
  const words = ({ y: { categories = [] } }) => Math.max(0, ...categories.map(({ length }) => 6 * length - 40));
  chart.setOption({
    animation: false,
    title: panels.map(({ title }, i) => ({
      text: title,
      left: left(i) + 12,
      top: top(i) + 8,
      textStyle: { fontSize: 13 },
    })),
    legend: panels.map((panel, i) => ({
      show: hasLegend(panel),
      data: panel.series.filter(({ name }) => name).map(legendOf),
      left: left(i) + 58,
      top: top(i) + 28,
      width: PANEL.width - 70,
      itemWidth: 20,
      itemGap: 6,
      itemHeight: 8,
      textStyle: { fontSize: 10 },
      formatter: (text) => `${text}\u2003`, // extra space, because the viewer's font may be wider than the measured one
    })),
    grid: panels.map((panel, i) => ({
      left: left(i) + 66 + words(panel),
      top: top(i) + 56,
      width: PANEL.width - 90 - words(panel) - (hasLegend(panel) ? 0 : 5.5 * longest(panel)),
      height: PANEL.height - 106,
    })),
    xAxis: panels.map(({ x }, i) => ({ ...axisOf(x), gridIndex: i })),
    yAxis: panels.map(({ y }, i) => ({ ...axisOf(y), nameGap: 52, gridIndex: i })),
    series: panels.flatMap(({ series, x, y, contours: lines }, i) => [
      ...(lines ? [{ ...contourLines(lines, x, y), xAxisIndex: i, yAxisIndex: i }] : []),
      ...series.map(({ type = 'line', dashed = false, color: given, name, like = name, data, ...rest }, k) => {
        const color = given ?? COLOURS[(like ? found.get(like) : k) % COLOURS.length];
        return {
          type,
          xAxisIndex: i,
          yAxisIndex: i,
          symbol: type === 'line' ? 'none' : 'circle',
          symbolSize: 3,
          clip: true,
          color,
          lineStyle: { width: 1.5, type: dashed ? 'dashed' : 'solid' },
          name,
          data: type === 'line' ? data.map(within(y)) : data,
          endLabel: { show: !hasLegend(panels[i]) && Boolean(name), formatter: name, distance: 4, fontSize: 10, color },
          labelLayout: { moveOverlap: 'shiftY' },
          ...rest,
        };
      }),
    ]),
  });
  await save(chart, name, panels.map(({ title }) => title).join(', '), results);
}

/** Six digits of every number in objects and arrays. */
const rounded = (value) => (typeof value === 'number' ? +value.toPrecision(6) : value);

async function save(chart, name, title, results) {
  await mkdir(folder, { recursive: true });
  const svg = chart
    .renderToSVGString()
    .replaceAll(/ ecmeta_\w+="[^"]*"/g, '') // drops data for mouse events, which is half of the file
    .replaceAll(/(<text[^>]*style=")([^>]*) fill="(#[0-9a-f]{6})"/g, (all, start, rest, colour) =>
      COLOURS.includes(colour) ? `${start}fill:${colour};${rest}` : all,
    ); // STYLE overrides attributes
  const known = `<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>${STYLE}`;
  await writeFile(
    `${folder}${name}.svg`,
    svg.replace(/<svg[^>]*>/, (tag) => `${tag}${known}`),
  );
  const numbers = JSON.stringify(results, (_, value) => rounded(value), 1);
  await writeFile(`${folder}${name}.json`, `${numbers}\n`);
  chart.dispose();
  console.log(`examples/output/${name}.svg and .json`);
}

const IMAGES = { scale: 2, gap: 4, labels: 170 };

/** Draws rows `{ label, images }` of square grey images, `side` pixels wide, into output/NAME.svg; `results` as for `draw`. */
export async function drawImages(name, rows, side, results = {}) {
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
  await save(chart, name, rows.map(({ label }) => label).join(', '), results);
}

/** Points (1, v1), (2, v2), ... from values. */
export const overTime = (values) => Array.from(values, (value, i) => [i + 1, value]);
