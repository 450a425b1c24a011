import { decimal } from '../../format.ts';
import { type Html, html, jsonScript } from './html.ts';
import type { Report } from './page.ts';

const hasValidation = ({ epochs }: Report): boolean => epochs.some((record) => 'val_loss' in record);

/** The curves of loss and accuracy, and their numbers in a table. */
export function curves(report: Report): Html {
  const validated = hasValidation(report);
  const dropout = report.config.options.dropout > 0 ? ', with dropout at work' : '';
  const note = validated
    ? ' Validation uses the finished weights of the epoch and no dropout, and so can be better.'
    : '';
  return html`<h2>Learning curves</h2>
<p class="note">A training value is the mean over an epoch in which the weights change${dropout}.${note}</p>
<div class="legend"><span style="--series: var(--train)">training</span>${
    validated ? html`<span style="--series: var(--validation)">validation</span>` : []
  }</div>
<div class="charts">
<div class="chart"><h3>Loss</h3><div id="loss"></div></div>
<div class="chart"><h3>Accuracy</h3><div id="accuracy"></div></div>
</div>
${epochTable(report)}`;
}

function epochTable({ epochs, best }: Report): Html {
  const names = Object.keys(epochs[0]).filter((name) => name !== 'epoch' && name !== 'seconds');
  return html`<details><summary>The numbers</summary><div class="scroll"><table class="numbers">
<tr><th>epoch</th><th>seconds</th>${names.map((name) => html`<th>${name}</th>`)}</tr>${epochs.map(
    (record) => html`
<tr${record.epoch === best ? html` class="best"` : ''}><td>${record.epoch}</td><td>${record.seconds.toFixed(1)}</td>${names.map(
      (name) => html`<td>${decimal(record[name])}</td>`,
    )}</tr>`,
  )}
</table></div></details>`;
}

/** What the script draws: data in the page. */
export function curveData(report: Report): Html {
  const chart = (id: string) => ({
    id,
    series: [
      { label: 'training', tint: '--train', values: report.epochs.map((record) => record[id]) },
      ...(hasValidation(report)
        ? [{ label: 'validation', tint: '--validation', values: report.epochs.map((record) => record[`val_${id}`]) }]
        : []),
    ],
  });
  const epochs = report.epochs.map(({ epoch }) => epoch);
  return jsonScript('curves', { epochs, charts: [chart('loss'), chart('accuracy')] });
}
