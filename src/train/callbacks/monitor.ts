import { byName, type Checks, checkValues, finite, lookUp, text } from '../../core/checks.ts';
import { ValueError } from '../../core/errors.ts';
import type { Logs } from './callback.ts';

/** Options of callbacks that monitor a number of the logs. */
export interface MonitorOptions {
  /** A name in the logs; default `val_loss`. */
  readonly monitor?: string;
  /** Whether lower or higher is better; default `auto`: higher for accuracy, AUC, precision, recall and R2, else lower. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** The change that an improvement must exceed; default 0 (`reduceLROnPlateau`: 1e-4). */
  readonly minDelta?: number;
}

const signs = { min: -1, max: 1 };

export class Monitor {
  readonly #op: string;
  readonly #name: string;
  readonly #minDelta: number;
  /** 1 if higher is better, else -1. */
  readonly #sign: number;

  /** @param checks of the callback's other options. @throws ValueError if an option is invalid. */
  constructor(op: string, options: MonitorOptions, checks: Checks) {
    checkValues(op, options, { monitor: text, mode: byName, minDelta: finite, ...checks });
    const { monitor = 'val_loss', mode = 'auto', minDelta = 0 } = options;
    this.#op = op;
    this.#name = monitor;
    this.#minDelta = Math.abs(minDelta);
    const auto = /acc|auc|precision|recall|r2/i.test(monitor) ? signs.max : signs.min;
    this.#sign = lookUp(op, { ...signs, auto }, mode);
  }

  /** Worse than any number. */
  get worst(): number {
    return -this.#sign * Number.POSITIVE_INFINITY;
  }

  /** The number in the logs. @throws ValueError that lists the names, if it is not there. */
  read(logs: Logs): number {
    if (Object.hasOwn(logs, this.#name)) return logs[this.#name];
    throw new ValueError({
      op: this.#op,
      got: `monitor '${this.#name}'`,
      expected: `one of ${Object.keys(logs).join(', ')}`,
      fix: 'Correct its spelling. Names with val_ need validationData or validationSplit.',
    });
  }

  isBetter(value: number, than: number): boolean {
    return this.#sign * (value - than) > this.#minDelta;
  }
}
