import { checkValue } from '../core/checks.ts';
import { isRecord } from '../io/json.ts';
import type { History } from './fitOptions.ts';

const PANEL = { width: 380, height: 260, left: 56, right: 16, top: 44, bottom: 40 };
/** From the palette of Okabe and Ito (2008), which is safe for colour-blind readers. */
const COLOURS = { training: '#0072b2', validation: '#d55e00' };
const STYLE = `.history{color:#333;font:12px system-ui,sans-serif}.history text{fill:currentColor}
@media(prefers-color-scheme:dark){.history{color:#ddd}}`;

/**
 * Draws the history of `fit`: a panel for the loss and one per metric, with training as a solid line and validation as a dashed
 * one. The background is transparent, and the text is legible on light and dark pages.
 * @returns an SVG document as text, for a file or a page.
 * @throws ValueError if the argument is not a history.
 */
export function historyChart({ epoch, history }: History): string {
  checkValue('historyChart', 'history', history, [isRecord, 'what fit returns']);
  const names = Object.keys(history).filter((name) => !name.startsWith('val_') || !(name.slice(4) in history));
  const panels = names.map((name, i) => {
    const series = { training: history[name], validation: history[`val_${name}`] ?? [] };
    return `<g transform="translate(${i * PANEL.width})">${panel(name, epoch, series)}</g>`;
  });
  const size = `width="${PANEL.width * names.length}" height="${PANEL.height}"`;
  const title = `<title>${text(names.join(', '))} of ${epoch.length} epochs</title>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} class="history">${title}<style>${STYLE}</style>${panels.join('')}</svg>`;
}

const text = (plain: string): string => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function panel(
  name: string,
  epoch: readonly number[],
  series: Record<keyof typeof COLOURS, readonly number[]>,
): string {
  const { width, height, left, right, top, bottom } = PANEL;
  const values = Object.values(series).flat().filter(Number.isFinite);
  const ticks = ticksOf(Math.min(...values), Math.max(...values));
  const [first, last] = [epoch[0] + 1, epoch[epoch.length - 1] + 1];
  const scale = (value: number, from: number, to: number) => (value - from) / (to - from || 1);
  const x = (e: number): number => left + scale(e + 1, first, last) * (width - left - right);
  const y = (value: number): number =>
    height - bottom - scale(value, ticks[0], ticks[ticks.length - 1]) * (height - top - bottom);
  const grid = ticks.map(
    (tick) =>
      `<path d="M${left} ${y(tick)}H${width - right}" stroke="currentColor" opacity=".2"/>` +
      `<text x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${+tick.toPrecision(6)}</text>`,
  );
  const lines = Object.entries(COLOURS).map(([kind, colour], i) => {
    const points = series[kind as keyof typeof COLOURS].map((value, k) => [x(epoch[k]), y(value), value]); // its own keys
    if (points.length === 0) return '';
    const dash = kind === 'validation' ? ' stroke-dasharray="5 3"' : '';
    const runs = points.map(([px, py, value], k) =>
      Number.isFinite(value)
        ? `${Number.isFinite(points[k - 1]?.[2]) ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`
        : '',
    );
    const stroke = `fill="none" stroke="${colour}" stroke-width="2" stroke-linecap="round"`;
    const alone = points.length === 1 ? 'm-3 0h6' : ''; // a single point would be invisible
    const key = `M${left + 100 * i} ${top - 14}h18`;
    return (
      `<path d="${runs.join('')}${alone}" ${stroke}${dash}/><path d="${key}" ${stroke}${dash}/>` +
      `<text x="${left + 100 * i + 24}" y="${top - 10}">${kind}</text>`
    );
  });
  const axis =
    `<text x="${x(first - 1)}" y="${height - bottom + 18}">${first}</text>` +
    `<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">epoch</text>` +
    (last === first ? '' : `<text x="${x(last - 1)}" y="${height - bottom + 18}" text-anchor="end">${last}</text>`);
  return `<text x="${left}" y="18" font-weight="bold">${text(name)}</text>${grid.join('')}${axis}${lines.join('')}`;
}

/** About four round numbers that enclose a range. */
function ticksOf(low: number, high: number): number[] {
  if (!(high >= low)) return [0, 1];
  const range = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(range / 3));
  const step = power * ([1, 2, 5].find((each) => each * power >= range / 4) ?? 10);
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step) - first);
  return Array.from({ length: count + 1 }, (_, i) => (first + i) * step);
}
