import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { hasPngSignature } from 'fast-png';
import { readIdx } from '../data/idx.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { init } from '../node.ts';
import { formatShape, type Shape, sameShape } from '../shape.ts';
import type { HostArray } from '../tensor.ts';
import { loadModel } from '../train/load.ts';
import type { Model } from '../train/model.ts';
import { grouped, percent, table } from './format.ts';
import { decodeGrey, fitImage } from './images.ts';
import { type Backend, backendOption } from './options.ts';
import { choose } from './outcome.ts';
import { readModelFiles } from './run.ts';

interface PredictOptions {
  readonly labels?: string;
  readonly backend: Backend;
}

export const predictCommand = new Command('predict')
  .description('classifies a PNG, or the images of an IDX file, with a trained network')
  .argument('<run>', 'the folder that train wrote')
  .argument('<file>', 'a PNG of any size, or an IDX file of images')
  .option('--labels <file>', 'an IDX file of labels to compare with')
  .addOption(backendOption())
  .action(predict);

const BATCH = 1000;
const BAR = 20;

async function predict(run: string, file: string, { labels, backend }: PredictOptions): Promise<void> {
  const files = await readModelFiles(run);
  const bytes = await readFile(file);
  const device = await init({ backend });
  try {
    const model = loadModel(files);
    if (hasPngSignature(bytes)) await predictPng(model, bytes, file);
    else await predictIdx(model, bytes, { file, ...(labels !== undefined && { labels }) });
  } finally {
    device.dispose();
  }
}

async function probabilitiesOf(model: Model, images: HostArray) {
  using probabilities = await model.predict(images, { batchSize: BATCH });
  return probabilities.data();
}

async function predictPng(model: Model, bytes: Uint8Array, file: string): Promise<void> {
  const { inputShape, outputShape } = model;
  const image = decodeGrey(bytes, file);
  const { pixels, inverted } = fitImage(image, inputShape);
  const probabilities = await probabilitiesOf(model, { data: pixels, shape: [1, ...inputShape] });
  const [{ label, confidence }] = choose(probabilities, outputShape[0]);
  const rows = Array.from(probabilities, (p, i) => [String(i), percent(p), '█'.repeat(Math.round(BAR * p))]);
  const change = inverted ? 'inverted to bright on black (its background is light), ' : '';
  console.log(`${file}: ${image.width} x ${image.height}, ${change}scaled to ${[...inputShape].reverse().join(' x ')}

Prediction ${label} (${percent(confidence)})

${table([['class', 'probability', ''], ...rows])}`);
}

async function predictIdx(
  model: Model,
  bytes: Uint8Array,
  { file, labels: labelFile }: { readonly file: string; readonly labels?: string },
): Promise<void> {
  const images = await readIdx(bytes, { name: file });
  checkImages(file, images.shape, model.inputShape);
  const labels = labelFile === undefined ? undefined : await readLabels(labelFile, images.shape[0]);
  const predictions = choose(await probabilitiesOf(model, images), model.outputShape[0]);
  const rows = predictions.map(({ label, confidence }, i) => [
    String(i),
    String(label),
    percent(confidence),
    ...(labels === undefined ? [] : [String(labels.data[i]), labels.data[i] === label ? '' : 'wrong']),
  ]);
  const heads = ['image', 'prediction', 'probability', ...(labels === undefined ? [] : ['label', ''])];
  console.log(table([heads, ...rows]));
  if (labels === undefined) return;
  const correct = predictions.filter(({ label }, i) => label === labels.data[i]).length;
  console.log(
    `\nAccuracy ${percent(correct / predictions.length)} (${grouped(correct)} of ${grouped(predictions.length)})`,
  );
}

function checkImages(file: string, shape: Shape, inputShape: Shape): void {
  if (shape[0] > 0 && sameShape(shape.slice(1), inputShape)) return;
  throw new ShapeError({
    op: file,
    got: `shape ${formatShape(shape)}`,
    expected: `[n, ${inputShape.join(', ')}], as the network was trained on`,
    fix: 'Pass images of the same size.',
  });
}

async function readLabels(file: string, count: number): Promise<HostArray> {
  const labels = await readIdx(await readFile(file), { name: file });
  if (sameShape(labels.shape, [count])) return labels;
  throw new ValueError({
    op: file,
    got: `labels of shape ${formatShape(labels.shape)}`,
    expected: `[${count}], one for each image`,
    fix: 'Pass the labels of the same set.',
  });
}
