import { checkValue, word } from './checks.ts';
import { currentDevice, type Device } from './device.ts';
import { philox, type Words } from './philox.ts';
import { keep, Tensor } from './tensor.ts';

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
  #state: Tensor | undefined;
  /** The step that the state on the device says. */
  #written: number | undefined;
  /** The captured steps that have drawn, and whether they have entered another step since. */
  readonly #captured = new WeakMap<object, { hasEntered: boolean }>();
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

  /** Enters training step `step` (default: the next one): dropout draws a new mask. Optimizers do so after an update. */
  enterStep(device: Device, step?: number): void {
    device.eachStep(() => {
      this.#step = step ?? this.#step + 1;
    });
    const captured = device.recording && this.#captured.get(device.recording);
    if (captured) captured.hasEntered = true;
  }

  /** Begins anew on `device`, before the first step and with the first stream. */
  restart(device: Device, seed: number): void {
    device.refuseCapture('it sets the seed; set it before the step');
    this.#begun++;
    this.#begin(seed);
  }

  #begin(seed: number): void {
    this.#seed = seed;
    this.#streams = 0;
    this.#step = FIRST_STEP;
    this.#written = undefined;
  }

  /** Frees what lies on the device. */
  dispose(): void {
    this.#state?.dispose();
    this.#state = undefined;
  }

  /** `[seed, step]` as i32 on the device, for a kernel that draws. */
  drawOn(device: Device): Tensor {
    const state = this.stateOn(device);
    const words = (): Int32Array => {
      this.#written = this.#step;
      return this.#words();
    };
    const { recording } = device;
    if (recording === undefined) {
      if (this.#written !== this.#step) device.write(state.storage, words(), 'i32');
      return state;
    }
    const captured = this.#captured.get(recording);
    if (captured === undefined) {
      this.#captured.set(recording, { hasEntered: false });
      device.writeEachStep(state.storage, words, 'i32');
    } else if (captured.hasEntered) {
      device.refuseCapture('it draws random numbers for two training steps');
    }
    return state;
  }

  /** The same for a kernel that draws again what one has drawn, for its gradient; one tensor for the life of the device. */
  stateOn(device: Device): Tensor {
    this.#state ??= device.outsideRecording(() =>
      keep(new Tensor(device, device.upload(this.#words(), 'i32'), [2], 'i32')),
    );
    return this.#state;
  }

  #words(): Int32Array {
    return Int32Array.of(this.#seed | 0, this.#step | 0);
  }
}

/**
 * Begins the random numbers of the current device and of its models anew: weights, orders and masks drawn from here on are
 * those that come after `init({ seed })`. @throws ValueError for what is no whole number of 32 bits.
 */
export function setSeed(seed: number): void {
  checkValue('setSeed', 'seed', seed, word);
  const device = currentDevice();
  device.random.restart(device, seed);
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
