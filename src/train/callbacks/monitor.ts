import { byName, type Checks, checkValues, finite, lookUp, text } from '../../core/checks.ts';
import { ValueError } from '../../core/errors.ts';
import type { Logs } from './callback.ts';

/** Which number of an epoch a callback goes by, and when it is better than another. */
export interface MonitorOptions {
  /** A name in the logs; default `val_loss`. */
  readonly monitor?: string;
  /** Whether less or more is better; default `auto`: more for accuracy, AUC, precision, recall and R2, less for all else. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** A change of this much or less is none; default 0, or what the callback says. */
  readonly minDelta?: number;
}

const signs = { min: -1, max: 1 };

/** Follows one number of the epochs. */
export class Monitor {
  readonly #op: string;
  readonly #name: string;
  readonly #minDelta: number;
  /** 1 where more is better, else -1. */
  readonly #sign: number;

  /** @param checks the options of the callback besides those of the monitor. @throws ValueError for others. */
  constructor(op: string, options: MonitorOptions, checks: Checks) {
    checkValues(op, options, { monitor: text, mode: byName, minDelta: finite, ...checks });
    const { monitor = 'val_loss', mode = 'auto', minDelta = 0 } = options;
    this.#op = op;
    this.#name = monitor;
    this.#minDelta = Math.abs(minDelta);
    const auto = /acc|auc|precision|recall|r2/i.test(monitor) ? signs.max : signs.min;
    this.#sign = lookUp(op, { ...signs, auto }, mode);
  }

  /** What is worse than any number. */
  get worst(): number {
    return -this.#sign * Number.POSITIVE_INFINITY;
  }

  /** The number. @throws ValueError that names what there is, if it is not among the logs. */
  read(logs: Logs): number {
    if (Object.hasOwn(logs, this.#name)) return logs[this.#name];
    throw new ValueError({
      op: this.#op,
      got: `monitor '${this.#name}'`,
      expected: `one of ${Object.keys(logs).join(', ')}`,
      fix: 'Correct its spelling; what begins with val_ needs validationData or a validationSplit.',
    });
  }

  isBetter(value: number, than: number): boolean {
    return this.#sign * (value - than) > this.#minDelta;
  }
}
