import type { Limits } from '../../roofline/limits.ts';
import type { Measured } from '../../roofline/suite.ts';
import { svgOf } from './charts.ts';

const WIDTH = 900;
const ROOF_HEIGHT = 360;
const BAR_HEIGHT = 17;
const COLOURS = { memory: '#2a78d6', arithmetic: '#c2570c' };
const GREY = '#6b7280';
const FONT = 'system-ui, sans-serif';

/** Draws the roofline with all kernels, and each kernel's share of it as a bar, as SVG. */
export function drawRoofline(limits: Limits, kernels: readonly Measured[]): string {
  const barsTop = ROOF_HEIGHT + 90;
  const height = barsTop + kernels.length * BAR_HEIGHT + 40;
  const title = (text: string, subtext: string, top: number) => ({
    text,
    subtext,
    top,
    left: 10,
    textStyle: { fontSize: 15, fontFamily: FONT },
    subtextStyle: { color: GREY, fontFamily: FONT },
  });
  const option = {
    backgroundColor: '#ffffff',
    title: [
      title(
        'Rate against operations per byte',
        'line: limits of the adapter; blue: limited by memory, orange: by arithmetic',
        8,
      ),
      title('Share of the limit', 'relative to the limit that the kernel reaches first', barsTop - 62),
    ],
    grid: [
      { left: 80, right: 30, top: 70, height: ROOF_HEIGHT - 90 },
      { left: 330, right: 60, top: barsTop, height: kernels.length * BAR_HEIGHT },
    ],
    xAxis: [
      { type: 'log', name: 'FLOP per byte', nameLocation: 'middle', nameGap: 26 },
      { gridIndex: 1, type: 'value', min: 0, axisLabel: { formatter: '{value} %' } },
    ],
    yAxis: [
      { type: 'log', name: 'GFLOP/s', nameLocation: 'middle', nameGap: 40 },
      {
        gridIndex: 1,
        type: 'category',
        inverse: true,
        data: kernels.map(({ name, size }) => `${name}  ${size}`),
        axisTick: { show: false },
        axisLabel: { fontSize: 11, interval: 0 },
      },
    ],
    series: [
      { type: 'line', data: roof(limits, kernels), showSymbol: false, lineStyle: { color: GREY, width: 2 } },
      {
        type: 'scatter',
        symbolSize: 8,
        data: kernels
          .filter(({ operations }) => operations > 0)
          .map((kernel) => ({ value: [intensity(kernel), rate(kernel)], itemStyle: { color: COLOURS[kernel.bound] } })),
      },
      {
        type: 'bar',
        xAxisIndex: 1,
        yAxisIndex: 1,
        barWidth: 10,
        label: { show: true, position: 'right', formatter: '{c} %', fontSize: 11, color: GREY },
        data: kernels.map(({ share, bound }) => ({
          value: Number((100 * share).toFixed(1)),
          itemStyle: { color: COLOURS[bound] },
        })),
      },
    ],
  };
  return svgOf(option, { width: WIDTH, height });
}

const intensity = ({ operations, bytes }: Measured): number => operations / bytes;
const rate = ({ operations, milliseconds }: Measured): number => operations / milliseconds / 1e6;

/** The roofline over operations per byte: first the slope of the memory bandwidth, then the flat arithmetic limit. */
function roof({ bandwidth, arithmetic }: Limits, kernels: readonly Measured[]): [x: number, y: number][] {
  const intensities = kernels.map(intensity).filter((x) => x > 0);
  const corner = arithmetic / bandwidth;
  const ends = [Math.min(corner, ...intensities) / 2, Math.max(corner, ...intensities) * 2];
  return [ends[0], corner, ends[1]].map((x) => [x, Math.min(x * bandwidth, arithmetic) / 1e9]);
}
