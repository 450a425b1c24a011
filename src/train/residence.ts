import type { Device } from '../device.ts';
import { ValueError } from '../errors.ts';
import type { Resident } from '../ops/batch.ts';
import { tensor } from '../ops/create.ts';
import { permutation, shuffleInto } from '../ops/shuffle.ts';
import type { Generator } from '../random.ts';
import { keep, type Tensor } from '../tensor.ts';
import type { HostSamples } from './hostSamples.ts';

/** What lies on the device, and in which order; without one, as it lies. */
interface Laid {
  readonly x: Resident;
  readonly y: Resident | undefined;
  readonly order?: Tensor;
}

/** The part of a data set: `count` samples from number `first` on. */
interface Part {
  readonly first: number;
  readonly count: number;
}

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
  readonly #samples: { readonly x: Resident; readonly y: Resident | undefined };
  readonly #first: number;
  readonly #order: Tensor;

  constructor(samples: { readonly x: Resident; readonly y: Resident | undefined }, { first, count }: Part) {
    const { device } = samples.x.memory;
    this.#samples = samples;
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
  readonly #x: HostSamples;
  readonly #y: HostSamples | undefined;
  readonly #part: Part;
  /** Memory that the ring may take. */
  readonly #bytes: number;
  #positionOf = (i: number): number => i;
  #ring: Ring | undefined;

  constructor(
    device: Device,
    { x, y }: { readonly x: HostSamples; readonly y: HostSamples | undefined },
    part: Part,
    bytes: number,
  ) {
    this.#device = device;
    this.#x = x;
    this.#y = y;
    this.#part = part;
    this.#bytes = bytes;
  }

  open(size: number): Laid {
    this.#ring ??= this.#device.outsideRecording(() => this.#makeRing(size));
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
    this.#ring?.x.memory.dispose();
    this.#ring?.y?.memory.dispose();
  }

  #makeRing(size: number): Ring {
    const bytesEach = this.#x.bytesEach + (this.#y?.bytesEach ?? 0);
    const rows = Math.floor(this.#bytes / 2 / bytesEach / size) * size;
    if (rows === 0) {
      throw new ValueError({
        op: 'fit',
        got: `batches of ${size} samples of ${bytesEach} bytes, and ${this.#bytes} bytes for samples on the device`,
        expected: `room for two batches, ${2 * size * bytesEach} bytes`,
        fix: 'Take smaller batches, or raise residentBytes.',
      });
    }
    const second = 4 * Math.ceil(rows / 4); // whole words of bytes
    const [x, y] = [this.#x, this.#y].map((samples) => samples?.reserve(second + rows));
    if (x === undefined) throw new Error('internal: no samples');
    return { x, y, rows, second, chunks: [undefined, undefined] };
  }

  /** Writes a chunk to its half of the ring, unless it lies there or there is none of that number. */
  #load(ring: Ring, chunk: number): void {
    const { first, count } = this.#part;
    const half = chunk % 2;
    const start = chunk * ring.rows;
    if (start >= count || ring.chunks[half] === chunk) return;
    const length = Math.min(ring.rows, count - start);
    const positions = Array.from({ length }, (_, i) => first + this.#positionOf(start + i));
    this.#x.send(ring.x, half * ring.second, positions);
    if (ring.y !== undefined) this.#y?.send(ring.y, half * ring.second, positions);
    ring.chunks[half] = chunk;
  }
}
