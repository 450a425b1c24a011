import type { Job, Library } from './library.ts';

const SAMPLE = 400; // ms of work in one sample
const SLEPT = 0.95; // share of the expected time that is slept through
const LEAST_WAIT = 0.01; // shares of a sample: with less than that it was slept past its end,
const MOST_WAIT = 0.1; // with more it was polled for too long
const POLLED = 1.6; // how much longer work takes on a GPU in software while Node polls for its end
const ATTEMPTS = 6;

/** One timed stretch of work, in ms: all of it, and what of it was spent asleep and then waiting. */
interface Stretch {
  readonly took: number;
  readonly slept: number;
  readonly waited: number;
}

/**
 * Times repetitions of a job, all libraries in the same way. In Node the thread that waits for a GPU polls, which slows
 * down a GPU in software; so most of the time is slept through, and only then the end is awaited.
 */
export class Meter {
  readonly #library: Library;
  readonly #job: Job;
  #repetitions = 1;
  /** Of one repetition, without polling. */
  #expected = 0;

  constructor(library: Library, job: Job) {
    this.#library = library;
    this.#job = job;
  }

  /** Warms up and finds how many repetitions fill a sample. */
  async calibrate(): Promise<void> {
    await this.#time(1, 0);
    for (let n = 1; n * this.#expected < SAMPLE / 4; n *= 2) {
      const { took, waited } = await this.#time(n, 0);
      this.#expected = (took - waited + waited / POLLED) / n;
    }
    this.#repetitions = Math.max(1, Math.round(SAMPLE / this.#expected));
    await this.sample();
  }

  /** The time of one repetition, in ms. A sample that was slept past its end, or hardly slept, is taken again. */
  async sample(): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const { took, slept, waited } = await this.#time(this.#repetitions, SLEPT * this.#expected * this.#repetitions);
      const overslept = slept > 0 && waited < LEAST_WAIT * took;
      const alone = overslept ? 0.85 * took : took - waited + waited / POLLED;
      this.#expected = alone / this.#repetitions;
      const fair = !overslept && (slept === 0 || waited < MOST_WAIT * took);
      if (fair || attempt === ATTEMPTS) return took / this.#repetitions;
    }
  }

  /** Runs the job a number of times, sleeps until `awake` ms from the start, and waits for the end. */
  async #time(repetitions: number, awake: number): Promise<Stretch> {
    const { queue } = this.#library;
    const start = performance.now();
    for (let i = 0; i < repetitions; i++) {
      const started = this.#job.run();
      if (started !== undefined) await started; // an await for nothing would let other work in between
    }
    if (queue === undefined) return { took: performance.now() - start, slept: 0, waited: 0 };
    queue.flush();
    const slept = Math.max(0, awake - (performance.now() - start));
    if (slept > 0) await new Promise((resolve) => setTimeout(resolve, slept));
    const woke = performance.now();
    await queue.wait();
    const end = performance.now();
    return { took: end - start, slept, waited: end - woke };
  }
}
