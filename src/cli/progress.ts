import { SingleBar } from 'cli-progress';
import { clock, decimal } from '../core/format.ts';
import type { BatchLogs, Callback, Logs } from '../train/callbacks/callback.ts';

/** The least time in ms between progress lines if the output is not a terminal. */
const HEARTBEAT = 30_000;
/** The decay of the running mean of the speed. */
const MEMORY = 0.8;
/** Characters of the progress line besides the bar. */
const TEXT_WIDTH = 70;

/** Characters of a column of the table: `val_accuracy` and some space. */
const COLUMN = 14;

/** Shows the progress of `fit`: a table with a line per epoch and, on a terminal, a bar for the current epoch. */
export class Progress implements Callback {
  readonly #epochs: number;
  readonly #steps: number;
  readonly #bar: SingleBar | undefined;
  #epoch = 0;
  #start = 0;
  #lastBeat = 0;
  #hasHead = false;
  /** The last reading, and the running mean of the steps per second. */
  #reading = { step: 0, time: 0 };
  #rate = 0;

  constructor({ epochs, steps }: { readonly epochs: number; readonly steps: number }) {
    this.#epochs = epochs;
    this.#steps = steps;
    if (process.stderr.isTTY) {
      const barsize = Math.min(40, Math.max(5, process.stderr.columns - TEXT_WIDTH));
      this.#bar = new SingleBar({
        format: '{epoch}  {bar}  {status}',
        barsize,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        clearOnComplete: true,
      });
    }
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#start = performance.now();
    this.#lastBeat = this.#start;
    this.#reading = { step: -1, time: this.#start };
    this.#bar?.start(this.#steps, 0, { epoch: this.#name, status: '' });
  }

  /** The first epoch of a resumed run can begin with a later step. */
  onBatchBegin(batch: number): void {
    if (this.#reading.step < 0) this.#reading = { ...this.#reading, step: batch };
  }

  onBatchEnd(batch: number, { loss, accuracy }: BatchLogs): void {
    if (loss === undefined || accuracy === undefined) return; // not read in this step
    const now = performance.now();
    const step = batch + 1;
    const rate = (1000 * (step - this.#reading.step)) / (now - this.#reading.time);
    this.#rate = this.#rate === 0 ? rate : MEMORY * this.#rate + (1 - MEMORY) * rate;
    this.#reading = { step, time: now };
    const left = ((this.#epochs - this.#epoch) * this.#steps - step) / this.#rate;
    const status = [
      `${this.#rate.toFixed(1)} steps/s`,
      `loss ${decimal(loss)}`,
      `accuracy ${decimal(accuracy)}`,
      `${clock(left)} left`,
    ].join('  ');
    if (this.#bar !== undefined) this.#bar.update(step, { status });
    else if (now - this.#lastBeat > HEARTBEAT) {
      this.#lastBeat = now;
      console.log(`${this.#name}  step ${step}/${this.#steps}  ${status}`);
    }
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.stop();
    const names = Object.keys(logs);
    if (!this.#hasHead) console.log(line(['epoch', 'time', ...names]));
    this.#hasHead = true;
    const seconds = (performance.now() - this.#start) / 1000;
    console.log(line([this.#name, `${seconds.toFixed(1)} s`, ...names.map((name) => decimal(logs[name]))]));
  }

  /** Removes the bar, so that other lines can follow. */
  stop(): void {
    this.#bar?.stop();
  }

  get #name(): string {
    return `${this.#epoch + 1}/${this.#epochs}`;
  }
}

const line = ([first, ...others]: readonly string[]): string =>
  [first.padEnd(COLUMN / 2), ...others.map((cell) => cell.padStart(COLUMN))].join('');
