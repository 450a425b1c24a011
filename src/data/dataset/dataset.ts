import { writeEachStep } from '../../core/capture.ts';
import type { Device } from '../../core/device.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import type { Generator } from '../../core/random/generator.ts';
import { formatShape, type Shape } from '../../core/shape.ts';
import { innerScope } from '../../core/tensor/lifetime.ts';
import type { DType } from '../../core/tensor/storage.ts';
import { type HostArray, keep, Tensor } from '../../core/tensor/tensor.ts';
import type { Targets } from '../../nn/losses/defineLoss.ts';
import { tensor } from '../../ops/create/create.ts';
import { type Resident, takeBatch } from '../../ops/data/batch.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { type HostNumbers, hostArrayOf } from '../hostArray.ts';
import { type BatchSource, type Fields, ResidentSource, StreamedSource } from './batchSource.ts';
import { HostSamples } from './hostSamples.ts';

/** Samples as users pass them: a tensor, nested arrays, a flat typed array, or `{ data, shape }`. */
export type Samples = Tensor | HostNumbers;

/** Samples whose shape is known. */
export type ShapedSamples = Tensor | HostArray;

/** Samples of any form, with their shape. @throws ValueError or ShapeError if they are not numbers. */
export const shapedSamples = (op: string, name: string, samples: Samples): ShapedSamples =>
  samples instanceof Tensor ? samples : hostArrayOf(op, name, samples);

/** Copies samples to host memory. */
export const toHost = async (samples: ShapedSamples): Promise<HostArray> =>
  samples instanceof Tensor ? { data: await samples.data(), shape: samples.shape } : samples;

/** A batch on the device. Without labels `y` is empty. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
  /** `[batch]`, if samples have weights. */
  readonly weight?: Tensor;
}

/** What a model requires of its data. */
export interface DataRequirements {
  readonly targets?: Targets | undefined;
  readonly classes?: number;
  /** Size of the vocabulary, if samples are ids. */
  readonly vocabulary?: number | undefined;
}

/** Device memory for samples that are streamed, in bytes. */
const STREAM_BYTES = 64 * 2 ** 20;

/** Samples, labels and weights: all on the device, or all in host memory. */
type Source =
  | ({ readonly kind: 'device' } & Fields<Resident>)
  | ({ readonly kind: 'host'; readonly bytes: number } & Fields<HostSamples>);

export interface DatasetOptions {
  /** The caller, for messages; default `fit`. */
  readonly op?: string;
  readonly rule?: DataRequirements;
  readonly residentBytes?: number | undefined;
  readonly weight?: HostArray | undefined;
}

/**
 * Samples, taken in batches in an order that can be shuffled. They live on the device (bytes as bytes), or stream through it if
 * they are too large. Batches are gathered on the device; each replay of a captured step takes the next one.
 */
export class Dataset {
  readonly size: number;
  readonly #source: Source;
  /** The position of its first sample in the source. */
  readonly #first: number;
  readonly #batches: BatchSource;
  readonly #cursor: Tensor;
  /** Tensors that this data set uploaded, and frees. */
  readonly #owned: readonly Tensor[];
  #taken = 0;

  private constructor(
    device: Device,
    source: Source,
    { first, size }: { readonly first: number; readonly size: number },
    owned: readonly Tensor[],
  ) {
    this.size = size;
    this.#source = source;
    this.#first = first;
    this.#cursor = keep(tensor(new Int32Array(4), { device }));
    const part = { first, count: size };
    this.#batches =
      source.kind === 'device'
        ? new ResidentSource(source, part)
        : new StreamedSource(device, source, part, source.bytes);
    this.#owned = [...owned, this.#cursor];
  }

  /**
   * Makes a data set. On the device, samples are f32, and labels f32, or i32 if they are class indices.
   * @param options `residentBytes`: the most device memory to use; default the largest tensor.
   * @throws ShapeError or ValueError if the data violate `rule`.
   */
  static async of(
    device: Device,
    samples: Samples,
    labels?: Samples,
    { op = 'fit', rule = {}, residentBytes, weight }: DatasetOptions = {},
  ): Promise<Dataset> {
    const x = shapedSamples(op, 'x', samples);
    const y = labels === undefined ? undefined : shapedSamples(op, 'y', labels);
    checkCounts(op, x.shape, y?.shape);
    if (y !== undefined) await checkLabels(op, y, rule);
    if (rule.vocabulary !== undefined) await checkVocabulary(op, x, rule.vocabulary);
    const load = async (name: string, given: ShapedSamples, dtype: DType): Promise<Tensor | HostSamples> =>
      given instanceof Tensor && given.device === device
        ? given
        : new HostSamples(device, await toHost(given), { op, name, dtype });
    const labelType = rule.targets?.kind === 'classes' ? 'i32' : 'f32';
    const parts = {
      x: await load('x', x, 'f32'),
      y: y && (await load('y', y, labelType)),
      weight: weight && (await load('sampleWeight', weight, 'f32')),
    };
    const whole = { first: 0, size: x.shape[0] };
    if (parts.x instanceof HostSamples && !fits(device, Object.values(parts), residentBytes)) {
      const toHostSamples = async (name: string, given: Tensor | HostSamples, dtype: DType): Promise<HostSamples> =>
        given instanceof Tensor ? new HostSamples(device, await toHost(given), { op, name, dtype }) : given;
      const source: Source = {
        kind: 'host',
        x: parts.x,
        y: parts.y && (await toHostSamples('y', parts.y, labelType)),
        weight: parts.weight && (await toHostSamples('sampleWeight', parts.weight, 'f32')),
        bytes: Math.min(residentBytes ?? STREAM_BYTES, STREAM_BYTES, largestTensorBytes(device)),
      };
      return new Dataset(device, source, whole, []);
    }
    const owned: Tensor[] = [];
    const toDevice = (given: Tensor | HostSamples, dtype: DType): Resident => {
      if (given instanceof HostSamples) {
        const resident = given.upload();
        owned.push(resident.memory);
        return resident;
      }
      const memory = given.dtype === dtype ? given : keep(cast(given, dtype));
      if (memory !== given) owned.push(memory);
      return { memory, shape: given.shape.slice(1), bytes: false };
    };
    try {
      const source: Source = {
        kind: 'device',
        x: toDevice(parts.x, 'f32'),
        y: parts.y && toDevice(parts.y, labelType),
        weight: parts.weight && toDevice(parts.weight, 'f32'),
      };
      return new Dataset(device, source, whole, owned);
    } catch (error) {
      for (const t of owned) t.dispose(); // memory can run out halfway
      throw error;
    }
  }

