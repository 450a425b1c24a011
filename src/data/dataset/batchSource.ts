import { outsideCapture } from '../../core/capture.ts';
import type { Device } from '../../core/device.ts';
import { ValueError } from '../../core/errors.ts';
import type { Generator } from '../../core/random/generator.ts';
import { keep, type Tensor } from '../../core/tensor/tensor.ts';
import { tensor } from '../../ops/create/create.ts';
import type { Resident } from '../../ops/data/batch.ts';
import { permutation, shuffleInto } from '../../ops/data/shuffle.ts';
import type { HostSamples } from './hostSamples.ts';

/** Samples and, if there are any, labels and weights. */
export interface Fields<T> {
  readonly x: T;
  readonly y: T | undefined;
  readonly weight: T | undefined;
}

/** Samples on the device, and the order in which to gather them; default their own. */
interface DeviceSamples extends Fields<Resident> {
  readonly order?: Tensor;
}

/** A part of a source: `count` samples from position `first`. */
interface Range {
  readonly first: number;
  readonly count: number;
}

const FIELDS = ['x', 'y', 'weight'] as const;

export interface BatchSource {
  /** The device memory from which batches of up to `size` are gathered; the same in every call. */
  samplesFor(size: number): DeviceSamples;
  /** Ensures that the batch from position `start` of the order is on the device; returns its start there. */
  locate(start: number): number;
  /** Shuffles, with a new stream of the generator. */
  shuffle(generator: Generator): void;
  dispose(): void;
}

/** Holds all samples and their order on the device. */
export class ResidentSource implements BatchSource {
  readonly #samples: Fields<Resident>;
  readonly #first: number;
  readonly #order: Tensor;

  constructor({ x, y, weight }: Fields<Resident>, { first, count }: Range) {
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

  samplesFor(): DeviceSamples {
    return { ...this.#samples, order: this.#order };
  }

  locate(start: number): number {
    return start;
  }

  shuffle(generator: Generator): void {
    shuffleInto(this.#order, this.#first, generator);
  }

  dispose(): void {
    this.#order.dispose();
  }
}

/** Device memory for two chunks of samples: steps use one while the next is written. */
interface Ring extends DeviceSamples {
  /** Number of samples in a chunk: whole batches. */
  readonly rows: number;
  readonly second: number;
  /** The number of the chunk in each half. */
  readonly chunks: [number | undefined, number | undefined];
}

/**
 * Keeps the samples in host memory and streams them through the device in chunks. While steps use one chunk, the next is written
 * to the other half of the ring. Writes and steps are executed in order, so a step always reads complete data.
 */
export class StreamedSource implements BatchSource {
  readonly #device: Device;
  readonly #samples: Fields<HostSamples>;
  readonly #range: Range;
  /** Memory of the ring, in bytes. */
  readonly #bytes: number;
  #positionOf = (i: number): number => i;
  #ring: Ring | undefined;

  constructor(device: Device, samples: Fields<HostSamples>, range: Range, bytes: number) {
    this.#device = device;
    this.#samples = samples;
    this.#range = range;
    this.#bytes = bytes;
  }

  samplesFor(size: number): DeviceSamples {
    this.#ring ??= outsideCapture(this.#device, () => this.#makeRing(size));
    return this.#ring;
  }

  locate(start: number): number {
    const ring = this.#ring;
    if (ring === undefined) throw new Error('internal: samples were located before they had memory');
    const chunk = Math.floor(start / ring.rows);
    for (const each of [chunk, chunk + 1]) this.#load(ring, each);
    return (chunk % 2) * ring.second + (start % ring.rows);
  }

  shuffle(generator: Generator): void {
    this.#positionOf = permutation(this.#range.count, generator);
    if (this.#ring !== undefined) this.#ring.chunks.fill(undefined);
  }

  dispose(): void {
    for (const field of FIELDS) this.#ring?.[field]?.memory.dispose();
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
        fix: 'Use smaller batches, or raise residentBytes.',
      });
    }
    const second = 4 * Math.ceil(rows / 4); // so that bytes start at a whole word
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

  /** Writes a chunk to its half of the ring, unless it is there already or does not exist. */
  #load(ring: Ring, chunk: number): void {
    const { first, count } = this.#range;
    const half = chunk % 2;
    const start = chunk * ring.rows;
    if (start >= count || ring.chunks[half] === chunk) return;
    const length = Math.min(ring.rows, count - start);
    const positions = Array.from({ length }, (_, i) => first + this.#positionOf(start + i));
    for (const field of FIELDS) {
      const to = ring[field];
      if (to !== undefined) this.#samples[field]?.write(to, half * ring.second, positions);
    }
    ring.chunks[half] = chunk;
  }
}
