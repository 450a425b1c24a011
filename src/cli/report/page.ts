import { clock, decimal } from '../../core/format.ts';
import { grouped, percent } from '../format.ts';
import type { RunConfig } from '../run.ts';
import { confusionMatrix, mistakes } from './confusion.ts';
import { curves } from './curves.ts';
import { type Html, html, style } from './html.ts';
import css from './report.css' with { type: 'text' };
import type { Report } from './report.ts';

/** A self-contained page: learning curves, confusion matrix, worst mistakes, configuration. */
export function renderReport(report: Report): string {
  const { config, summary } = report;
  const title = `Training on ${dataName(config)}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: ${accuracyOf(report)}</title>
${style(css)}
</head>
<body>
<main>
<h1>${title}</h1>
<p class="note">${introduction(report)}</p>
${tiles(report)}
${curves(report)}
${confusionMatrix(report.outcome)}
${mistakes(report.outcome, report.test)}
<h2>Model</h2>
<pre>${summary}</pre>
<h2>Configuration</h2>
${facts(config)}
<footer>Made by dawngrad ${config.dawngrad} on ${config.started.slice(0, 10)}.</footer>
</main>
</body>
</html>
`.text;
}

const dataName = ({ options }: RunConfig): string => (options.data === 'mnist' ? 'MNIST' : options.data);

const accuracyOf = ({ outcome, config }: Report): string => percent(outcome.correct / config.data.test);

function introduction({ config, interrupted, epochs }: Report): string {
  const { data, options } = config;
  const [height, width] = data.imageShape;
  const units = [height * width, ...options.layers, data.classes].join(' – ');
  const parts = [options.activation, ...(options.batchNorm ? ['batch normalisation'] : [])];
  if (options.dropout > 0) parts.push(`dropout ${options.dropout}`);
  const stopped = interrupted ? ` Training was stopped during epoch ${epochs.length + 1} of ${options.epochs}.` : '';
  return `A network of ${units} units with ${parts.join(', ')}, trained with ${options.optimizer} on ${grouped(data.training)} images and tested on ${grouped(data.test)} others.${stopped}`;
}

function tiles(report: Report): Html {
  const { config, outcome, epochs, best, parameters, testLoss } = report;
  const seconds = epochs.reduce((sum, record) => sum + record.seconds, 0);
  const wrong = config.data.test - outcome.correct;
  const rows: readonly (readonly [string, string, string])[] = [
    ['Test accuracy', accuracyOf(report), `${grouped(wrong)} of ${grouped(config.data.test)} wrong`],
    ['Test loss', decimal(testLoss), 'cross-entropy'],
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

/** `0.005, linear to 0`: the initial rate and the schedule. */
function learningRateOf({ options, optimizer: { learningRate } }: RunConfig): string {
  if (typeof learningRate === 'number') return String(learningRate);
  const first = typeof learningRate === 'object' && learningRate !== null && 'initialLearningRate' in learningRate;
  return `${first ? `${learningRate.initialLearningRate}, ` : ''}${options.schedule} to 0`;
}

function facts(config: RunConfig): Html {
  const { options, data, devices, started } = config;
  const momentum = options.momentum === undefined ? '' : `, momentum ${options.momentum}`;
  const rows: readonly (readonly [string, string | number])[] = [
    [
      'Data',
      `${dataName(config)}: ${grouped(data.training)} training, ${grouped(data.validation)} validation, ${grouped(data.test)} test`,
    ],
    ['Images', `${data.imageShape.join(' × ')}, ${data.classes} classes`],
    ['Normalisation', options.normalize],
    ['Optimizer', `${options.optimizer}${momentum}`],
    ['Learning rate', learningRateOf(config)],
    ['Batch size', options.batchSize],
    ['Epochs requested', options.epochs],
    ['Seed', options.seed],
    ['Device', devices.join(', then ')],
    ['Started', `${started.slice(0, 16).replace('T', ' ')} UTC`],
  ];
  return html`<table class="facts">${rows.map(
    ([fact, value]) => html`
<tr><th scope="row">${fact}</th><td>${value}</td></tr>`,
  )}
</table>`;
}
