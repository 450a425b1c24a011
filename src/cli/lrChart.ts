import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { LearningRates } from '../train/learningRateFinder.ts';

use([LineChart, GridComponent, MarkAreaComponent, SVGRenderer]);

/** The smoothed loss over the learning rate, and the suggested range, if there is one, as a band: an SVG picture. */
export function drawLearningRates({ learningRates, losses, suggestion }: LearningRates): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 400 });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    grid: { left: 70, right: 30, top: 30, bottom: 50 },
    xAxis: { type: 'log', name: 'learning rate', nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'value', name: 'loss', scale: true },
    series: [
      {
        type: 'line',
        showSymbol: false,
        lineStyle: { color: '#2a78d6', width: 2 },
        data: losses.map((loss, i) => [learningRates[i], loss]),
        markArea: {
          itemStyle: { color: '#e6effa' },
          data: suggestion === undefined ? [] : [[{ xAxis: suggestion.low }, { xAxis: suggestion.high }]],
        },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
