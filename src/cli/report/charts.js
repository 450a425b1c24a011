// Draws the curves of a report with uPlot, in the colours of its style sheet. Runs in the page, as it stands.
const HEIGHT = 260;
const PRINT_WIDTH = 320; // half of an A4 page
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]; // between labels of the epochs
const { epochs, charts } = JSON.parse(document.getElementById('curves').textContent);

const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const font = '12px system-ui, sans-serif';
const axis = { font, stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
const margin = epochs.length === 1 ? 0.5 : 0.03 * epochs.length;

function draw({ id, series }) {
  const element = document.getElementById(id);
  const format = (_plot, value) => (value == null ? '–' : value.toFixed(4));
  const options = {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { drag: { x: false } },
    scales: { x: { time: false, range: () => [epochs[0] - margin, epochs.at(-1) + margin] } },
    axes: [
      { ...axis, label: 'epoch', labelFont: font, labelSize: 20, size: 30, grid: { show: false }, incrs: WHOLE },
      { ...axis, size: 52, space: 32 },
    ],
    series: [
      { label: 'epoch' },
      ...series.map(({ label, tint }) => ({
        label,
        stroke: colour(tint),
        width: 2,
        value: format,
        points: { show: true, size: epochs.length > 30 ? 0 : 6, fill: colour(tint) },
      })),
    ],
  };
  const plot = new uPlot(options, [epochs, ...series.map(({ values }) => values)], element);
  const resize = (width) => plot.setSize({ width, height: HEIGHT });
  new ResizeObserver(() => resize(element.clientWidth)).observe(element);
  addEventListener('beforeprint', () => resize(PRINT_WIDTH));
  addEventListener('afterprint', () => resize(element.clientWidth));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw(false));
}

charts.forEach(draw);
