import type { Device } from '../device.ts';

/** How often results are read back, in milliseconds: rarely enough not to hold the GPU up, often enough to watch. */
const READING_INTERVAL = 1000;
/** A read that takes less, in milliseconds, found its steps done. */
const QUICK = 5;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Decides after how many steps to read results, and waits for them without a busy processor: while a read is pending
 * Node polls, so it sleeps for about as long as the steps will take and reads then.
 */
export class Pace {
  readonly #device: Device;
  #stepsPerReading = 1;
  #millisecondsPerStep = 0;
  #steps = 0;
  #since = performance.now();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Counts a step; whether it is time to read. */
  stepDone(): boolean {
    this.#steps++;
    return this.#steps >= this.#stepsPerReading;
  }

  /** Runs `read` when the steps so far should be done. */
  async read<R>(read: () => Promise<R>): Promise<R> {
    this.#device.flush();
    const remaining = this.#steps * this.#millisecondsPerStep - (performance.now() - this.#since);
    await sleep(Math.min(READING_INTERVAL, Math.max(0, 0.9 * remaining)));
    const awake = performance.now();
    const result = await read();
    const now = performance.now();
    // A read that does not wait says that the sleep was too long, but not by how much: half of it comes next.
    const overslept = now - awake < QUICK ? 0.5 : 1;
    this.#millisecondsPerStep = (overslept * (now - this.#since)) / Math.max(1, this.#steps);
    const fitting = Math.floor(READING_INTERVAL / this.#millisecondsPerStep);
    this.#stepsPerReading = Math.max(1, Math.min(fitting, 4 * this.#stepsPerReading));
    this.#steps = 0;
    this.#since = now;
    return result;
  }
}
