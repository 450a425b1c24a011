import { flag, func, required } from '../../core/checks.ts';
import type { ModelFiles } from '../files/save.ts';
import type { Callback, FittedModel, Logs, Memory } from './callback.ts';
import { numbersIn, numbersOf } from './memory.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

/** Options of `modelCheckpoint`. */
export interface ModelCheckpointOptions extends Omit<MonitorOptions, 'minDelta'> {
  /** Called with the model's files after an epoch, counted from 0, and awaited; `toFolder('best')` makes one that writes them. */
  readonly save: (files: ModelFiles, epoch: number, logs: Logs) => void | Promise<void>;
  /** Whether to save only after an epoch that is better than all before; default false. */
  readonly saveBestOnly?: boolean;
}

/**
 * Saves the model after every epoch, or after every improvement. To resume an interrupted run, use the option `checkpoint` of
 * `fit` instead.
 * @throws ValueError if an option is invalid, or, with `saveBestOnly` after the first epoch, if `monitor` is unknown.
 */
export const modelCheckpoint = (options: ModelCheckpointOptions): Callback => new ModelCheckpoint(options);

class ModelCheckpoint implements Callback {
  readonly #monitor: Monitor;
  readonly #save: ModelCheckpointOptions['save'];
  readonly #saveBestOnly: boolean;
  #model: FittedModel | undefined;
  #best = 0;

  readonly memory: Memory = {
    name: 'modelCheckpoint',
    save: async () => numbersOf({ best: this.#best }),
    restore: ({ best }) => {
      this.#best = numbersIn({ best }).best;
    },
  };

  constructor(options: ModelCheckpointOptions) {
    this.#monitor = new Monitor('modelCheckpoint', options, { save: required(func), saveBestOnly: flag });
    this.#save = options.save;
    this.#saveBestOnly = options.saveBestOnly ?? false;
  }

  setModel(model: FittedModel): void {
    this.#model = model;
  }

  onTrainBegin(): void {
    this.#best = this.#monitor.worst;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#saveBestOnly) {
      const value = this.#monitor.read(logs);
      if (!this.#monitor.isBetter(value, this.#best)) return;
      this.#best = value;
    }
    if (this.#model !== undefined) await this.#save(await this.#model.save(), epoch, logs);
  }
}
