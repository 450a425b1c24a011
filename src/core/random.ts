import { philox, type Words } from './philox.ts';

const FIRST_STEP = 1;

interface GeneratorOptions {
  readonly firstStream?: number;
  readonly step?: number;
  /** The one that it branches off from. */
  readonly trunk?: Generator;
}

/**
 * The counter-based generator behind everything random: a word is a function of (seed, step, stream, element),
 * so no draw depends on what was drawn before, on the backend or on the order of execution.
 * Initialisers, shuffles and each random layer have a stream of their own; training steps count the step.
 */
export class Generator {
  #seed: number;
  #step: number;
  #streams: number;
  /** What it branched off from, and how often that had begun anew when this one did. */
  readonly #trunk: { readonly generator: Generator; begun: number } | undefined;
  #begun = 0;

  constructor(seed: number, { firstStream = 0, step = FIRST_STEP, trunk }: GeneratorOptions = {}) {
    this.#seed = seed;
    this.#streams = firstStream;
    this.#step = step;
    this.#trunk = trunk && { generator: trunk, begun: trunk.#begun };
  }

  /**
   * A generator that goes on from here by itself: what one draws and counts does not move the other. A model trains with a
   * branch of its device's, so that its numbers do not depend on what else is trained meanwhile.
   */
  branch(): Generator {
    return new Generator(this.#seed, { firstStream: this.#streams, step: this.#step, trunk: this });
  }

  /** This generator; begun anew, where the one that it branched off from was. */
  get followed(): this {
    const trunk = this.#trunk;
    if (trunk !== undefined && trunk.begun !== trunk.generator.#begun) {
      trunk.begun = trunk.generator.#begun;
      this.#begin(trunk.generator.#seed);
    }
    return this;
  }

  get seed(): number {
    return this.#seed;
  }

  get step(): number {
    return this.#step;
  }

  /** A stream that nothing else draws from. */
  nextStream(): number {
    return this.#streams++;
  }

  /** The stream that `nextStream` will hand out. */
  peekStream(): number {
    return this.#streams;
  }

  /** Takes streams back that were drawn for nothing. */
  returnTo(stream: number): void {
    this.#streams = stream;
  }

  /** Enters a training step: dropout draws another mask. */
  enter(step: number): void {
    this.#step = step;
  }

  /** Begins anew, before the first step and with the first stream; so do the branches. */
  restart(seed: number): void {
    this.#begun++;
    this.#begin(seed);
  }

  #begin(seed: number): void {
    this.#seed = seed;
    this.#streams = 0;
    this.#step = FIRST_STEP;
  }
}

/** Four words for elements `4 * block` to `4 * block + 3` of a stream, as the kernels compute them. */
export function wordsOf(block: number, { seed, step, stream }: { seed: number; step: number; stream: number }): Words {
  return philox([block, step >>> 0, stream, 0], [seed >>> 0, 0]);
}

const TWO_TO_MINUS_32 = 2 ** -32;

/** A uniform number in (0, 1), never 0 or 1, from a 32-bit word. */
const unit = (word: number): number => (word + 0.5) * TWO_TO_MINUS_32;

/** `count` uniform numbers in (0, 1). */
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

/** `count` standard normal numbers, those beyond two deviations drawn again (from later elements of the stream). */
export function truncatedNormal(count: number, generator: Generator, stream = generator.nextStream()): Float64Array {
  const numbers = new Float64Array(count);
  let found = 0;
  // About 4.55 % are rejected; a larger draw starts with the same numbers, so the result does not depend on the margin.
  for (let drawn = Math.ceil(1.1 * count) + 16; found < count; drawn *= 2) {
    found = 0;
    for (const value of normal(drawn, generator, stream)) {
      if (Math.abs(value) <= 2 && found < count) numbers[found++] = value;
    }
  }
  return numbers;
}
