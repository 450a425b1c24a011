import { type Check, checkValue, checkValues, func } from '../../core/checks.ts';
import { clock, decimal } from '../../core/format.ts';
import type { BatchLogs, Callback, Logs, RunParams } from './callback.ts';

/**
 * What `fit` shows. 0: nothing. 2: a line after each epoch. 1 or `auto`: on a terminal, a line per epoch, updated during the epoch;
 * in a log file or the console of a page, the same as 2.
 */
export type Verbosity = 0 | 1 | 2 | 'auto';

export const verbosity: Check = [
  (value) => value === 0 || value === 1 || value === 2 || value === 'auto',
  "0 for silence, 1 for a line that is updated, 2 for a line per epoch, or 'auto'",
];

/** Returns to the start of the line and clears it. */
const CLEAR_LINE = '\r\x1b[K';

let defaultVerbosity: Verbosity = 'auto';

/**
 * Sets the default of the option `verbose` of `fit`, initially `auto`.
 * @throws ValueError unless it is 0, 1, 2 or `auto`.
 */
export function setVerbosity(verbose: Verbosity): void {
  checkValue('setVerbosity', 'verbose', verbose, verbosity);
  defaultVerbosity = verbose;
}

/** Options of `progress`. */
export interface ProgressOptions {
  /** What to show; default `auto`. */
  readonly verbose?: Verbosity;
  /** Called with the text to show, in which lines end with a line feed; default: writes to the terminal or console. */
  readonly write?: (text: string) => void;
}

/** The part of Node's standard output that is used. */
interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): void;
}

const terminal = (): Terminal | undefined => {
  const { process }: { process?: { readonly stdout?: Terminal } } = globalThis;
  return process?.stdout?.isTTY ? process.stdout : undefined;
};

/**
 * Shows the progress of `fit`: time, loss and metrics of each epoch, and the time left in the current one.
 * @throws ValueError if an option is invalid.
 */
export const progress = (options: ProgressOptions = {}): Callback => new Progress(options);

/** Adds a progress callback, unless there is one or `verbose` is 0. */
export const withProgress = (
  callbacks: readonly Callback[],
  verbose: Verbosity = defaultVerbosity,
): readonly Callback[] =>
  verbose === 0 || callbacks.some((callback) => callback instanceof Progress)
    ? callbacks
    : [...callbacks, progress({ verbose })];

class Progress implements Callback {
  readonly #verbose: 0 | 1 | 2;
  readonly #write: (text: string) => void;
  /** Width of the terminal: a longer line would wrap, and only its last part would be cleared. */
  readonly #columns: number;
  #epochs = 0;
  #steps = 0;
  #epoch = 0;
  #start = 0;
  #first: number | undefined;

  constructor(options: ProgressOptions) {
    checkValues('progress', options, { verbose: verbosity, write: func });
    const { verbose = 'auto', write } = options;
    const screen = write === undefined ? terminal() : undefined;
    const rewritesLine = write ? verbose === 1 : screen !== undefined && verbose !== 2;
    this.#verbose = verbose === 0 ? 0 : rewritesLine ? 1 : 2;
    this.#columns = screen?.columns ?? Number.POSITIVE_INFINITY;
    this.#write = write ?? (screen ? (text) => screen.write(text) : (text) => console.log(text.trimEnd()));
  }

  setParams({ epochs, steps }: RunParams): void {
    this.#epochs = epochs;
    this.#steps = steps;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#start = performance.now();
    this.#first = undefined;
  }

  /** The first epoch of a resumed run can start at a later step. */
  onBatchBegin(batch: number): void {
    this.#first ??= batch;
  }

  onBatchEnd(batch: number, { batch: _, size, ...logs }: BatchLogs): void {
    if (this.#verbose !== 1 || logs.loss === undefined) return; // not read after this step
    const done = batch + 1;
    const seconds = this.#seconds;
    const left = (seconds / (done - (this.#first ?? 0))) * (this.#steps - done);
    const share = `${Math.floor((100 * done) / this.#steps)} %`.padStart(5);
    const line = this.#line([share, clock(seconds), `${clock(left)} left`], logs);
    this.#write(`${CLEAR_LINE}${line.slice(0, this.#columns - 1)}`);
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    if (this.#verbose === 0) return;
    const line = this.#line([`${this.#seconds.toFixed(1)} s`], logs);
    this.#write(`${this.#verbose === 1 ? CLEAR_LINE : ''}${line}\n`);
  }

  get #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  #line(facts: readonly string[], logs: Readonly<Record<string, number | undefined>>): string {
    const values = Object.entries(logs).map(([name, value = Number.NaN]) => `${name} ${decimal(value)}`);
    return [`epoch ${this.#epoch + 1}/${this.#epochs}`, ...facts, ...values].join('  ');
  }
}
