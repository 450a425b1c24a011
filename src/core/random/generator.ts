import { philox, type Words } from './philox.ts';

const FIRST_STEP = 1;

interface GeneratorOptions {
  readonly firstStream?: number;
  readonly step?: number;
  /** The generator that this one branches from. */
  readonly trunk?: Generator;
}

/**
 * The counter-based generator behind all random numbers. A random word is a function of (seed, step, stream, element),
 * so a draw depends neither on earlier draws nor on the backend or the order of execution. Initializers, shuffles and
 * random layers each have their own stream; training steps advance the step.
 */
export class Generator {
  #seed: number;
  #step: number;
  #streams: number;
  /** The generator this one branches from, and its number of restarts when this one last followed it. */
  readonly #trunk: { readonly generator: Generator; restarts: number } | undefined;
  #restarts = 0;

  constructor(seed: number, { firstStream = 0, step = FIRST_STEP, trunk }: GeneratorOptions = {}) {
    this.#seed = seed;
    this.#streams = firstStream;
    this.#step = step;
    this.#trunk = trunk && { generator: trunk, restarts: trunk.#restarts };
  }

  /**
   * A generator that continues independently from the current state. A model trains with a branch of its device's
   * generator, so its random numbers do not depend on what else is trained in the meantime.
   */
  branch(): Generator {
    return new Generator(this.#seed, { firstStream: this.#streams, step: this.#step, trunk: this });
  }

  /** This generator, restarted first if its trunk was restarted. */
  get followed(): this {
    const trunk = this.#trunk;
    if (trunk !== undefined && trunk.restarts !== trunk.generator.#restarts) {
      trunk.restarts = trunk.generator.#restarts;
      this.#reset(trunk.generator.#seed);
    }
    return this;
  }

  get seed(): number {
    return this.#seed;
  }

  get step(): number {
    return this.#step;
  }

  /** Reserves a stream that nothing else draws from. */
  nextStream(): number {
    return this.#streams++;
  }

  /** The stream that `nextStream` will return. */
  peekStream(): number {
    return this.#streams;
  }

  /** Releases the streams from `stream` on, which were reserved in vain. */
  returnTo(stream: number): void {
    this.#streams = stream;
  }

  /** Enters a training step, in which dropout draws a new mask. */
  enter(step: number): void {
    this.#step = step;
  }

  /** Returns to the first step and stream with a new seed; branches follow. */
  restart(seed: number): void {
    this.#restarts++;
    this.#reset(seed);
  }

  #reset(seed: number): void {
    this.#seed = seed;
    this.#streams = 0;
    this.#step = FIRST_STEP;
  }
}

/** The four random words of elements `4 * block` to `4 * block + 3` of a stream, as the kernels compute them. */
export function wordsOf(block: number, { seed, step, stream }: { seed: number; step: number; stream: number }): Words {
  return philox([block, step >>> 0, stream, 0], [seed >>> 0, 0]);
}

const TWO_TO_MINUS_32 = 2 ** -32;

/** A uniform number in the open interval (0, 1), from 32 random bits. */
const unit = (bits: number): number => (bits + 0.5) * TWO_TO_MINUS_32;

export function uniform(count: number, generator: Generator, stream = generator.nextStream()): Float64Array {
  const numbers = new Float64Array(count);
  const place = { seed: generator.seed, step: 0, stream };
  for (let i = 0; i < count; i += 4) {
    const words = wordsOf(i / 4, place);
    for (let j = 0; j < 4 && i + j < count; j++) numbers[i + j] = unit(words[j]);
  }
  return numbers;
}

/** `count` standard normal numbers. @see Box and Muller (1958), "A note on the generation of random normal deviates". */
export function normal(count: number, generator: Generator, stream = generator.nextStream()): Float64Array {
  const u = uniform(2 * Math.ceil(count / 2), generator, stream);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const pair = i - (i % 2);
    const radius = Math.sqrt(-2 * Math.log(u[pair]));
    const angle = 2 * Math.PI * u[pair + 1];
    numbers[i] = radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  }
  return numbers;
}

/**
 * `count` standard normal numbers; those beyond two standard deviations are redrawn from later elements of the stream.
 */
export function truncatedNormal(count: number, generator: Generator, stream = generator.nextStream()): Float64Array {
  const numbers = new Float64Array(count);
  let found = 0;
  // About 4.55 % are rejected. A larger draw starts with the same numbers, so the result does not depend on the margin.
  for (let drawn = Math.ceil(1.1 * count) + 16; found < count; drawn *= 2) {
    found = 0;
    for (const value of normal(drawn, generator, stream)) {
      if (Math.abs(value) <= 2 && found < count) numbers[found++] = value;
    }
  }
  return numbers;
}
