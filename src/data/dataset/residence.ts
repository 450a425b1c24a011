import { outsideCapture } from '../../core/capture.ts';
import type { Device } from '../../core/device.ts';
import { ValueError } from '../../core/errors.ts';
import type { Generator } from '../../core/random.ts';
import { keep, type Tensor } from '../../core/tensor.ts';
import { tensor } from '../../ops/create/create.ts';
import type { Resident } from '../../ops/data/batch.ts';
import { permutation, shuffleInto } from '../../ops/data/shuffle.ts';
import type { HostSamples } from './hostSamples.ts';

/** Samples, labels where there are any, and weights where they are not all 1. */
export interface Parts<Kept> {
  readonly x: Kept;
  readonly y: Kept | undefined;
  readonly weight: Kept | undefined;
}

/** What lies on the device, and in which order; without one, as it lies. */
interface Laid extends Parts<Resident> {
  readonly order?: Tensor;
}

/** The part of a data set: `count` samples from number `first` on. */
interface Part {
  readonly first: number;
  readonly count: number;
}

const KINDS = ['x', 'y', 'weight'] as const;

/** How samples are kept for steps that take them in batches. */
export interface Residence {
  /** What batches of up to `size` are taken from; the same in every call. */
  open(size: number): Laid;
  /** Brings sample number `start` of the order to the device, and those of its batch; where they are. */
  find(start: number): number;
  /** A new order, from a stream of its own. */
  shuffle(generator: Generator): void;
  dispose(): void;
}

/** All samples lie on the device, and so does their order. */
export class Resting implements Residence {
  readonly #samples: Parts<Resident>;
  readonly #first: number;
  readonly #order: Tensor;

  constructor({ x, y, weight }: Parts<Resident>, { first, count }: Part) {
    const { device } = x.memory;
    this.#samples = { x, y, weight };
    this.#first = first;
    this.#order = keep(
      tensor(
        Int32Array.from({ length: count }, (_, i) => first + i),
        { device },
      ),
    );
  }

  open(): Laid {
    return { ...this.#samples, order: this.#order };
  }

  find(start: number): number {
    return start;
  }

  shuffle(generator: Generator): void {
    shuffleInto(this.#order, this.#first, generator);
  }

  dispose(): void {
    this.#order.dispose();
  }
}

/** Samples that may be written together: memory for two chunks of them, so that steps run on one while the next comes. */
interface Ring extends Laid {
  /** Samples of a chunk: whole batches. */
  readonly rows: number;
  /** Where the second chunk begins. */
  readonly second: number;
  /** The number of the chunk that lies in each half. */
  readonly chunks: [number | undefined, number | undefined];
}

/**
 * The samples stay with the host, and pass through the device in chunks, in their order: while the steps of one run, the
 * next is written beside it. Writes keep their turn among the steps, so what a step reads is there when it runs.
 */
export class Passing implements Residence {
  readonly #device: Device;
  readonly #samples: Parts<HostSamples>;
  readonly #part: Part;
  /** Memory that the ring may take. */
  readonly #bytes: number;
  #positionOf = (i: number): number => i;
  #ring: Ring | undefined;

  constructor(device: Device, samples: Parts<HostSamples>, part: Part, bytes: number) {
    this.#device = device;
    this.#samples = samples;
    this.#part = part;
    this.#bytes = bytes;
  }

  open(size: number): Laid {
    this.#ring ??= outsideCapture(this.#device, () => this.#makeRing(size));
    return this.#ring;
  }

  find(start: number): number {
    const ring = this.#ring;
    if (ring === undefined) throw new Error('internal: samples are looked for before there is memory for them');
    const chunk = Math.floor(start / ring.rows);
    for (const each of [chunk, chunk + 1]) this.#load(ring, each);
    return (chunk % 2) * ring.second + (start % ring.rows);
  }

  shuffle(generator: Generator): void {
    this.#positionOf = permutation(this.#part.count, generator);
    if (this.#ring !== undefined) this.#ring.chunks.fill(undefined);
  }

  dispose(): void {
    for (const kept of KINDS) this.#ring?.[kept]?.memory.dispose();
  }

  #makeRing(size: number): Ring {
    const { x, y, weight } = this.#samples;
    const bytesEach = x.bytesEach + (y?.bytesEach ?? 0) + (weight?.bytesEach ?? 0);
    const rows = Math.floor(this.#bytes / 2 / bytesEach / size) * size;
    if (rows === 0) {
      throw new ValueError({
        op: x.op,
        got: `batches of ${size} samples of ${bytesEach} bytes, and ${this.#bytes} bytes for samples on the device`,
        expected: `room for two batches, ${2 * size * bytesEach} bytes`,
        fix: 'Take smaller batches, or raise residentBytes.',
      });
    }
    const second = 4 * Math.ceil(rows / 4); // whole words of bytes
    const length = second + rows;
    return {
      x: x.reserve(length),
      y: y?.reserve(length),
      weight: weight?.reserve(length),
      rows,
      second,
      chunks: [undefined, undefined],
    };
  }

  /** Writes a chunk to its half of the ring, unless it lies there or there is none of that number. */
  #load(ring: Ring, chunk: number): void {
    const { first, count } = this.#part;
    const half = chunk % 2;
    const start = chunk * ring.rows;
    if (start >= count || ring.chunks[half] === chunk) return;
    const length = Math.min(ring.rows, count - start);
    const positions = Array.from({ length }, (_, i) => first + this.#positionOf(start + i));
    for (const kept of KINDS) {
      const to = ring[kept];
      if (to !== undefined) this.#samples[kept]?.send(to, half * ring.second, positions);
    }
    ring.chunks[half] = chunk;
  }
}
