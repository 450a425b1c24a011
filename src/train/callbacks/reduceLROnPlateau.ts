import { countFrom0, fraction, notNegative } from '../../core/checks.ts';
import type { Callback, FittedModel, Logs, Memory } from './callback.ts';
import { fixedRate } from './fixedRate.ts';
import { numbersIn, numbersOf } from './memory.ts';
import { Monitor, type MonitorOptions } from './monitor.ts';

/** Options of `reduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The factor by which the learning rate is multiplied, at least 0 and below 1; default 0.1. */
  readonly factor?: number;
  /** Number of epochs to wait for an improvement; default 10. */
  readonly patience?: number;
  /** Number of epochs after a reduction that do not count as waiting; default 0. */
  readonly cooldown?: number;
  /** The lower bound of the learning rate; default 0. */
  readonly minLr?: number;
}

/**
 * Multiplies the learning rate by `factor` when the monitored number has not improved for `patience` epochs.
 * @throws ValueError if an option is out of range, the optimizer has a schedule, or, after the first epoch, `monitor` is unknown.
 */
export const reduceLROnPlateau = (options: ReduceLROnPlateauOptions = {}): Callback => new ReduceLROnPlateau(options);

class ReduceLROnPlateau implements Callback {
  readonly #monitor: Monitor;
  readonly #options: Required<Pick<ReduceLROnPlateauOptions, 'factor' | 'patience' | 'cooldown' | 'minLr'>>;
  #model: FittedModel | undefined;
  #best = 0;
  #wait = 0;
  #cooling = 0;

  readonly memory: Memory = {
    name: 'reduceLROnPlateau',
    save: async () => numbersOf({ best: this.#best, wait: this.#wait, cooling: this.#cooling }),
    restore: ({ best, wait, cooling }) => {
      ({ best: this.#best, wait: this.#wait, cooling: this.#cooling } = numbersIn({ best, wait, cooling }));
    },
  };

  constructor(options: ReduceLROnPlateauOptions) {
    const op = 'reduceLROnPlateau';
    const checks = { factor: fraction, patience: countFrom0, cooldown: countFrom0, minLr: notNegative };
    this.#monitor = new Monitor(op, { ...options, minDelta: options.minDelta ?? 1e-4 }, checks);
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0 } = options;
    this.#options = { factor, patience, cooldown, minLr };
  }

  setModel(model: FittedModel): void {
    this.#model = model;
  }

  onTrainBegin(): void {
    if (this.#model !== undefined) fixedRate('reduceLROnPlateau', this.#model);
    this.#best = this.#monitor.worst;
    this.#wait = 0;
    this.#cooling = 0;
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    const value = this.#monitor.read(logs);
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (this.#monitor.isBetter(value, this.#best)) {
      this.#best = value;
      this.#wait = 0;
    } else if (this.#cooling === 0 && ++this.#wait >= this.#options.patience) this.#reduce();
  }

  #reduce(): void {
    const { factor, cooldown, minLr } = this.#options;
    if (this.#model === undefined) return;
    const rate = fixedRate('reduceLROnPlateau', this.#model);
    if (rate <= minLr) return;
    this.#model.optimizer.learningRate = Math.max(factor * rate, minLr);
    this.#cooling = cooldown;
    this.#wait = 0;
  }
}
