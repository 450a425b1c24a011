import { scope } from '../tensor.ts';
import { type Callback, each, type Logs } from './callbacks.ts';
import type { Dataset } from './dataset.ts';
import type { FitOptions, History } from './fitOptions.ts';
import { type Batches, Guard, type Place } from './guard.ts';
import type { Model } from './model.ts';
import { Pace } from './pace.ts';
import { evaluateWith, evaluationSteps, namesOf, type Trained, trainStep } from './step.ts';
import { Steps } from './steps.ts';
import { StepValues } from './stepValues.ts';

interface Parts {
  readonly training: Dataset;
  readonly validation: Dataset | undefined;
  readonly options: FitOptions;
}

/** One call of `fit`: where it is, and what it has seen. */
export class Run {
  readonly #model: Model;
  readonly #trained: Trained;
  readonly #training: Dataset;
  readonly #callbacks: readonly Callback[];
  readonly #epochs: number;
  readonly #batchSize: number;
  readonly #shuffle: boolean;
  /** The sizes of the batches of an epoch. */
  readonly #sizes: readonly number[];
  readonly #steps: Steps;
  readonly #validate: { readonly data: Dataset; readonly batchSize: number; readonly steps: Steps } | undefined;
  readonly #guarded: boolean;
  #guard: Guard | undefined;
  /** The generator's stream before the order of each epoch was drawn: it is what the order depends on. */
  readonly #orders = new Map<number, number>();
  readonly #history: { readonly epoch: number[]; readonly history: Record<string, number[]> };
  #epoch: number;

  constructor(model: Model, trained: Trained, { training, validation, options }: Parts) {
    const {
      epochs = 1,
      initialEpoch = 0,
      batchSize = 32,
      shuffle = true,
      callbacks = [],
      terminateOnNaN = true,
    } = options;
    this.#model = model;
    this.#trained = trained;
    this.#training = training;
    this.#callbacks = callbacks;
    this.#epochs = epochs;
    this.#batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#sizes = [...training.sizes(batchSize)];
    this.#steps = new Steps((size) => trainStep(model, trained, training.take(size)));
    this.#validate = validation && { data: validation, batchSize, steps: evaluationSteps(model, trained, validation) };
    this.#guarded = terminateOnNaN;
    this.#history = { epoch: [], history: {} };
    this.#epoch = initialEpoch;
  }

  /** Goes through the epochs. */
  async train(): Promise<History> {
    const model = this.#model;
    const callbacks = this.#callbacks;
    let logs: Logs = {};
    model.stopTraining = false;
    for (const callback of callbacks) callback.setModel?.(model);
    await each(callbacks, (callback) => callback.onTrainBegin?.({}));
    try {
      await this.#steps.prepare(this.#sizes);
      model.optimizer.build(model.trainableParameters);
      this.#guard = this.#guarded ? this.#makeGuard() : undefined;
      for (; this.#epoch < this.#epochs && !model.stopTraining; this.#epoch++) {
        const epoch = this.#epoch;
        await each(callbacks, (callback) => callback.onEpochBegin?.(epoch, {}));
        this.#orders.set(epoch, model.device.random.peekStream());
        this.#goTo({ epoch, batch: 0 });
        logs = await this.#finishEpoch(await this.#trainEpoch(epoch));
        await each(callbacks, (callback) => callback.onEpochEnd?.(epoch, logs));
      }
    } finally {
      this.#guard?.dispose();
      this.#steps.dispose();
      this.#validate?.steps.dispose();
    }
    this.#trained.optimizer.finalize();
    await each(callbacks, (callback) => callback.onTrainEnd?.(logs));
    return this.#history;
  }

  async #trainEpoch(epoch: number): Promise<Logs> {
    const { device } = this.#model;
    const values = new StepValues(device, namesOf(this.#trained));
    const pace = new Pace<Logs>(device);
    let logs: Logs = {};
    const take = async (read: Logs | undefined): Promise<boolean> => {
      if (read === undefined) return false;
      logs = read;
      await this.#judge(epoch, values);
      return true;
    };
    const drain = async (): Promise<boolean> => {
      const isNew = await take(await pace.send(values.request()));
      return (await take(await pace.finish())) || isNew;
    };
    try {
      for (const [batch, size] of this.#sizes.entries()) {
        await each(this.#callbacks, (callback) => callback.onBatchBegin?.(batch, { batch, size }));
        scope(() => values.add(this.#steps.run(size), size));
        const isLast = batch === this.#sizes.length - 1;
        let isNew = false;
        if (pace.stepDone() || isLast) {
          this.#guard?.arrive(this.#after({ epoch, batch }));
          isNew = isLast ? await drain() : await take(await pace.send(values.request()));
        }
        const seen = { batch, size, ...(isNew && logs) };
        await each(this.#callbacks, (callback) => callback.onBatchEnd?.(batch, seen));
        if (!this.#model.stopTraining || isLast) continue;
        await drain();
        break;
      }
      return logs;
    } finally {
      values.dispose();
    }
  }

  /** Validates, and adds the epoch to the history. */
  async #finishEpoch(trained: Logs): Promise<Logs> {
    const validated = this.#validate && (await evaluateWith(this.#model, this.#trained, this.#validate));
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

  /** Ends the run if a loss among those just read is not finite: from there on every number would be NaN. */
  async #judge(epoch: number, { firstBad, read }: StepValues): Promise<void> {
    if (firstBad !== undefined) await this.#guard?.fail({ epoch, batch: firstBad.step }, firstBad.loss);
    this.#guard?.confirm({ epoch, batch: read.steps });
  }

  #makeGuard(): Guard {
    const batches: Batches = {
      goTo: (place) => this.#goTo(place),
      take: (place) => ({ batch: this.#training.take(this.#sizes[place.batch]), next: this.#after(place) }),
    };
    return new Guard(this.#model, this.#trained, { batches, place: { epoch: this.#epoch, batch: 0 } });
  }

  #after({ epoch, batch }: Place): Place {
    return batch + 1 < this.#sizes.length ? { epoch, batch: batch + 1 } : { epoch: epoch + 1, batch: 0 };
  }

  /** Puts the samples in the order of an epoch that has begun, and goes to a place in it. */
  #goTo({ epoch, batch }: Place): void {
    const { random } = this.#model.device;
    const stream = this.#orders.get(epoch);
    if (stream === undefined) throw new Error(`internal: no order for epoch ${epoch}`);
    random.returnTo(stream);
    if (this.#shuffle) this.#training.shuffle(random);
    this.#training.rewind(batch * this.#batchSize);
  }
}
