// What the sweep says about the model of src/ops/matmul/kernels.ts: the constants that fit, and how good its choices are.
import {
  expectedTime,
  type MatmulChoice,
  ranked,
  type Sizes,
  type SplitK,
  type TileTime,
  type TileTimes,
  tiledKernels,
  tiledNames,
} from '../../src/ops/matmul/kernels.ts';

export { tileTimes } from '../../src/ops/matmul/tileTimes.ts';

/** A row of the sweep: microseconds by choice, in the order in which they were measured. */
export interface Row {
  readonly layout: string;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly microseconds: Readonly<Record<string, number>>;
}

const sizesOf = ({ M, N, K }: Row): Sizes => ({ M, N, K, batches: 1 });

/** The sweep measures what is so much slower than the best so far only once, which starts the GPU for it alone. */
const HOPELESS = 3;

/** The readings that the sweep repeated. */
function steady({ microseconds }: Row): ReadonlyMap<string, number> {
  const kept = new Map<string, number>();
  let best = Number.POSITIVE_INFINITY;
  for (const [choice, time] of Object.entries(microseconds)) {
    if (time <= HOPELESS * best) kept.set(choice, time);
    best = Math.min(best, time);
  }
  return kept;
}

/** The share of the readings that count: those nearest to the model. */
const TRUSTED = 0.8;
/** What is tried for the constants: a grid in steps of this ratio. */
const STEP = 1.03;
const LATENCIES = [0.1, 20] as const;
const RATES = [1e6, 2e8] as const;

function stepsIn([from, to]: readonly [from: number, to: number]): readonly number[] {
  const count = Math.ceil(Math.log(to / from) / Math.log(STEP));
  return Array.from({ length: count + 1 }, (_, i) => Number((from * STEP ** i).toPrecision(3)));
}

interface Reading extends SplitK {
  readonly microseconds: number;
}

/** The constants with the least mean |log(measured / expected)|, the largest left aside. */
function fitTile(readings: readonly Reading[]): TileTime {
  const trusted = Math.ceil(TRUSTED * readings.length);
  const deviations = new Float64Array(readings.length);
  let best = { latency: Number.NaN, rate: Number.NaN };
  let least = Number.POSITIVE_INFINITY;
  for (const latency of stepsIn(LATENCIES)) {
    for (const rate of stepsIn(RATES)) {
      for (const [i, reading] of readings.entries()) {
        deviations[i] = Math.abs(Math.log(reading.microseconds / expectedTime(reading, { latency, rate })));
      }
      const sum = deviations
        .sort()
        .subarray(0, trusted)
        .reduce((total, each) => total + each, 0);
      if (sum < least) {
        least = sum;
        best = { latency, rate };
      }
    }
  }
  return best;
}

/** Fits the constants of each tiled kernel to a sweep; a kernel without readings keeps those in `before`. */
export function fit(rows: readonly Row[], before: TileTimes): TileTimes {
  const times = { ...before };
  for (const name of tiledNames) {
    const readings = rows.flatMap((row) =>
      [...steady(row)].flatMap(([choice, microseconds]): Reading[] => {
        const [kernel, parts = '1'] = choice.split('/');
        if (kernel !== name) return [];
        return [{ kernel: tiledKernels[name], parts: Number(parts), sizes: sizesOf(row), microseconds }];
      }),
    );
    if (readings.length > 0) times[name] = fitTile(readings);
  }
  return times;
}

/** What the model chooses for a row. */
export interface Verdict {
  readonly choice: MatmulChoice;
  readonly fastest: string;
  /** How many times as long as the fastest it takes; nothing if that was measured once or never. */
  readonly ratio: number | undefined;
}

export function judge(row: Row, times: TileTimes): Verdict {
  const [{ choice }] = ranked(sizesOf(row), times);
  const readings = steady(row);
  const [fastest, least] = [...readings].reduce((a, b) => (b[1] < a[1] ? b : a));
  const own = readings.get(choice);
  return { choice, fastest, ratio: own && own / least };
}
