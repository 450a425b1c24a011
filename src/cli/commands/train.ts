import { constants } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../../../package.json';
import { show } from '../../core/checks.ts';
import type { Device } from '../../core/device.ts';
import { escapeText, ValueError } from '../../core/errors.ts';
import { type LabelledImages, loadMnist, type Mnist } from '../../data/files/mnist.ts';
import type { Optimizer } from '../../optim/index.ts';
import { toFolder } from '../../train/files/folder.ts';
import { trainingCount } from '../../train/fit.ts';
import type { Model } from '../../train/model.ts';
import { BestWeights } from '../best.ts';
import { deviceName, grouped, percent } from '../format.ts';
import { addNetworkOptions, buildNetwork, buildOptimizer, classesIn, defaultRates, schedules } from '../network.ts';
import { openToTrain } from '../open.ts';
import { count, positive, share } from '../options.ts';
import { choose, judge } from '../outcome.ts';
import { Progress } from '../progress.ts';
import {
  addDevice,
  createRun,
  HistoryFile,
  type RunConfig,
  readUnfinished,
  type TrainOptions,
  type Unfinished,
  writeReport,
} from '../run.ts';

const VALIDATION_SPLIT = 0.05;

export const trainCommand = addNetworkOptions(
  new Command('train').description(
    "trains a fully connected network on images; by default the lecture's network on MNIST",
  ),
)
  .option('--learning-rate <rate>', `initial learning rate (default: ${defaultRates})`, positive)
  .addOption(
    new Option('--schedule <name>', 'schedule of the learning rate; linear and cosine end at 0')
      .choices(Object.keys(schedules))
      .default('linear'),
  )
  .option('--epochs <n>', 'passes over the training images', count, 7)
  .option(
    '--validation-split <share>',
    `share of the training images for validation, which chooses the best epoch (default: ${VALIDATION_SPLIT})`,
    share,
  )
  .option('--checkpoint-every <seconds>', 'time between checkpoints, from which --resume continues', positive, 30)
  .option('--out <folder>', 'folder of the run (default: runs/<date and time>)')
  .option('--resume <run>', 'continue the interrupted run in this folder, with its original options')
  .option('--inexact', 'with --resume: accept another device or version, which changes the bits of the result')
  .action(start);

interface ResumeOptions {
  readonly resume?: string;
  readonly inexact?: true;
}

