import type { Device } from '../../core/device.ts';
import { ValueError } from '../../core/errors.ts';
import { emptyOn, keep, type Tensor } from '../../core/tensor/tensor.ts';
import { join, resultOf, type Total, type Totalling, type Weighted } from '../../nn/losses/total.ts';
import { MOST_STEPS, Pace } from './pace.ts';

/** A named value that a step reports. */
export interface Report extends Totalling {
  readonly name: string;
}

/** The name of the penalties on weights; the reported loss includes them. */
export const PENALTY = 'penalty';

/** The totals of the steps of an epoch so far. */
export interface Sums {
  readonly steps: number;
  /** One per report. */
  readonly totals: readonly Total[];
}

const NOTHING: Total = { values: [], weight: 0 };

export const emptySums = (reports: readonly Report[]): Sums => ({ steps: 0, totals: reports.map(() => NOTHING) });

/** The columns of a report in the row of a step; its weight follows its values. */
interface Columns {
  readonly first: number;
  readonly size: number;
  readonly isWeighted: boolean;
}

/** The values of an epoch's steps: collected on the device, read in groups, and added up. */
export class StepValues {
  readonly #reports: readonly Report[];
  readonly #device: Device;
  /** Known after the first step. */
  #row: { readonly columns: readonly Columns[]; readonly width: number; readonly waiting: Tensor } | undefined;
  #sizes: number[] = [];
  #sums: Sums;
  readonly #pace: Pace;
  #firstBad: { readonly step: number; readonly loss: number } | undefined;

  /** @param options `before`: the totals of earlier steps of the epoch. */
  constructor(
    device: Device,
    reports: readonly Report[],
    { pace = new Pace(device), before = emptySums(reports) }: { pace?: Pace; before?: Sums | undefined } = {},
  ) {
    this.#device = device;
    this.#reports = reports;
    this.#sums = before;
    this.#pace = pace;
    pace.start();
  }

  /** The totals of the steps that were read. */
  get sums(): Sums {
    return this.#sums;
  }

  /** The first step whose loss is not finite. */
  get firstBad(): { readonly step: number; readonly loss: number } | undefined {
    return this.#firstBad;
  }

  /** The reported values over all samples of these steps. */
  get results(): Readonly<Record<string, number>> {
    return this.#resultsOf(this.#sums.totals);
  }

  /** Adds the values of a step on `size` samples, in the order of the reports; returns whether it is time to read. */
  add(values: readonly Weighted[], size: number): boolean {
    const { columns, width, waiting } = this.#rowFor(values);
    const row = this.#sizes.length * width;
    values.forEach(({ value, weight }, i) => {
      const { first } = columns[i];
      this.#device.copy(value.storage, waiting.storage, value.size, row + first);
      if (weight !== undefined) this.#device.copy(weight.storage, waiting.storage, 1, row + first + value.size);
    });
    this.#sizes.push(size);
    return this.#pace.stepDone();
  }

  #rowFor(values: readonly Weighted[]) {
    if (this.#row === undefined) {
      let width = 0;
      const columns = values.map(({ value: { size }, weight }) => {
        const first = width;
        const isWeighted = weight !== undefined;
        width += size + Number(isWeighted);
        return { first, size, isWeighted };
      });
      this.#row = { columns, width, waiting: keep(emptyOn(this.#device, [MOST_STEPS, width])) };
    }
    const { columns } = this.#row;
    const other = values.findIndex(
      ({ value, weight }, i) => value.size !== columns[i].size || (weight !== undefined) !== columns[i].isWeighted,
    );
    if (other >= 0) {
      const inWords = (size: number, isWeighted: boolean) =>
        `${size} number(s) with${isWeighted ? '' : 'out'} a weight`;
      const { size, isWeighted } = columns[other];
      throw new ValueError({
        op: this.#reports[other].name,
        got: inWords(values[other].value.size, values[other].weight !== undefined),
        expected: `${inWords(size, isWeighted)}, as for the batch before`,
        fix: 'Return the same number of values for every batch size.',
      });
    }
    return this.#row;
  }

  /** Requests the collected values, and awaits those of the last request; returns whether there were any. */
  read(): Promise<boolean> {
    return this.#pace.send(this.#request());
  }

  /** Reads the values of all steps; returns whether some were new. */
  async readAll(): Promise<boolean> {
    const isNew = await this.read();
    return (await this.#pace.finish()) || isNew;
  }

  #request(): () => Promise<void> {
    const sizes = this.#sizes;
    if (this.#row === undefined) return async () => {};
    const { columns, width, waiting } = this.#row;
    const arrived = this.#device.readLater(waiting.storage, sizes.length * width, 'f32');
    this.#sizes = [];
    return async () => {
      const numbers = await arrived();
      sizes.forEach((samples, i) => {
        const row = numbers.subarray(i * width, (i + 1) * width);
        this.#take(
          columns.map(({ first, size, isWeighted }) => ({
            values: Array.from(row.subarray(first, first + size)),
            weight: isWeighted ? row[first + size] : samples,
          })),
        );
      });
    };
  }

  #take(step: readonly Total[]): void {
    const { steps, totals } = this.#sums;
    const { loss } = this.#resultsOf(step);
    if (!Number.isFinite(loss)) this.#firstBad ??= { step: steps, loss };
    this.#sums = { steps: steps + 1, totals: totals.map((total, i) => join(this.#reports[i], total, step[i])) };
  }

  #resultsOf(totals: readonly Total[]): Record<string, number> {
    const entries = this.#reports.map((report, i) => [report.name, resultOf(report, totals[i])] as const);
    const { loss, ...others } = Object.fromEntries(entries);
    return { loss: loss + (others[PENALTY] ?? 0), ...others };
  }

  dispose(): void {
    this.#row?.waiting.dispose();
  }
}