  get isWeighted(): boolean {
    return this.#source.weight !== undefined;
  }

  /** Splits off the last `count` samples. Both parts share the source, which this data set still owns. */
  split(count: number): [first: Dataset, last: Dataset] {
    const cut = this.size - count;
    const { device } = this.#cursor;
    const part = (first: number, size: number): Dataset =>
      new Dataset(device, this.#source, { first: this.#first + first, size }, []);
    return [part(0, cut), part(cut, count)];
  }

  /** Shuffles, with a new stream of the generator. */
  shuffle(generator: Generator): void {
    this.#batches.shuffle(generator);
  }

  /** Returns to the first sample of the order, or to the one after `taken` samples. */
  rewind(taken = 0): void {
    this.#taken = taken;
  }

  /** The sizes of the batches of one pass; the last one can be smaller. */
  *batchSizes(batchSize: number): Iterable<number> {
    for (let start = 0; start < this.size; start += batchSize) yield Math.min(batchSize, this.size - start);
  }

  /** The next `size` samples; all batches of a pass except the last must have the same size. */
  nextBatch(size: number): Batch {
    const { weight, ...samples } = this.#batches.samplesFor(size);
    const cursor = (): Int32Array => {
      const start = this.#batches.locate(this.#taken);
      this.#taken += size;
      return Int32Array.of(start, 0, 0, 0);
    };
    writeEachStep(this.#cursor.device, this.#cursor.storage, cursor, 'i32');
    return innerScope(() => {
      const [x, y] = takeBatch({ ...samples, cursor: this.#cursor }, size);
      if (weight === undefined) return { x, y };
      const [weights] = takeBatch({ ...samples, x: weight, y: undefined, cursor: this.#cursor }, size);
      return { x, y, weight: weights };
    });
  }

  dispose(): void {
    this.#batches.dispose();
    for (const t of this.#owned) t.dispose();
  }
}

const largestTensorBytes = ({ info }: Device): number =>
  info.limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;

/** Whether samples and labels fit on a device at once. */
function fits(
  device: Device,
  parts: readonly (Tensor | HostSamples | undefined)[],
  residentBytes: number | undefined = Number.POSITIVE_INFINITY,
): boolean {
  const bytes = parts.map((part) => (part instanceof HostSamples ? part.bytes : 0));
  return (
    bytes.every((each) => each <= largestTensorBytes(device)) &&
    bytes.reduce((sum, each) => sum + each, 0) <= residentBytes
  );
}

function checkCounts(op: string, x: Shape, y: Shape | undefined): void {
  if (x.length === 0 || x[0] === 0) {
    throw new ShapeError({
      op,
      got: `x of shape ${formatShape(x)}`,
      expected: 'at least one sample along its first axis',
      fix: 'Check how the data are read.',
    });
  }
  if (y !== undefined && y[0] !== x[0]) {
    throw new ShapeError({
      op,
      got: `x of shape ${formatShape(x)} and y of shape ${formatShape(y)}`,
      expected: 'as many labels as samples along the first axis',
      fix: 'Pass a label for each sample.',
    });
  }
}

/** Rejects ids out of range, for which a kernel would silently read another row. */
async function checkVocabulary(op: string, x: ShapedSamples, vocabulary: number): Promise<void> {
  const { data } = await toHost(x);
  const wrong = data.findIndex((id: number) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
  if (wrong < 0) return;
  throw new ValueError({
    op,
    got: `${data[wrong]} at position ${wrong} of x`,
    expected: `a whole number from 0 to ${vocabulary - 1}, because the embedding has ${vocabulary} rows`,
    fix: 'Number the ids from 0, or give the embedding an inputDim above the largest id.',
  });
}

/** Rejects targets that the loss cannot take, which a kernel would silently ignore. */
async function checkLabels(op: string, y: ShapedSamples, { targets, classes = 1 }: DataRequirements): Promise<void> {
  if (targets === undefined) return;
  const { data: labels } = await toHost(y);
  const isRight = (label: number): boolean =>
    targets.kind === 'classes'
      ? label === targets.ignored || (Number.isInteger(label) && label >= 0 && label < classes)
      : label >= 0 && label <= 1;
  const wrong = labels.findIndex((label: number) => !isRight(label));
  if (wrong < 0) return;
  const isClass = targets.kind === 'classes';
  throw new ValueError({
    op,
    got: `the label ${labels[wrong]} at position ${wrong}`,
    expected: isClass
      ? `a whole number from 0 to ${classes - 1}, because the model has ${classes} outputs`
      : 'a number from 0 to 1, because the loss compares probabilities',
    fix: isClass
      ? 'Number the classes from 0, or give the last layer as many units as there are classes.'
      : 'One-hot encode class indices, for example with oneHot(), or use the loss sparseCategoricalCrossentropy.',
  });
}
