import type { Contest } from '../../../core/device.ts';
import { DeviceError } from '../../../core/errors.ts';
import { warmUp } from './warmUp.ts';

/** Storage for choices that outlives the process: a text per name. */
export interface TunerStore {
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
}

/** Runs and times candidates: a GPU. */
export interface TestBench {
  /** Compiles the kernels of some work without running it. */
  compile(work: () => void): Promise<void>;
  /** Milliseconds that the GPU takes to do some work `runs` times. */
  time(work: () => void, options: { readonly runs: number }): Promise<number>;
}

/** Increment when kernels, or how they are measured, change so much that stored choices no longer apply. */
const VERSION = 2;
/** The coarsest resolution of clocks, in milliseconds: Chrome rounds to 0.1, Dawn to 0.0655. */
const GRAIN = 0.1;
/**
 * Runs are repeated until they take this many milliseconds; shorter readings may be noise, and a reading of 0 always
 * is.
 */
const READABLE = 20 * GRAIN;
const MOST_RUNS = 4096;
/** A first run, although it warms up, counts as a reading if it takes at least this many milliseconds. */
const LONG = 50;
/** Readings per candidate; the fastest counts. */
const ROUNDS = 3;
/** A candidate that takes more than this many times as long as the best gets no further reading. */
const BEATEN = 2;
/** A contest is decided by the readings so far after this many milliseconds. */
const BUDGET = 1000;

interface Candidate {
  readonly name: string;
  /** Milliseconds per run in the fastest reading so far. */
  best: number;
  /** Runs per reading; 0 before the first. */
  runs: number;
}

/**
 * Finds the fastest of several kernels on the current adapter, and remembers it by adapter and driver. Contests are
 * queued while a step is captured, and settled by measurement before the step runs; until then the default choice
 * applies. If the store is missing, damaged, foreign or read-only, only the measurements are repeated.
 */
export class Tuner {
  readonly #adapter: string;
  readonly #store: TunerStore | undefined;
  readonly #bench: TestBench;
  readonly #choices = new Map<string, string>();
  readonly #open = new Map<string, Contest>();
  #round = 0;

  constructor(adapter: string, store: TunerStore | undefined, bench: TestBench) {
    this.#adapter = adapter;
    this.#store = store;
    this.#bench = bench;
  }

  /** Changes whenever choices change. */
  get round(): number {
    return this.#round;
  }

  /** Loads the choices of earlier processes. */
  async load(): Promise<void> {
    for (const [key, winner] of Object.entries(await this.#stored())) this.#choices.set(key, winner);
    this.#round++;
  }

  /** The winner of a settled contest; an open contest is queued for `settle`. */
  choice(contest: Contest): string | undefined {
    const winner = this.#choices.get(contest.key);
    if (winner !== undefined && contest.candidates.includes(winner)) return winner;
    this.#open.set(contest.key, contest);
    return undefined;
  }

  /** Measures the candidates of every open contest and stores the winners. */
  async settle(): Promise<void> {
    if (this.#open.size === 0) return;
    const contests = [...this.#open.values()];
    this.#open.clear();
    const all = contests.flatMap(({ candidates, run }) => candidates.map((candidate) => () => run(candidate)));
    await Promise.all(all.map((run) => this.#bench.compile(run)));
    const [{ candidates, run }] = contests;
    await warmUp((runs) => this.#time(() => run(candidates[0]), runs));
    for (const contest of contests) {
      const winner = await this.#winner(contest);
      if (winner !== undefined) this.#choices.set(contest.key, winner);
    }
    this.#round++;
    await this.#save();
  }

  /** Milliseconds of some runs; infinite if memory runs out, so that the candidate cannot win. */
  #time(run: () => void, runs: number): Promise<number> {
    return this.#bench.time(run, { runs }).catch(infiniteWithoutMemory);
  }

  /** The fastest candidate, if any could be measured. Candidates take turns, because a GPU's speed drifts. */
  async #winner({ candidates, run }: Contest): Promise<string | undefined> {
    let left: Candidate[] = candidates.map((name) => ({ name, best: Number.POSITIVE_INFINITY, runs: 0 }));
    const best = (): number => Math.min(...left.map((candidate) => candidate.best));
    const since = performance.now();
    let spent = 0;
    const isOver = (): boolean => Math.max(spent, performance.now() - since) >= BUDGET;
    const time = async ({ name, runs }: Candidate): Promise<number> => {
      const reading = await this.#time(() => run(name), runs);
      if (Number.isFinite(reading)) spent += reading;
      return reading;
    };
    for (let round = 0; round < ROUNDS && (round === 0 || left.length > 1); round++) {
      for (const candidate of left) {
        if (isOver() && Number.isFinite(best())) break;
        await read(candidate, time, { most: BEATEN * best(), isOver });
      }
      const most = BEATEN * best();
      left = left.filter((candidate) => candidate.best <= most && Number.isFinite(most));
    }
    return left.find((candidate) => candidate.best === best())?.name;
  }

  get #name(): string {
    return `tuner-${this.#adapter.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  }

  async #save(): Promise<void> {
    const choices = { ...(await this.#stored()), ...Object.fromEntries(this.#choices) };
    const text = JSON.stringify({ version: VERSION, adapter: this.#adapter, choices }, undefined, 1);
    await this.#store?.write(this.#name, text).catch(() => {}); // a read-only store: the choices last for this process
  }

  /** The stored choices for this adapter and these kernels; empty if they can't be read or are malformed. */
  async #stored(): Promise<Record<string, string>> {
    try {
      const found: unknown = JSON.parse((await this.#store?.read(this.#name)) ?? 'null');
      if (!isFindings(found) || found.version !== VERSION || found.adapter !== this.#adapter) return {};
      return Object.fromEntries(Object.entries(found.choices).filter(([, winner]) => typeof winner === 'string'));
    } catch {
      return {};
    }
  }
}

/** Ends a reading early: when a run takes more than `most` milliseconds, or time is up. */
interface Bounds {
  readonly most: number;
  readonly isOver: () => boolean;
}

/** Takes a reading of a candidate, with enough runs for a coarse clock. */
async function read(
  candidate: Candidate,
  time: (candidate: Candidate) => Promise<number>,
  { most, isOver }: Bounds,
): Promise<void> {
  if (candidate.runs === 0) {
    candidate.runs = 1;
    const first = await time(candidate);
    if (first >= LONG) candidate.best = first;
    if (first >= LONG) return;
  }
  while (true) {
    const reading = await time(candidate);
    const counts = reading >= READABLE || reading - GRAIN > most * candidate.runs;
    if (counts) candidate.best = Math.min(candidate.best, reading / candidate.runs);
    if (counts || candidate.runs === MOST_RUNS || isOver()) return;
    const growth = Math.max(2, (1.5 * READABLE) / Math.max(reading, GRAIN));
    candidate.runs = Math.min(MOST_RUNS, Math.ceil(growth * candidate.runs));
  }
}

function infiniteWithoutMemory(error: unknown): number {
  if (error instanceof DeviceError && error.reason === 'memory') return Number.POSITIVE_INFINITY;
  throw error;
}

const isFindings = (found: unknown): found is { version: unknown; adapter: unknown; choices: Record<string, string> } =>
  typeof found === 'object' &&
  found !== null &&
  'version' in found &&
  'adapter' in found &&
  'choices' in found &&
  typeof found.choices === 'object' &&
  found.choices !== null;