/** Starts a run, or resumes an interrupted one. */
async function start(given: TrainOptions & ResumeOptions, command: Command): Promise<void> {
  const { resume: folder, inexact = false, ...options } = given;
  if (folder === undefined) {
    await train(options);
    return;
  }
  const flags = command.options.filter((option) => !['resume', 'inexact'].includes(option.attributeName()));
  const other = flags.find((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  if (other !== undefined) {
    throw new ValueError({
      op: 'train',
      got: `${other.long} with --resume`,
      expected: '--resume alone',
      fix: `Omit ${other.long}: a resumed run keeps its original options.`,
    });
  }
  const run = await readUnfinished(folder);
  await train(optionsIn(run.options, flags), { ...run, exact: !inexact });
}

/** Reads the options of a run from its config.json with the parsers of the flags. @throws ValueError */
function optionsIn(saved: Readonly<Record<string, unknown>>, flags: readonly Option[]): TrainOptions {
  const read = (flag: Option): unknown => {
    const value = saved[flag.attributeName()];
    if (value === undefined && flag.defaultValue === undefined) return undefined;
    if (flag.parseArg) return flag.parseArg<unknown>(String(value), undefined);
    if (typeof value === (flag.negate ? 'boolean' : 'string')) return value;
    throw new InvalidArgumentError('');
  };
  const entries = flags.map((flag) => {
    const name = flag.attributeName();
    try {
      return [name, read(flag)] as const;
    } catch {
      throw new ValueError({
        op: 'train',
        got: `${name} ${show(saved[name])} in config.json`,
        expected: `a value for ${flag.long}`,
        fix: 'The file is damaged: start a new run.',
      });
    }
  });
  return Object.fromEntries(entries) as unknown as TrainOptions; // the flags have checked the values
}

/** A run to resume. */
interface Begun extends Unfinished {
  /** Whether the result must have the same bits as that of an uninterrupted run. */
  readonly exact: boolean;
}

interface Settings {
  readonly options: TrainOptions;
  readonly optimizer: Optimizer;
  /** Number of images to train on; the others are for validation. */
  readonly training: number;
  readonly begun: Begun | undefined;
}

async function train(given: TrainOptions, begun?: Begun): Promise<void> {
  const data = await loadMnist(given.data === 'mnist' ? undefined : given.data);
  const count = data.train.images.shape[0];
  const { validationSplit = trainingCount(count, VALIDATION_SPLIT) > 0 ? VALIDATION_SPLIT : 0 } = given;
  const options = { ...given, validationSplit };
  const training = trainingCount(count, validationSplit);
  if (training === 0) {
    throw new ValueError({
      op: 'train',
      got: `--validation-split ${validationSplit} of ${count} training images, which leaves none`,
      expected: 'at least one image to train on',
      fix: 'Use a smaller share, or 0 to train on all images.',
    });
  }
  const optimizer = buildOptimizer(options, options.epochs * Math.ceil(training / options.batchSize));
  const device = await openToTrain(options);
  try {
    await trainOn(device, data, { options, optimizer, training, begun });
  } finally {
    device.dispose();
  }
}

async function trainOn(device: Device, data: Mnist, settings: Settings): Promise<void> {
  const { options, optimizer, training, begun } = settings;
  const config = describe(device, data, settings);
  const { classes, imageShape } = config.data;
  const model = buildNetwork(options, data.train, { training, classes });
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const summary = model.summary();
  const folder = begun?.folder ?? (await createRun(options.out, config));
  const devices = begun === undefined ? config.devices : await addDevice(begun, deviceName(device.info));
  console.log(`Device  ${devices.map((name) => escapeText(name)).join(', then ')}
Data    ${escapeText(options.data)}: ${grouped(training)} training, ${grouped(config.data.validation)} validation and ${grouped(config.data.test)} test images of ${imageShape.join(' x ')}
Run     ${folder}

${summary}
`);
  if (begun !== undefined && begun.checkpoint === undefined)
    console.log('The run has no checkpoint yet and starts again.\n');

  const { best, epochs, interrupted } = await fit(model, data.train, { options, training, folder, begun });
  const isEvaluated = epochs.length > 0;
  if (isEvaluated) {
    best.restore();
    const { loss: testLoss, outcome } = await test(model, data.test, classes);
    await toFolder(folder)(await model.save());
    const { renderReport } = await import('../report/page.ts'); // with a charting library
    const report = renderReport({
      config: { ...config, devices },
      summary,
      parameters: model.parameters.reduce((sum, { size }) => sum + size, 0),
      epochs,
      best: best.epoch,
      interrupted: interrupted !== undefined,
      testLoss,
      outcome,
      test: data.test,
    });
    const reportFile = await writeReport(folder, report, { interrupted: interrupted !== undefined });
    const accuracy = percent(outcome.correct / config.data.test);
    console.log(`
Test accuracy ${accuracy} on ${grouped(config.data.test)} images, with the weights of epoch ${best.epoch}
Report ${reportFile}`);
  }
  if (interrupted === undefined) return;
  console.log(
    `\nStopped in epoch ${epochs.length + 1} of ${options.epochs}. Resume with: dawngrad train --resume ${folder}`,
  );
  process.exitCode = 128 + constants.signals[interrupted]; // the exit code of shells
}

function describe({ info }: Device, data: Mnist, { options, optimizer, training }: Settings): RunConfig {
  const { images } = data.train;
  return {
    dawngrad: version,
    started: new Date().toISOString(),
    options,
    optimizer: optimizer.config(),
    data: {
      training,
      validation: images.shape[0] - training,
      test: data.test.images.shape[0],
      imageShape: images.shape.slice(1),
      classes: classesIn(data),
    },
    device: info,
    devices: [deviceName(info)],
  };
}

interface FitSettings extends Pick<Settings, 'options' | 'training' | 'begun'> {
  readonly folder: string;
}

/** The signals that stop a run so that it can be resumed. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Trains until the last epoch, or until Ctrl-C; a second Ctrl-C ends the process. */
async function fit(model: Model, { images, labels }: LabelledImages, settings: FitSettings) {
  const { options, training, folder, begun } = settings;
  const { epochs, batchSize, validationSplit = 0, checkpointEvery } = options;
  const progress = new Progress({ epochs, steps: Math.ceil(training / batchSize) });
  const best = new BestWeights(model);
  const history = new HistoryFile(folder);
  const abort = new AbortController();
  let interrupted: (typeof SIGNALS)[number] | undefined;
  const stop = (signal: (typeof SIGNALS)[number]): void => {
    interrupted = signal;
    abort.abort();
    progress.stop();
    console.log('Stopping after this step. Press Ctrl-C again to end at once.');
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    await model.fit(images, labels, {
      epochs,
      batchSize,
      validationSplit,
      callbacks: [progress, best, history],
      verbose: 0,
      checkpoint: { everySeconds: checkpointEvery, save: toFolder(folder) },
      signal: abort.signal,
      ...(begun?.checkpoint && { resume: begun.checkpoint, exactResume: begun.exact }),
    });
    interrupted = undefined; // after the last step there is nothing to resume
  } catch (error) {
    if (error !== abort.signal.reason) throw error;
  } finally {
    progress.stop();
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
  return { best, epochs: history.records, interrupted };
}

const TEST_BATCH = 1000;

async function test(model: Model, { images, labels }: LabelledImages, classes: number) {
  const { loss } = await model.evaluate(images, labels, { batchSize: TEST_BATCH });
  using probabilities = await model.predict(images, { batchSize: TEST_BATCH });
  return { loss, outcome: judge(choose(await probabilities.data(), classes), labels.data, classes) };
}
