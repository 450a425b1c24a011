import type { LearningRates } from '../../train/learningRateFinder.ts';
import { svgOf } from './charts.ts';

/** Draws the smoothed loss over the learning rate as SVG; a band marks the suggested range, if there is one. */
export const drawLearningRates = ({ learningRates, losses, suggestion }: LearningRates): string =>
  svgOf(
    {
      backgroundColor: '#ffffff',
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
    },
    { width: 720, height: 400 },
  );
