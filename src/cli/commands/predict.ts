import { readFile, stat } from 'node:fs/promises';
import { Command } from 'commander';
import { hasPngSignature } from 'fast-png';
import { ShapeError, ValueError } from '../../core/errors.ts';
import { decimal } from '../../core/format.ts';
import { formatShape, type Shape, sameShape } from '../../core/shape.ts';
import type { TypedArray } from '../../core/tensor/storage.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { mayBeIdx, readIdx } from '../../data/files/idx.ts';
import { init } from '../../node.ts';
import { loadModel } from '../../train/files/load.ts';
import type { Model } from '../../train/model.ts';
import { grouped, percent, table } from '../format.ts';
import { decodeGrey, fitImage, kindOf } from '../images/images.ts';
import { type Backend, backendOption } from '../options.ts';
import { choose, type Prediction } from '../outcome.ts';
import { readModelFiles } from '../run.ts';

interface PredictOptions {
  readonly labels?: string;
  readonly backend: Backend;
}

export const predictCommand = new Command('predict')
  .description('classifies a PNG, or the images of an IDX file, with a trained network')
  .argument('<run>', 'folder of a run, written by train')
  .argument('<file>', 'PNG of any size, or IDX file of images')
  .option('--labels <file>', 'IDX file of labels, to compute the accuracy')
  .addOption(backendOption())
  .action(predict);

const BATCH = 1000;
const BAR = 20;

async function predict(run: string, file: string, { labels, backend }: PredictOptions): Promise<void> {
  const files = await readModelFiles(run);
  const bytes = await readImages(file);
  const device = await init({ backend });
  try {
    const model = loadModel(files);
    checkClassifier(model);
    if (hasPngSignature(bytes)) await predictPng(model, bytes, file);
    else if (!mayBeIdx(bytes)) throw new ValueError({ op: 'predict', got: `${file}${kindOf(bytes)}`, ...FORMATS });
    else await predictIdx(model, bytes, { file, ...(labels !== undefined && { labels }) });
  } finally {
    device.dispose();
  }
}

/** Reads a file. @throws ValueError for a folder. */
async function readImages(file: string): Promise<Uint8Array> {
  if (!(await stat(file)).isDirectory()) return readFile(file);
  throw new ValueError({ op: 'predict', got: `the folder ${file}`, ...FORMATS });
}

const FORMATS = {
  expected: 'an IDX file of images (plain or as .gz), or a PNG',
  fix: 'Save the image as a PNG. For other data, call model.predict() from a program.',
};

function checkClassifier({ outputShape }: Model): void {
  if (outputShape.length === 1) return;
  throw new ShapeError({
    op: 'predict',
    got: `a model whose output for a sample is ${formatShape(outputShape)}`,
    expected: 'a classifier, with one number for each class',
    fix: 'Call model.predict() from a program.',
  });
}

/** The outputs of a classifier for some images. */
interface Answers {
  readonly outputs: TypedArray;
  readonly predictions: readonly Prediction[];
  /** What the outputs are, and how to print one. */
  readonly kind: 'probability' | 'score';
  readonly written: (output: number) => string;
}

async function answersOf(model: Model, { data, shape }: HostArray): Promise<Answers> {
  using tensor = await model.predict({ data, shape: [shape[0], ...model.inputShape] }, { batchSize: BATCH });
  const outputs = await tensor.data();
  const [classes] = model.outputShape;
  const predictions = choose(outputs, classes);
  if (areProbabilities(outputs, classes)) return { outputs, predictions, kind: 'probability', written: percent };
  if (classes > 1) return { outputs, predictions, kind: 'score', written: decimal };
  throw new ValueError({
    op: 'predict',
    got: `a model with one output, ${decimal(outputs[0])} for the first sample`,
    expected: 'a classifier, with one output for each class',
    fix: 'Call model.predict() from a program.',
  });
}

/** Whether rows of outputs can be probabilities: none below 0, and a sum of 1, with a margin above rounding. */
function areProbabilities(outputs: TypedArray, classes: number): boolean {
  const sums = new Float64Array(outputs.length / classes);
  for (const [i, output] of outputs.entries()) sums[Math.floor(i / classes)] += output;
  return outputs.every((output: number) => output >= 0) && sums.every((sum) => Math.abs(sum - 1) < 1e-3);
}

async function predictPng(model: Model, bytes: Uint8Array, file: string): Promise<void> {
  const [height, width] = pictureShape(model);
  const image = decodeGrey(bytes, file);
  const { pixels, inverted } = fitImage(image, [height, width]);
  const { outputs, predictions, kind, written } = await answersOf(model, { data: pixels, shape: [1] });
  const [{ label, confidence }] = predictions;
  const isShare = kind === 'probability';
  const rows = Array.from(outputs, (output, i) => [
    String(i),
    written(output),
    isShare ? '█'.repeat(Math.round(BAR * output)) : '',
  ]);
  const change = inverted ? 'inverted to bright on black (its background is light), ' : '';
  console.log(`${file}: ${image.width} x ${image.height}, ${change}scaled to ${width} x ${height}

Prediction ${label} (${isShare ? '' : 'score '}${written(confidence)})

${table([['class', kind, ''], ...rows])}`);
}

/** The height and width of a model's grey images. @throws ShapeError for other inputs. */
function pictureShape({ inputShape }: Model): Shape {
  const [height, width, channels = 1] = inputShape;
  if (width !== undefined && inputShape.length <= 3 && channels === 1) return [height, width];
  throw new ShapeError({
    op: 'predict',
    got: `a PNG for a model with inputs of shape ${formatShape(inputShape)}`,
    expected: 'a model of grey images, [height, width] or [height, width, 1]',
    fix: 'Pass samples of that shape in an IDX file.',
  });
}

async function predictIdx(
  model: Model,
  bytes: Uint8Array,
  { file, labels: labelFile }: { readonly file: string; readonly labels?: string },
): Promise<void> {
  const images = await readIdx(bytes, { name: file });
  checkImages(file, images.shape, model.inputShape);
  const labels = labelFile === undefined ? undefined : await readLabels(labelFile, images.shape[0]);
  const { predictions, kind, written } = await answersOf(model, images);
  const rows = predictions.map(({ label, confidence }, i) => [
    String(i),
    String(label),
    written(confidence),
    ...(labels === undefined ? [] : [String(labels.data[i]), labels.data[i] === label ? '' : 'wrong']),
  ]);
  const heads = ['image', 'prediction', kind, ...(labels === undefined ? [] : ['label', ''])];
  console.log(table([heads, ...rows]));
  if (labels === undefined) return;
  const correct = predictions.filter(({ label }, i) => label === labels.data[i]).length;
  console.log(
    `\nAccuracy ${percent(correct / predictions.length)} (${grouped(correct)} of ${grouped(predictions.length)})`,
  );
}

function checkImages(file: string, shape: Shape, inputShape: Shape): void {
  const each = shape.slice(1);
  if (shape[0] > 0 && (sameShape(each, inputShape) || sameShape([...each, 1], inputShape))) return;
  throw new ShapeError({
    op: file,
    got: `shape ${formatShape(shape)}`,
    expected: `[n, ${inputShape.join(', ')}], the input shape of the network`,
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
    fix: 'Pass the labels of these images.',
  });
}
