import type { Device } from '../../core/device.ts';
import { sleepThrough } from '../../core/sleep.ts';

/** The most steps in a group. */
export const MOST_STEPS = 1024;
/** The target duration of a group of steps, in milliseconds: short enough to watch, long enough to keep the GPU busy. */
const GROUP_TIME = 500;
/** The target duration of one submit, in milliseconds. */
const SUBMIT_TIME = 2;
const MOST_STEPS_PER_SUBMIT = 32;
/** A shorter wait, in milliseconds, means that the answer had already arrived. */
const QUICK = 5;
/** The shortest sleep, in milliseconds: the first groups are too short to predict how long the next takes. */
const SLEEPABLE = 50;

/** Steps that were submitted together, and the function that awaits their results. */
interface Group {
  readonly steps: number;
  readonly arrive: () => Promise<void>;
}

/**
 * Keeps the GPU busy and the CPU idle. Steps are sent in groups, and the next group before the results of the last are awaited.
 * Because Node polls while it waits for the GPU, it first sleeps for about as long as the group takes.
 */
export class Pace {
  readonly #device: Device;
  #stepsPerGroup = 1;
  #millisecondsPerStep = 0;
  #steps = 0;
  #out: Group | undefined;
  #since = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Starts an epoch at the pace of the last one. */
  start(): void {
    this.#steps = 0;
    this.#out = undefined;
    this.#since = performance.now();
    this.#device.stepsPerSubmit = this.#stepsPerSubmit;
  }

  /** Counts a step; returns whether the group is complete. */
  stepDone(): boolean {
    return ++this.#steps >= this.#stepsPerGroup;
  }

  /** Sends the group, and awaits the one before it; returns whether there was one. */
  async send(arrive: () => Promise<void>): Promise<boolean> {
    const before = this.#out;
    this.#out = { steps: this.#steps, arrive };
    this.#steps = 0;
    return this.#await(before);
  }

  /** Awaits the last group; returns whether there was one. */
  async finish(): Promise<boolean> {
    const last = this.#out;
    this.#out = undefined;
    return this.#await(last);
  }

  async #await(group: Group | undefined): Promise<boolean> {
    if (group === undefined) return false;
    const { steps, arrive } = group;
    this.#device.flush();
    const remaining = steps * this.#millisecondsPerStep - (performance.now() - this.#since);
    if (remaining > SLEEPABLE) await sleepThrough(Math.min(2 * GROUP_TIME, remaining));
    const awake = performance.now();
    await arrive();
    const now = performance.now();
    if (steps === 0) return true;
    // If the answer had arrived already, the sleep was too long, by an unknown amount: halve it.
    const overslept = now - awake < QUICK && remaining > SLEEPABLE ? 0.5 : 1;
    this.#millisecondsPerStep = (overslept * (now - this.#since)) / steps;
    this.#since = now;
    const fitting = Math.min(MOST_STEPS / 2, Math.floor(GROUP_TIME / this.#millisecondsPerStep));
    this.#stepsPerGroup = Math.max(1, Math.min(fitting, 4 * this.#stepsPerGroup));
    this.#device.stepsPerSubmit = this.#stepsPerSubmit;
    return true;
  }

  get #stepsPerSubmit(): number {
    const fitting = this.#millisecondsPerStep > 0 ? Math.floor(SUBMIT_TIME / this.#millisecondsPerStep) : 1;
    return Math.max(1, Math.min(MOST_STEPS_PER_SUBMIT, fitting));
  }
}
