import type { Contest } from '../device.ts';
import { DeviceError } from '../errors.ts';

/** Where findings outlive the process: a text for each name. */
export interface TunerStore {
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
}

/** Raised when kernels change so much that old findings say nothing about them. */
const VERSION = 1;
/** Runs in one measurement, after one that warms up; the fastest of ROUNDS measurements counts. */
const RUNS = 4;
const ROUNDS = 3;

/**
 * Finds out which of several kernels is the fastest on the adapter at hand, and remembers it by adapter and driver.
 * Contests are noted while a step is captured, and settled by measurement before it runs; until then the usual choice
 * stands. A store that is missing, damaged, foreign or read-only costs the measurements again, nothing else.
 */
export class Tuner {
  readonly #adapter: string;
  readonly #store: TunerStore | undefined;
  readonly #time: (work: () => void) => Promise<number>;
  readonly #choices = new Map<string, string>();
  readonly #open = new Map<string, Contest>();
  #round = 0;

  /** @param time milliseconds that the GPU takes for some work. */
  constructor(adapter: string, store: TunerStore | undefined, time: (work: () => void) => Promise<number>) {
    this.#adapter = adapter;
    this.#store = store;
    this.#time = time;
  }

  /** Changes whenever choices do. */
  get round(): number {
    return this.#round;
  }

  /** Takes over what earlier processes found. */
  async load(): Promise<void> {
    for (const [key, winner] of Object.entries(await this.#stored())) this.#choices.set(key, winner);
    this.#round++;
  }

  /** The winner of a contest, if it is settled; else it is noted for `settle`. */
  choice(contest: Contest): string | undefined {
    const winner = this.#choices.get(contest.key);
    if (winner !== undefined && contest.candidates.includes(winner)) return winner;
    this.#open.set(contest.key, contest);
    return undefined;
  }

  /** Measures the candidates of every open contest, and stores the winners. */
  async settle(): Promise<void> {
    if (this.#open.size === 0) return;
    const contests = [...this.#open.values()];
    this.#open.clear();
    for (const { key, candidates, run } of contests) {
      let winner = '';
      let best = Number.POSITIVE_INFINITY;
      for (const candidate of candidates) {
        const time = await this.#fastest(() => run(candidate)).catch(infiniteWithoutMemory);
        if (time < best) [winner, best] = [candidate, time];
      }
      if (winner !== '') this.#choices.set(key, winner);
    }
    this.#round++;
    await this.#save();
  }

  async #fastest(run: () => void): Promise<number> {
    let best = await this.#time(run);
    for (let round = 0; round < ROUNDS; round++) {
      const time = await this.#time(() => {
        for (let i = 0; i < RUNS; i++) run();
      });
      best = Math.min(best, time / RUNS);
    }
    return best;
  }

  get #name(): string {
    return `tuner-${this.#adapter.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  }

  async #save(): Promise<void> {
    const choices = { ...(await this.#stored()), ...Object.fromEntries(this.#choices) };
    const text = JSON.stringify({ version: VERSION, adapter: this.#adapter, choices }, undefined, 1);
    await this.#store?.write(this.#name, text).catch(() => {}); // a read-only place: the findings hold for this process
  }

  /** What is stored for this adapter and these kernels; nothing if that can't be read or is not what it should be. */
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

/** A candidate that needs more memory than there is can't win. */
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
