import { ValueError } from '../errors.ts';
import { Tape } from '../gradient.ts';
import type { Loss } from '../nn/losses.ts';
import type { Metric } from '../nn/metrics.ts';
import type { Optimizer } from '../optim/index.ts';
import { checkOptions, checkRange, checkWhole } from '../options.ts';
import { scope, type Tensor } from '../tensor.ts';
import { type Callback, each, type Logs } from './callbacks.ts';
import { type Batch, type Dataset, type Samples, shapeOf } from './dataset.ts';
import type { Model } from './model.ts';
import { Pace } from './pace.ts';
import { sampleWeights, type WeightOptions } from './sampleWeights.ts';
import { Steps } from './steps.ts';
import { StepValues } from './stepValues.ts';

/** What `compile` chose. */
export interface Trained {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

export interface FitOptions extends WeightOptions {
  /** The epoch to train up to, from `initialEpoch`; default 1. */
  readonly epochs?: number;
  /** The number of the first epoch, for callbacks that go by it; default 0. */
  readonly initialEpoch?: number;
  /** Samples per update; default 32. One larger than the data is one batch. */
  readonly batchSize?: number;
  /** A new order in every epoch; default true. */
  readonly shuffle?: boolean;
  /** The share of the samples, taken from the end before any shuffle, to validate on instead of training; default 0. */
  readonly validationSplit?: number;
  /** Samples, labels and, where they are not all 1, weights of the samples to validate on after every epoch. */
  readonly validationData?: readonly [x: Samples, y: Samples, sampleWeight?: Samples];
  readonly callbacks?: readonly Callback[];
  /**
   * Bytes of the device's memory that the samples of a data set may take; default as much as one tensor may have. Those
   * of a larger one stay with the host and pass through the device in chunks, with the same results.
   */
  readonly residentBytes?: number;
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
  const {
    epochs = 1,
    batchSize = 32,
    shuffle = true,
    validationSplit = 0,
    validationData,
    callbacks = [],
    initialEpoch = 0,
    residentBytes,
    sampleWeight,
    classWeight,
  } = options;
  const count = shapeOf(x)[0];
  const split = validationData === undefined ? Math.floor(count * validationSplit) : 0;
  const weight = await sampleWeights(y, { sampleWeight, classWeight }, count - split);
  const all = await model.dataset(x, y, { residentBytes, weight });
  const owned = [all];
  try {
    let training = all;
    let validation: Dataset | undefined;
    if (validationData !== undefined) {
      const [xOfIt, yOfIt, given] = validationData;
      const weightOfIt = await sampleWeights(yOfIt, { sampleWeight: given });
      validation = await model.dataset(xOfIt, yOfIt, { residentBytes, weight: weightOfIt });
      owned.push(validation);
    } else if (validationSplit > 0) {
      [training, validation] = all.split(split);
      owned.push(training, validation);
    }
    return await runEpochs(model, trained, {
      training,
      validation,
      epochs,
      initialEpoch,
      batchSize,
      shuffle,
      callbacks,
    });
  } finally {
    for (const data of owned) data.dispose();
  }
}

interface Run {
  readonly training: Dataset;
  readonly validation: Dataset | undefined;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly callbacks: readonly Callback[];
}

async function runEpochs(model: Model, trained: Trained, run: Run): Promise<History> {
  const { training, validation, epochs, initialEpoch, batchSize, shuffle, callbacks } = run;
  const epochsDone: number[] = [];
  const history: Record<string, number[]> = {};
  let logs: Logs = {};
  model.stopTraining = false;
  for (const callback of callbacks) callback.setModel?.(model);
  await each(callbacks, (callback) => callback.onTrainBegin?.({}));
  const trainingSteps = new Steps((size) => trainStep(model, trained, training.take(size)));
  const validationSteps = validation && evaluationSteps(model, trained, validation);
  try {
    await trainingSteps.prepare([...training.sizes(batchSize)]);
    for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
      await each(callbacks, (callback) => callback.onEpochBegin?.(epoch, {}));
      if (shuffle) training.shuffle(model.device.random);
      training.rewind();
      const sizes = [...training.sizes(batchSize)];
      const trainLogs = await trainEpoch({ model, trained, steps: trainingSteps, callbacks, epoch }, sizes);
      const validated =
        validation &&
        validationSteps &&
        (await evaluateWith(model, trained, { data: validation, batchSize, steps: validationSteps }));
      const named = Object.entries(validated ?? {}).map(([name, value]) => [`val_${name}`, value]);
      logs = { ...trainLogs, ...Object.fromEntries(named) };
      epochsDone.push(epoch);
      for (const [name, value] of Object.entries(logs)) {
        history[name] ??= [];
        history[name].push(value);
      }
      await each(callbacks, (callback) => callback.onEpochEnd?.(epoch, logs));
    }
  } finally {
    trainingSteps.dispose();
    validationSteps?.dispose();
  }
  trained.optimizer.finalize();
  await each(callbacks, (callback) => callback.onTrainEnd?.(logs));
  return { epoch: epochsDone, history };
}

