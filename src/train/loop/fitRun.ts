import { innerScope } from '../../core/tensor/lifetime.ts';
import type { Dataset } from '../../data/dataset/dataset.ts';
import type { Bytes } from '../../data/files/safetensors.ts';
import type { Weighted } from '../../nn/losses/total.ts';
import { frozenWeights, isolated } from '../../nn/network/network.ts';
import { type Callback, each, type FittedModel, inspectorsOf, type Logs } from '../callbacks/callback.ts';
import { withProgress } from '../callbacks/progress.ts';
import type { FitOptions, History, Signal } from '../fitOptions.ts';
import type { Trainable } from '../trainable.ts';
import {
  type Checkpoint,
  type CheckpointOptions,
  checkConditions,
  packCheckpoint,
  type RunState,
  readCheckpoint,
  restoreCheckpoint,
} from './checkpoint.ts';
import { Copies } from './copies.ts';
import { type Batches, Guard, type Place } from './guard.ts';
import { disposeInspection, inspect } from './inspect.ts';
import { CapturedSteps } from './steps.ts';
import { emptySums, StepValues, type Sums } from './stepValues.ts';
import { buildOptimizer, evaluateWith, evaluationSteps, finishTraining, reportsOf, trainStep } from './trainStep.ts';

interface Parts {
  readonly training: Dataset;
  readonly validation: Dataset | undefined;
  readonly options: FitOptions;
}

/** Decides when a checkpoint is due, and saves it. */
class Saver {
  readonly #options: CheckpointOptions;
  #steps = 0;
  #since = performance.now();

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  /** Counts a step; returns whether a checkpoint is due. */
  isDue(): boolean {
    this.#steps++;
    const { everySteps = Number.POSITIVE_INFINITY, everySeconds = Number.POSITIVE_INFINITY } = this.#options;
    return this.#steps >= everySteps || performance.now() - this.#since >= 1000 * everySeconds;
  }

  /** Whether one is due after the last step of an epoch. */
  isDueAfterEpoch(): boolean {
    const { everySteps, everySeconds } = this.#options;
    return this.isDue() || (everySteps === undefined && everySeconds === undefined);
  }

  async save(file: Uint8Array): Promise<void> {
    await this.#options.save({ 'checkpoint.safetensors': file });
    this.#steps = 0;
    this.#since = performance.now();
  }
}

