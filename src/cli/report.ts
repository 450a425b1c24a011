import uplot from 'uplot/dist/uPlot.iife.min.js' with { type: 'text' };
import uplotCss from 'uplot/dist/uPlot.min.css' with { type: 'text' };
import type { LabelledImages } from '../data/mnist.ts';
import { clock, deviceName, grouped, percent } from './format.ts';
import { pngUri } from './images.ts';
import type { Mistake, Outcome } from './outcome.ts';
import charts from './report/charts.js' with { type: 'text' };
import { type Html, html, jsonScript, raw } from './report/html.ts';
import css from './report/report.css' with { type: 'text' };
import type { EpochRecord, RunConfig } from './run.ts';

/** Everything that a report tells. */
export interface Report {
  readonly config: RunConfig;
  /** The table of the model's layers. */
  readonly summary: string;
  readonly parameters: number;
  readonly epochs: readonly EpochRecord[];
  /** The epoch whose weights were kept, from 1. */
  readonly best: number;
  readonly interrupted: boolean;
  readonly testLoss: number;
  readonly outcome: Outcome;
  readonly test: LabelledImages;
}

const MISTAKES_SHOWN = 20;

/** uPlot writes numbers in the browser's language, and stops at one that Intl refuses (headless Chromium's `en-US@posix`). */
const LANGUAGE = "Object.defineProperty(navigator, 'language', { value: document.documentElement.lang });";

/** A page that needs nothing else, no network either: curves, confusion matrix, worst mistakes, configuration. */
export function renderReport(report: Report): string {
  const { config, summary } = report;
  const title = `Training on ${dataName(config)}`;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: ${accuracyOf(report)}</title>
${raw('style', uplotCss)}
${raw('style', css)}
</head>
<body>
<main>
<h1>${title}</h1>
<p class="note">${introduction(report)}</p>
${tiles(report)}
${curves(report)}
${confusionMatrix(report.outcome)}
${mistakes(report)}
<h2>Model</h2>
<pre>${summary}</pre>
<h2>Configuration</h2>
${facts(config)}
<footer>Made by dawngrad ${config.dawngrad} on ${config.started.slice(0, 10)}.</footer>
</main>
${raw('script', LANGUAGE)}
${raw('script', uplot)}
${curveData(report)}
${raw('script', charts)}
</body>
</html>
`.text
  }`;
}

const dataName = ({ options }: RunConfig): string => (options.data === 'mnist' ? 'MNIST' : options.data);

const accuracyOf = ({ outcome, config }: Report): string => percent(outcome.correct / config.data.test);

function introduction({ config, interrupted, epochs }: Report): string {
  const { data, options } = config;
  const [height, width] = data.imageShape;
  const units = [height * width, ...options.layers, data.classes].join(' – ');
  const parts = [options.activation, ...(options.batchNorm ? ['batch normalisation'] : [])];
  if (options.dropout > 0) parts.push(`dropout ${options.dropout}`);
  const stopped = interrupted ? ` Training was stopped during epoch ${epochs.length} of ${options.epochs}.` : '';
  return `A network of ${units} units with ${parts.join(', ')}, trained by ${options.optimizer} on ${grouped(data.training)} images and tested on ${grouped(data.test)} others.${stopped}`;
}

function tiles(report: Report): Html {
  const { config, outcome, epochs, best, parameters, testLoss } = report;
  const seconds = epochs.reduce((sum, record) => sum + record.seconds, 0);
  const wrong = config.data.test - outcome.correct;
  const rows: readonly (readonly [string, string, string])[] = [
    ['Test accuracy', accuracyOf(report), `${grouped(wrong)} of ${grouped(config.data.test)} wrong`],
    ['Test loss', testLoss.toFixed(4), 'cross-entropy'],
    ['Epochs', String(epochs.length), `best: epoch ${best}`],
    ['Training time', clock(seconds), `${(seconds / epochs.length).toFixed(1)} s per epoch`],
    ['Parameters', grouped(parameters), `batches of ${grouped(config.options.batchSize)}`],
  ];
  return html`<dl class="tiles">${rows.map(
    ([name, value, note]) => html`
<div class="tile"><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`,
  )}
</dl>`;
}

