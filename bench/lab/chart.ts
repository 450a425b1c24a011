// Steps per second of dawngrad and of PyTorch, as a picture.
import { svgOf } from '../../src/cli/charts/charts.ts';

const SIZE = { width: 900, height: 480 };
const COLOURS = ['#2a78d6', '#c2570c', '#6b7280'];
const GREY = '#4b5563';
const FONT = 'system-ui, sans-serif';

export interface Contender {
  readonly name: string;
  /** Steps per second of each batch; nothing where it was not measured. */
  readonly rates: readonly (number | undefined)[];
}

export interface Comparison {
  readonly title: string;
  readonly subtitle: string;
  readonly batches: readonly number[];
  readonly contenders: readonly Contender[];
}

/** A bar for each contender at each batch size, the first on top: an SVG picture. */
export function drawSteps({ title, subtitle, batches, contenders }: Comparison): string {
  const lowest = Math.min(...contenders.flatMap(({ rates }) => rates.flatMap((rate) => rate ?? [])));
  const svg = svgOf(
    {
      backgroundColor: '#ffffff',
      title: {
        text: title,
        subtext: subtitle,
        top: 8,
        left: 10,
        textStyle: { fontSize: 15, fontFamily: FONT },
        subtextStyle: { color: GREY, fontFamily: FONT },
      },
      grid: { left: 100, right: 110, top: 70, bottom: 50 },
      xAxis: {
        type: 'log',
        min: 10 ** Math.floor(Math.log10(lowest)),
        name: 'steps per second, logarithmic',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { color: GREY },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: batches.map((batch) => `batch ${batch}`),
        axisTick: { show: false },
      },
      series: contenders.map(({ name, rates }, i) => ({
        type: 'bar',
        name,
        itemStyle: { color: COLOURS[i] },
        barGap: '10%',
        label: { show: true, position: 'right', formatter: '{c}  {a}', color: GREY, backgroundColor: '#ffffff' },
        data: rates.map((rate) => (rate === undefined ? '-' : Math.round(rate))),
      })),
    },
    SIZE,
  );
  return svg.replace(/^<svg /, '<svg role="img" ').replace('>', `><title>${title}: ${subtitle}</title>`);
}
