import { ValueError } from '../errors.ts';
import { Tape } from '../gradient.ts';
import type { Loss } from '../nn/losses.ts';
import type { Metric } from '../nn/metrics.ts';
import type { Optimizer } from '../optim/index.ts';
import { checkOptions, checkRange, checkWhole } from '../options.ts';
import { scope, type Tensor } from '../tensor.ts';
import { type Callback, each, type Logs } from './callbacks.ts';
import type { Batch, Dataset, Samples } from './dataset.ts';
import type { Model } from './model.ts';
import { Pace } from './pace.ts';
import { RunningMeans } from './running.ts';

/** What `compile` chose. */
export interface Trained {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

export interface FitOptions {
  /** Passes over the data; default 1. */
  readonly epochs?: number;
  /** Samples per update; default 32. One larger than the data is one batch. */
  readonly batchSize?: number;
  /** A new order in every epoch; default true. */
  readonly shuffle?: boolean;
  /** The share of the samples, taken from the end before any shuffle, to validate on instead of training; default 0. */
  readonly validationSplit?: number;
  /** Samples and labels to validate on after every epoch. */
  readonly validationData?: readonly [x: Samples, y: Samples];
  readonly callbacks?: readonly Callback[];
}

/** What `fit` saw: the epochs, and for each name its value after each of them. */
export interface History {
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** The loop behind `model.fit`. */
export async function fit(
  model: Model,
  trained: Trained,
  { x, y }: { readonly x: Samples; readonly y: Samples },
  options: FitOptions,
): Promise<History> {
  checkFitOptions(options);
  const { epochs = 1, batchSize = 32, shuffle = true, validationSplit = 0, validationData, callbacks = [] } = options;
  const all = await model.dataset(x, y);
  const owned = [all];
  try {
    let training = all;
    let validation = validationData && (await model.dataset(...validationData));
    if (validation !== undefined) owned.push(validation);
    else if (validationSplit > 0) {
      [training, validation] = all.split(Math.floor(all.size * validationSplit));
      owned.push(training, validation);
    }
    return await runEpochs(model, trained, { training, validation, epochs, batchSize, shuffle, callbacks });
  } finally {
    for (const data of owned) data.dispose();
  }
}

interface Run {
  readonly training: Dataset;
  readonly validation: Dataset | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly callbacks: readonly Callback[];
}

async function runEpochs(model: Model, trained: Trained, run: Run): Promise<History> {
  const { training, validation, epochs, batchSize, shuffle, callbacks } = run;
  const epochsDone: number[] = [];
  const history: Record<string, number[]> = {};
  let logs: Logs = {};
  model.stopTraining = false;
  for (const callback of callbacks) callback.setModel?.(model);
  await each(callbacks, (callback) => callback.onTrainBegin?.({}));
  for (let epoch = 0; epoch < epochs && !model.stopTraining; epoch++) {
    await each(callbacks, (callback) => callback.onEpochBegin?.(epoch, {}));
    if (shuffle) training.shuffle(model.device.random);
    const trainLogs = await trainEpoch(model, trained, { training, batchSize, callbacks, epoch });
    const validated = validation && (await evaluateOn(model, trained, validation, batchSize));
    const named = Object.entries(validated ?? {}).map(([name, value]) => [`val_${name}`, value]);
    logs = { ...trainLogs, ...Object.fromEntries(named) };
    epochsDone.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= [];
      history[name].push(value);
    }
    await each(callbacks, (callback) => callback.onEpochEnd?.(epoch, logs));
  }
  trained.optimizer.finalize();
  await each(callbacks, (callback) => callback.onTrainEnd?.(logs));
  return { epoch: epochsDone, history };
}

async function trainEpoch(
  model: Model,
  trained: Trained,
  { training, batchSize, callbacks, epoch }: Pick<Run, 'training' | 'batchSize' | 'callbacks'> & { epoch: number },
): Promise<Logs> {
  const means = new RunningMeans(namesOf(trained));
  const pace = new Pace(model.device);
  let batchNumber = 0;
  let logs: Logs = {};
  try {
    for (const batch of training.batches(batchSize)) {
      const { size } = batch;
      await each(callbacks, (callback) => callback.onBatchBegin?.(batchNumber, { batch: batchNumber, size }));
      scope(() => means.update(trainStep(model, trained, batch).values, size));
      free(batch);
      const last = batchNumber === Math.ceil(training.size / batchSize) - 1;
      const reading = pace.stepDone() || last || model.stopTraining;
      if (reading) {
        logs = await pace.read(() => means.read());
        checkLoss(logs, { epoch, batch: batchNumber });
      }
      const seen = { batch: batchNumber, size, ...(reading && logs) };
      await each(callbacks, (callback) => callback.onBatchEnd?.(batchNumber, seen));
      if (model.stopTraining) {
        if (!reading) logs = await pace.read(() => means.read());
        break;
      }
      batchNumber++;
    }
    return logs;
  } finally {
    means.reset();
  }
}

const free = ({ x, y }: Batch): void => {
  x.dispose();
  y?.dispose();
};

const namesOf = ({ metrics }: Trained): string[] => ['loss', ...metrics.map(({ name }) => name)];

/** One update. The values, in the order of the names, are scalars from before it. */
export function trainStep(model: Model, trained: Trained, { x, y }: Batch): { names: string[]; values: Tensor[] } {
  if (y === undefined) throw new Error('internal: a training batch without labels');
  model.device.random.enterStep(model.device);
  const values = scope(() => {
    using tape = new Tape();
    const predicted = model.call(x, true);
    const loss = trained.loss(y, predicted);
    const parameters = model.trainableParameters;
    const gradients = tape.gradient(loss, parameters);
    const metrics = trained.metrics.map((metric) => metric(y, predicted));
    trained.optimizer.apply(gradients, parameters);
    return [loss, ...metrics];
  });
  return { names: namesOf(trained), values };
}

/** Loss and metrics over a data set, in inference mode. */
export async function evaluateOn(
  model: Model,
  trained: Trained,
  data: Dataset,
  batchSize: number,
): Promise<Record<string, number>> {
  const means = new RunningMeans(namesOf(trained));
  const pace = new Pace(model.device);
  try {
    for (const batch of data.batches(batchSize)) {
      const { x, y, size } = batch;
      if (y === undefined) throw new Error('internal: an evaluation batch without labels');
      scope(() => {
        const predicted = model.call(x);
        means.update([trained.loss(y, predicted), ...trained.metrics.map((metric) => metric(y, predicted))], size);
      });
      free(batch);
      if (pace.stepDone()) await pace.read(() => means.read());
    }
    return await pace.read(() => means.read());
  } finally {
    means.reset();
  }
}

/** Stops training that has gone wrong: from here on every number would be NaN. */
function checkLoss({ loss }: Logs, { epoch, batch }: { epoch: number; batch: number }): void {
  if (Number.isFinite(loss)) return;
  throw new ValueError({
    op: 'fit',
    got: `the loss ${loss} in epoch ${epoch + 1}, at or before step ${batch + 1}`,
    expected: 'a finite number',
    fix: 'Lower the learning rate, clip gradients, or look for extreme values in the data.',
  });
}

function checkFitOptions(options: FitOptions): void {
  const known = ['epochs', 'batchSize', 'shuffle', 'validationSplit', 'validationData', 'callbacks'];
  checkOptions('fit', options, known);
  const { epochs = 1, batchSize = 32, validationSplit = 0 } = options;
  checkWhole('fit', 'epochs', epochs, 1);
  checkWhole('fit', 'batchSize', batchSize, 1);
  checkRange('fit', 'validationSplit', validationSplit, { low: 0, high: 1 });
}