const hasValidation = ({ epochs }: Report): boolean => epochs.some((record) => 'val_loss' in record);

function curves(report: Report): Html {
  const validated = hasValidation(report);
  return html`<h2>Learning curves</h2>
<p class="note">Training values are means over an epoch while the weights change, with dropout at work${
    validated ? '; validation comes after it, without dropout, and can therefore be better' : ''
  }.</p>
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
      (name) => html`<td>${record[name].toFixed(4)}</td>`,
    )}</tr>`,
  )}
</table></div></details>`;
}

function curveData(report: Report): Html {
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

function confusionMatrix({ confusion }: Outcome): Html {
  const shares = confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => count / Math.max(1, total));
  });
  const worst = Math.max(...shares.flatMap((row, label) => row.filter((_, predicted) => predicted !== label)));
  const cell = (count: number, label: number, predicted: number): Html => {
    if (count === 0) return html`<td class="none">0</td>`;
    const share = shares[label][predicted];
    // Errors are few: they have a scale of their own, up to the commonest of them.
    const tint = label === predicted ? 40 * share : 12 + 48 * (share / worst);
    return html`<td class="${label === predicted ? 'right' : 'wrong'}" style="--share: ${tint.toFixed(1)}" title="${percent(share, 1)} of class ${label}">${count}</td>`;
  };
  return html`<h2>Confusion matrix</h2>
<p class="note">Each row holds the test images of one class, each column what they were taken for. Blue is right, red is wrong, the stronger the larger the share of the row; the last column is the share that was recognised.</p>
<div class="scroll"><table class="matrix">
<tr><th></th><th colspan="${confusion.length}">taken for</th><th></th></tr>
<tr><th>label</th>${confusion.map((_, predicted) => html`<th scope="col">${predicted}</th>`)}<th></th></tr>${confusion.map(
    (row, label) => html`
<tr><th scope="row">${label}</th>${row.map((count, predicted) => cell(count, label, predicted))}<th class="share">${percent(shares[label][label], 1)}</th></tr>`,
  )}
</table></div>`;
}

function mistakes({ outcome, test }: Report): Html {
  const shown = outcome.mistakes.slice(0, MISTAKES_SHOWN);
  if (shown.length === 0) return html`<h2>Mistakes</h2><p class="note">None: every test image was recognised.</p>`;
  return html`<h2>Most confident mistakes</h2>
<p class="note">The ${shown.length} test images that the network was surest about and got wrong, of ${grouped(outcome.mistakes.length)}. First the label, then what the network saw and its probability.</p>
<div class="digits">${shown.map((mistake) => figure(mistake, test))}
</div>`;
}

function figure({ index, label, prediction }: Mistake, { images }: LabelledImages): Html {
  const [, height, width] = images.shape;
  const size = height * width;
  const uri = pngUri(images.data.subarray(index * size, (index + 1) * size), [height, width]);
  return html`
<figure><img src="${uri}" alt="test image ${index}"><figcaption>${label} → <strong>${prediction.label}</strong> <small>${percent(prediction.confidence, 1)}</small></figcaption></figure>`;
}

function facts(config: RunConfig): Html {
  const { options, optimizer, data, device, started } = config;
  const { name, learningRate, ...rest } = optimizer;
  const settings = Object.entries(rest).map(([option, value]) => `${option} ${value}`);
  const rows: readonly (readonly [string, string | number])[] = [
    [
      'Data',
      `${dataName(config)}: ${grouped(data.training)} training, ${grouped(data.validation)} validation, ${grouped(data.test)} test`,
    ],
    ['Images', `${data.imageShape.join(' × ')}, ${data.classes} classes`],
    ['Normalisation', options.normalize],
    ['Optimizer', `${name}: ${settings.join(', ')}`],
    ['Learning rate', String(learningRate)],
    ['Batch size', options.batchSize],
    ['Epochs asked for', options.epochs],
    ['Seed', options.seed],
    ['Device', deviceName(device)],
    ['Started', `${started.slice(0, 16).replace('T', ' ')} UTC`],
  ];
  return html`<table class="facts">${rows.map(
    ([fact, value]) => html`
<tr><th scope="row">${fact}</th><td>${value}</td></tr>`,
  )}
</table>`;
}