export class FitRun {
  readonly #model: FittedModel;
  readonly #trainable: Trainable;
  readonly #training: Dataset;
  readonly #callbacks: readonly Callback[];
  readonly #epochs: number;
  readonly #batchSize: number;
  readonly #shuffle: boolean;
  /** The batch sizes of an epoch. */
  readonly #sizes: readonly number[];
  readonly #steps: CapturedSteps<Weighted[]>;
  readonly #validate:
    | { readonly data: Dataset; readonly batchSize: number; readonly steps: CapturedSteps<Weighted[]> }
    | undefined;
  readonly #guarded: boolean;
  readonly #saver: Saver | undefined;
  readonly #resume: Bytes | undefined;
  readonly #exactResume: boolean;
  readonly #signal: Signal | undefined;
  #guard: Guard | undefined;
  /** The stream of the generator that shuffled each epoch. */
  readonly #orders = new Map<number, number>();
  readonly #history: { readonly epoch: number[]; readonly history: Record<string, number[]> } = {
    epoch: [],
    history: {},
  };
  #epoch: number;
  #frozen: string;

  constructor(model: FittedModel, { training, validation, options }: Parts) {
    const {
      epochs = 1,
      initialEpoch = 0,
      batchSize = 32,
      shuffle = true,
      callbacks = [],
      terminateOnNaN = true,
      checkpoint,
      resume,
      verbose,
      exactResume = true,
      signal,
    } = options;
    this.#model = model;
    const trainable = model.compiled;
    this.#trainable = trainable;
    this.#training = training;
    this.#callbacks = withProgress(callbacks, verbose);
    this.#epochs = epochs;
    this.#batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#sizes = [...training.batchSizes(batchSize)];
    this.#steps = new CapturedSteps(model, (size) => trainStep(trainable, training.nextBatch(size)));
    this.#validate = validation && { data: validation, batchSize, steps: evaluationSteps(trainable, validation) };
    this.#guarded = terminateOnNaN;
    this.#saver = checkpoint && new Saver(checkpoint);
    this.#resume = resume;
    this.#exactResume = exactResume;
    this.#signal = signal;
    this.#epoch = initialEpoch;
    this.#frozen = frozenWeights(model);
  }

  /** Trains all epochs; frees its resources even if it fails. */
  async train(): Promise<History> {
    try {
      return await this.#train();
    } finally {
      this.#guard?.dispose();
      this.#steps.dispose();
      this.#validate?.steps.dispose();
      await each(this.#callbacks, 'onTrainExit');
    }
  }

  async #train(): Promise<History> {
    if (this.#signal?.aborted) throw this.#signal.reason;
    const model = this.#model;
    const callbacks = this.#callbacks;
    let logs: Logs = {};
    const before = model.optimizer.iterations;
    model.stopTraining = false;
    await each(callbacks, 'setModel', model);
    await each(callbacks, 'setParams', { epochs: this.#epochs, steps: this.#sizes.length });
    await each(callbacks, 'onTrainBegin', {});
    let from = this.#resume && (await this.#read(this.#resume));
    await this.#steps.prepare(this.#sizes);
    await this.#validate?.steps.prepare([...this.#validate.data.batchSizes(this.#batchSize)]);
    buildOptimizer(this.#trainable);
    const isWithinEpoch = from !== undefined && from.place.batch > 0 && this.#epoch < this.#epochs;
    if (from !== undefined && !isWithinEpoch) {
      await restoreCheckpoint(from, model, callbacks);
      logs = this.#lastLogs();
    }
    for (; this.#epoch < this.#epochs && !model.stopTraining; this.#epoch++) {
      const epoch = this.#epoch;
      await each(callbacks, 'onEpochBegin', epoch, {});
      // Restores after onEpochBegin, because this epoch had begun before: what callbacks did there must not count twice.
      if (from !== undefined && isWithinEpoch) await restoreCheckpoint(from, model, callbacks);
      this.#begin(epoch, from);
      logs = await this.#finishEpoch(await this.#trainEpoch(epoch, from?.sums));
      from = undefined;
      await each(callbacks, 'onEpochEnd', epoch, logs);
      const isAborted = this.#signal?.aborted;
      if (this.#saver?.isDueAfterEpoch() || isAborted) await this.#save({ epoch: epoch + 1, batch: 0 });
      if (isAborted && epoch + 1 < this.#epochs) throw this.#signal?.reason;
    }
    finishTraining(this.#trainable, before);
    await each(callbacks, 'onTrainEnd', logs);
    return this.#history;
  }

  async #trainEpoch(epoch: number, before: Sums | undefined): Promise<Logs> {
    const { pace } = this.#steps;
    const values = new StepValues(this.#model.device, reportsOf(this.#trainable), { pace, before });
    try {
      for (let batch = values.sums.steps; batch < this.#sizes.length; batch++) {
        const size = this.#sizes[batch];
        await each(this.#callbacks, 'onBatchBegin', batch, { batch, size });
        await this.#inspect({ epoch, batch });
        await this.#rebuildIfFrozenChanged({ epoch, batch }, values);
        const isTime = innerScope(() => values.add(this.#steps.run(size), size));
        const isLast = batch === this.#sizes.length - 1;
        let isNew = false;
        if (isTime || isLast) {
          this.#guard?.arrive(this.#after({ epoch, batch }));
          isNew = isLast ? await values.readAll() : await values.read();
          await this.#checkLosses(epoch, values);
        }
        const seen = { batch, size, ...(isNew && values.results) };
        await each(this.#callbacks, 'onBatchEnd', batch, seen);
        if (isLast) break;
        const isAborted = this.#signal?.aborted;
        const isDue = this.#saver?.isDue() || isAborted;
        if (isDue || this.#model.stopTraining) {
          await values.readAll();
          await this.#checkLosses(epoch, values);
        }
        if (this.#model.stopTraining) break;
        if (isDue) await this.#save({ epoch, batch: batch + 1 }, values.sums);
        if (isAborted) throw this.#signal?.reason;
      }
      await this.#guard?.checkWeights({ epoch, batch: values.sums.steps - 1 });
      return values.results;
    } finally {
      values.dispose();
    }
  }

  /** Rebuilds what depends on the frozen weights, if they have changed. */
  async #rebuildIfFrozenChanged(place: Place, values: StepValues): Promise<void> {
    const frozen = frozenWeights(this.#model);
    if (frozen === this.#frozen) return;
    await values.readAll();
    await this.#checkLosses(place.epoch, values);
    this.#frozen = frozen;
    buildOptimizer(this.#trainable);
    if (this.#guard === undefined) return;
    this.#guard.dispose();
    this.#guard = this.#makeGuard(place);
  }

  /** Lets callbacks inspect the step at a place; changes nothing. */
  async #inspect({ epoch, batch }: Place): Promise<void> {
    const step = epoch * this.#sizes.length + batch;
    const inspectors = inspectorsOf(this.#callbacks, step);
    if (!inspectors.some(({ wantsInspection }) => wantsInspection)) return;
    const { parameters } = this.#model;
    const statistics = new Copies(parameters.filter(({ trainable }) => !trainable));
    statistics.take();
    const taken = isolated(this.#model, () => this.#training.nextBatch(this.#sizes[batch]));
    const inspection = inspect(this.#trainable, taken);
    try {
      await each(inspectors, 'onInspection', step, inspection);
    } finally {
      disposeInspection(inspection);
      for (const t of Object.values(taken)) t.dispose();
      statistics.restore();
      statistics.dispose();
      this.#training.rewind(batch * this.#batchSize);
    }
  }

  /** Reads a checkpoint of this run and continues its history. */
  async #read(file: Bytes): Promise<Checkpoint> {
    const checkpoint = await readCheckpoint(file);
    checkConditions(checkpoint, this.#state(checkpoint.place, checkpoint.sums), { exact: this.#exactResume });
    this.#model.streams = checkpoint.streams;
    this.#epoch = checkpoint.place.epoch;
    for (const epoch of checkpoint.epochs) this.#history.epoch.push(epoch);
    for (const [name, values] of Object.entries(checkpoint.history)) this.#history.history[name] = [...values];
    return checkpoint;
  }

  /** Shuffles for an epoch, or moves to a checkpoint's place in it. */
  #begin(epoch: number, from: Checkpoint | undefined): void {
    const { random } = this.#model;
    const batch = from?.place.batch ?? 0;
    this.#orders.set(epoch, from?.orderStream ?? random.peekStream());
    this.#goTo({ epoch, batch });
    if (from !== undefined && batch > 0) random.returnTo(from.stream);
    if (this.#guarded) this.#guard ??= this.#makeGuard({ epoch, batch });
  }

  async #save(place: Place, sums: Sums = emptySums(reportsOf(this.#trainable))): Promise<void> {
    if (this.#saver === undefined) return;
    const file = await packCheckpoint(this.#state(place, sums));
    if (file !== undefined) await this.#saver.save(file);
  }

  #state(place: Place, sums: Sums): RunState {
    const { random } = this.#model;
    return {
      model: this.#model,
      callbacks: this.#callbacks,
      samples: this.#training.size,
      weighted: this.#training.isWeighted,
      validationSamples: this.#validate?.data.size ?? 0,
      batchSize: this.#batchSize,
      shuffle: this.#shuffle,
      place,
      orderStream: (place.batch > 0 ? this.#orders.get(place.epoch) : undefined) ?? random.peekStream(),
      epochs: this.#history.epoch,
      history: this.#history.history,
      sums,
    };
  }

  /** The numbers of the last epoch in the history. */
  #lastLogs(): Logs {
    const entries = Object.entries(this.#history.history).map(([name, values]) => [name, values[values.length - 1]]);
    return Object.fromEntries(entries);
  }

  /** Validates and adds the epoch to the history. */
  async #finishEpoch(trained: Logs): Promise<Logs> {
    const validated = this.#validate && (await evaluateWith(this.#trainable, this.#validate));
    const named = Object.entries(validated ?? {}).map(([name, value]) => [`val_${name}`, value]);
    const logs: Logs = { ...trained, ...Object.fromEntries(named) };
    const { epoch, history } = this.#history;
    epoch.push(this.#epoch);
    for (const [name, value] of Object.entries(logs)) {
      history[name] ??= [];
      history[name].push(value);
    }
    return logs;
  }

  /** Ends the run if a loss that was just read is not finite. */
  async #checkLosses(epoch: number, { firstBad, sums }: StepValues): Promise<void> {
    if (firstBad !== undefined) await this.#guard?.fail({ epoch, batch: firstBad.step }, `the loss ${firstBad.loss}`);
    this.#guard?.confirm({ epoch, batch: sums.steps });
  }

  #makeGuard(place: Place): Guard {
    const batches: Batches = {
      goTo: (place) => this.#goTo(place),
      take: (place) => ({ batch: this.#training.nextBatch(this.#sizes[place.batch]), next: this.#after(place) }),
    };
    return new Guard(this.#trainable, { batches, place });
  }

  #after({ epoch, batch }: Place): Place {
    return batch + 1 < this.#sizes.length ? { epoch, batch: batch + 1 } : { epoch: epoch + 1, batch: 0 };
  }

  /** Restores the order of an epoch that has begun and moves to a place in it. */
  #goTo({ epoch, batch }: Place): void {
    const { random } = this.#model;
    const stream = this.#orders.get(epoch);
    if (stream === undefined) throw new Error(`internal: no order for epoch ${epoch}`);
    random.returnTo(stream);
    if (this.#shuffle) this.#training.shuffle(random);
    this.#training.rewind(batch * this.#batchSize);
  }
}
