// How fast the lecture's network trains on MNIST, through `fit`: node training.mjs <file for the results> [seconds]
import { writeFile } from 'node:fs/promises';
import { loadMnist } from '../../src/data/node.ts';
import { type Callback, init, type Model } from '../../src/node.ts';
import { lectureNetwork } from './network.ts';

const BATCHES = [128, 1024, 8192, 16384];
/** Epochs that are timed, at the least, after one that captures and tunes; and for how many milliseconds at the least. */
const EPOCHS = 3;
const DURATION = 2000;
/** How much a GPU in software is given, and how often hardware is given all images, so that an epoch is long enough. */
const SOFTWARE_SAMPLES = 512;
const REPEATED = 8;

/** Times the epochs of a run, and ends it when there are enough. */
class Epochs implements Callback {
  readonly milliseconds: number[] = [];
  #model: Model | undefined;
  #start = 0;

  setModel(model: Model): void {
    this.#model = model;
  }

  onEpochBegin(): void {
    this.#start = performance.now();
  }

  onEpochEnd(): void {
    this.milliseconds.push(performance.now() - this.#start);
    const timed = this.milliseconds.slice(1);
    const total = timed.reduce((sum, time) => sum + time, 0);
    if (timed.length >= EPOCHS && total >= DURATION && this.#model !== undefined) this.#model.stopTraining = true;
  }

  get median(): number {
    const sorted = this.milliseconds.slice(1).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  }
}

const { train, test } = await loadMnist();
const device = await init({ backend: 'webgpu', seed: 1 });
const { software } = device.info.adapter;
const repeat = software ? 1 : REPEATED;
const size = software ? SOFTWARE_SAMPLES : train.labels.data.length;

/** The first `size` of some samples, `repeat` times. */
function repeated(bytes: Uint8Array, each: number): Uint8Array {
  const part = bytes.subarray(0, size * each);
  const all = new Uint8Array(repeat * part.length);
  for (let i = 0; i < repeat; i++) all.set(part, i * part.length);
  return all;
}

const pixels = train.images.shape[1] * train.images.shape[2];
const samples = repeat * size;
const x = { data: repeated(train.images.data, pixels), shape: [samples, ...train.images.shape.slice(1)] };
const y = { data: repeated(train.labels.data, 1), shape: [samples] };

const [, , path, seconds = '120'] = process.argv;
const end = performance.now() + 1000 * Number(seconds);
const rows = [];
for (const batchSize of BATCHES) {
  if (performance.now() > end) break;
  const model = lectureNetwork();
  const epochs = new Epochs();
  await model.fit(x, y, { epochs: 1000, batchSize, callbacks: [epochs], verbose: 0 });
  const { accuracy } = await model.evaluate(test.images, test.labels, { batchSize: 1000 });
  const steps = Math.ceil(samples / batchSize);
  rows.push({
    batchSize,
    stepsPerSecond: (1000 * steps) / epochs.median,
    epochs: epochs.milliseconds.length,
    accuracy,
  });
  console.log(JSON.stringify(rows.at(-1)));
  model.dispose();
  await writeFile(path, JSON.stringify({ samples, rows }));
}
device.dispose();
