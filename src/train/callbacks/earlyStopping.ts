import { countFrom0, finite, flag } from '../../core/checks.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { Copies } from '../loop/copies.ts';
import type { Callback, FittedModel, Logs, Memory } from './callback.ts';
import { numbersIn, numbersOf } from './memory.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Number of epochs to wait for an improvement; default 0. */
  readonly patience?: number;
  /** A value that an improvement must also beat to reset the waiting; default none. */
  readonly baseline?: number;
  /** Whether to restore the weights of the best epoch at the end; default false. */
  readonly restoreBestWeights?: boolean;
  /** The first epoch to monitor, from 0; default 0. */
  readonly startFromEpoch?: number;
}

/**
 * Stops training when the monitored number has not improved for `patience` epochs. With `restoreBestWeights` it keeps a copy of the
 * best weights on the device.
 * @throws ValueError if an option is invalid, or, after the first epoch, if `monitor` is unknown.
 * @see Prechelt (1998), "Early stopping - but when?".
 */
export const earlyStopping = (options: EarlyStoppingOptions = {}): Callback => new EarlyStopping(options);

class EarlyStopping implements Callback {
  readonly #monitor: Monitor;
  readonly #patience: number;
  readonly #baseline: number | undefined;
  readonly #restoreBestWeights: boolean;
  readonly #startFromEpoch: number;
  #model: FittedModel | undefined;
  #best = 0;
  #wait = 0;
  #weights: Copies | undefined;

  readonly memory: Memory = {
    name: 'earlyStopping',
    save: async () => ({ ...numbersOf({ best: this.#best, wait: this.#wait }), ...(await this.#saveWeights()) }),
    restore: ({ best, wait, ...weights }) => {
      ({ best: this.#best, wait: this.#wait } = numbersIn({ best, wait }));
      this.#restoreWeights(weights);
    },
  };

  constructor(options: EarlyStoppingOptions) {
    this.#monitor = new Monitor('earlyStopping', options, {
      patience: countFrom0,
      baseline: finite,
      restoreBestWeights: flag,
      startFromEpoch: countFrom0,
    });
    const { patience = 0, baseline, restoreBestWeights = false, startFromEpoch = 0 } = options;
    this.#patience = patience;
    this.#baseline = baseline;
    this.#restoreBestWeights = restoreBestWeights;
    this.#startFromEpoch = startFromEpoch;
  }

  setModel(model: FittedModel): void {
    this.#model = model;
  }

  onTrainBegin(): void {
    this.#best = this.#monitor.worst;
    this.#wait = 0;
    this.#forget();
  }

  /** As in Keras, an improvement updates `best` even if it does not beat the baseline. */
  onEpochEnd(epoch: number, logs: Logs): void {
    const value = this.#monitor.read(logs);
    if (epoch < this.#startFromEpoch || this.#model === undefined) return;
    this.#wait++;
    if (this.#monitor.isBetter(value, this.#best)) {
      this.#best = value;
      this.#keepWeights(this.#model);
      if (this.#baseline === undefined || this.#monitor.isBetter(value, this.#baseline)) this.#wait = 0;
    } else if (this.#wait >= this.#patience) this.#model.stopTraining = true;
  }

  onTrainEnd(): void {
    this.#weights?.restore();
  }

  onTrainExit(): void {
    this.#forget();
  }

  #keepWeights(model: FittedModel): void {
    if (!this.#restoreBestWeights) return;
    this.#weights ??= new Copies(model.parameters);
    this.#weights.take();
  }

  #forget(): void {
    this.#weights?.dispose();
    this.#weights = undefined;
  }

  async #saveWeights(): Promise<Record<string, HostArray>> {
    const copies = this.#weights?.tensors ?? [];
    const entries = copies.map(async (t, i) => [String(i), { data: await t.data(), shape: t.shape }] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  #restoreWeights(weights: Readonly<Record<string, HostArray>>): void {
    if (Object.keys(weights).length === 0 || this.#model === undefined) return;
    this.#keepWeights(this.#model);
    this.#weights?.tensors.forEach((t, i) => {
      t.assign(weights[i].data);
    });
  }
}