interface Epoch {
  readonly model: Model;
  readonly trained: Trained;
  readonly steps: Steps;
  readonly callbacks: readonly Callback[];
  readonly epoch: number;
}

async function trainEpoch({ model, trained, steps, callbacks, epoch }: Epoch, sizes: readonly number[]): Promise<Logs> {
  const values = new StepValues(model.device, namesOf(trained));
  const pace = new Pace<Logs>(model.device);
  let batch = 0;
  let logs: Logs = {};
  const take = (read: Logs | undefined): boolean => {
    if (read === undefined) return false;
    logs = read;
    checkLoss(logs, { epoch, batch });
    return true;
  };
  try {
    for (const [at, size] of sizes.entries()) {
      batch = at;
      await each(callbacks, (callback) => callback.onBatchBegin?.(batch, { batch, size }));
      scope(() => values.add(steps.run(size), size));
      const isLast = at === sizes.length - 1;
      let isNew = (pace.stepDone() || isLast) && take(await pace.send(values.request()));
      if (isLast) isNew = take(await pace.finish());
      const seen = { batch, size, ...(isNew && logs) };
      await each(callbacks, (callback) => callback.onBatchEnd?.(batch, seen));
      if (!model.stopTraining || isLast) continue;
      take(await pace.send(values.request()));
      take(await pace.finish());
      break;
    }
    return logs;
  } finally {
    values.dispose();
  }
}

export const namesOf = ({ metrics }: Trained): string[] => ['loss', ...metrics.map(({ name }) => name)];

const weighted = (weight: Tensor | undefined): { sampleWeight?: Tensor } =>
  weight === undefined ? {} : { sampleWeight: weight };

/** One update. The values, in the order of the names, are scalars from before it. */
export function trainStep(model: Model, { loss, metrics, optimizer }: Trained, { x, y, weight }: Batch): Tensor[] {
  model.device.random.enterStep(model.device);
  return scope(() => {
    using tape = new Tape();
    const predicted = model.call(x, true);
    const value = loss(y, predicted, weighted(weight));
    const parameters = model.trainableParameters;
    const gradients = tape.gradient(value, parameters);
    const seen = metrics.map((metric) => metric(y, predicted));
    optimizer.apply(gradients, parameters);
    return [value, ...seen];
  });
}

/** Loss and metrics over a data set, in inference mode. */
export async function evaluateOn(
  model: Model,
  trained: Trained,
  data: Dataset,
  batchSize: number,
): Promise<Record<string, number>> {
  const steps = evaluationSteps(model, trained, data);
  try {
    return await evaluateWith(model, trained, { data, batchSize, steps });
  } finally {
    steps.dispose();
  }
}

const evaluationSteps = (model: Model, { loss, metrics }: Trained, data: Dataset): Steps =>
  new Steps((size) => {
    const { x, y, weight } = data.take(size);
    const predicted = model.call(x);
    return [loss(y, predicted, weighted(weight)), ...metrics.map((metric) => metric(y, predicted))];
  });

async function evaluateWith(
  model: Model,
  trained: Trained,
  { data, batchSize, steps }: { readonly data: Dataset; readonly batchSize: number; readonly steps: Steps },
): Promise<Record<string, number>> {
  const values = new StepValues(model.device, namesOf(trained));
  const pace = new Pace<Logs>(model.device);
  try {
    data.rewind();
    for (const size of data.sizes(batchSize)) {
      scope(() => values.add(steps.run(size), size));
      if (pace.stepDone()) await pace.send(values.request());
    }
    await pace.send(values.request());
    return { ...(await pace.finish()) };
  } finally {
    values.dispose();
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
  const known = [
    'epochs',
    'initialEpoch',
    'batchSize',
    'shuffle',
    'validationSplit',
    'validationData',
    'callbacks',
    'residentBytes',
    'sampleWeight',
    'classWeight',
  ];
  checkOptions('fit', options, known);
  const { epochs = 1, initialEpoch = 0, batchSize = 32, validationSplit = 0, residentBytes = 1 } = options;
  checkWhole('fit', 'epochs', epochs, 1);
  checkWhole('fit', 'initialEpoch', initialEpoch, 0);
  checkWhole('fit', 'batchSize', batchSize, 1);
  checkWhole('fit', 'residentBytes', residentBytes, 1);
  checkRange('fit', 'validationSplit', validationSplit, { low: 0, high: 1 });
}
