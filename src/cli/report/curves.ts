import { decimal } from '../../core/format.ts';
import { svgOf } from '../charts/charts.ts';
import { Html, html } from './html.ts';
import type { Report } from './report.ts';

const hasValidation = ({ epochs }: Report): boolean => epochs.some((record) => 'val_loss' in record);

/** The curves of loss and accuracy, and a table of their values. */
export function curves(report: Report): Html {
  const validated = hasValidation(report);
  const dropout = report.config.options.dropout > 0 ? ', with dropout' : '';
  const note = validated
    ? ' Validation uses the weights at the end of the epoch, without dropout, so it can be better.'
    : '';
  return html`<h2>Learning curves</h2>
<p class="note">A training value is the mean over an epoch, while the weights change${dropout}.${note}</p>
<div class="legend"><span style="--series: var(--train)">training</span>${
    validated ? html`<span style="--series: var(--validation)">validation</span>` : []
  }</div>
<div class="charts">
<div class="chart"><h3>Loss</h3>${curve(report, 'loss')}</div>
<div class="chart"><h3>Accuracy</h3>${curve(report, 'accuracy')}</div>
</div>
${epochTable(report)}`;
}

function epochTable({ epochs, best }: Report): Html {
  const names = Object.keys(epochs[0]).filter((name) => name !== 'epoch' && name !== 'seconds');
  return html`<details><summary>All values</summary><div class="scroll"><table class="numbers">
<tr><th>epoch</th><th>seconds</th>${names.map((name) => html`<th>${name}</th>`)}</tr>${epochs.map(
    (record) => html`
<tr${record.epoch === best ? html` class="best"` : ''}><td>${record.epoch}</td><td>${record.seconds.toFixed(1)}</td>${names.map(
      (name) => html`<td>${decimal(record[name])}</td>`,
    )}</tr>`,
  )}
</table></div></details>`;
}

/** The training and validation values of a metric over the epochs, in the colours of the page. */
function curve({ epochs }: Report, name: string): Html {
  const line = (key: string, colour: string) => ({
    type: 'line',
    data: epochs.map((record) => [record.epoch, record[key]]),
    symbol: 'circle',
    symbolSize: epochs.length > 30 ? 0 : 6,
    color: colour,
    lineStyle: { width: 2 },
  });
  const muted = { color: 'var(--muted)' };
  const option = {
    grid: { left: 52, right: 12, top: 12, bottom: 40 },
    xAxis: {
      type: 'value',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 24,
      nameTextStyle: muted,
      min: 1,
      max: Math.max(2, epochs.length),
      minInterval: 1,
      axisLabel: muted,
      axisLine: { lineStyle: { color: 'var(--line)' } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: true,
      axisLabel: muted,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: 'var(--line)' } },
    },
    series: [line(name, 'var(--train)'), line(`val_${name}`, 'var(--validation)')],
  };
  return new Html(svgOf(option, { width: 460, height: 260 })); // safe: made of numbers only
}
