import { writeEachStep } from '../../core/capture.ts';
import type { Device } from '../../core/device.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import type { Generator } from '../../core/random.ts';
import { formatShape, type Shape } from '../../core/shape.ts';
import type { DType } from '../../core/storage.ts';
import { type HostArray, innerScope, keep, Tensor } from '../../core/tensor.ts';
import type { Targets } from '../../nn/losses/defineLoss.ts';
import { tensor } from '../../ops/create/create.ts';
import { type Resident, takeBatch } from '../../ops/data/batch.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { type HostNumbers, hostArrayOf } from '../hostArray.ts';
import { type BatchSource, type Fields, ResidentSource, StreamedSource } from './batchSource.ts';
import { HostSamples } from './hostSamples.ts';

/** Samples as users pass them: a tensor, nested arrays, a typed array, or numbers with a shape. */
export type Samples = Tensor | HostNumbers;

/** Samples whose shape is known. */
export type ShapedSamples = Tensor | HostArray;

/** Samples as they are kept here, of any kind that users pass. @throws ValueError, ShapeError for what are none. */
export const shapedSamples = (op: string, name: string, samples: Samples): ShapedSamples =>
  samples instanceof Tensor ? samples : hostArrayOf(op, name, samples);

/** Their numbers in the host's memory. */
export const toHost = async (samples: ShapedSamples): Promise<HostArray> =>
  samples instanceof Tensor ? { data: await samples.data(), shape: samples.shape } : samples;

/** A batch on the device; without labels `y` is empty. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
  /** `[batch]`, where samples have weights. */
  readonly weight?: Tensor;
}

/** What a model asks of its data. */
export interface DataRule {
  readonly targets?: Targets | undefined;
  /** How many classes there are. */
  readonly classes?: number;
  /** Numbers that samples are made of, all whole and below this one, where they stand for rows of a table. */
  readonly vocabulary?: number | undefined;
}

/** Samples in the host's memory that are to pass through the device need this much of its memory there, in bytes. */
const STREAM_BYTES = 64 * 2 ** 20;

/** Samples, labels and weights, all on the device or all with the host. */
type Source =
  | ({ readonly kind: 'device' } & Fields<Resident>)
  | ({ readonly kind: 'host'; readonly bytes: number } & Fields<HostSamples>);

export interface DatasetOptions {
  /** Who asks, for messages; default `fit`. */
  readonly op?: string;
  readonly rule?: DataRule;
  readonly residentBytes?: number | undefined;
  /** A weight for each sample. */
  readonly weight?: HostArray | undefined;
}

/**
 * Samples that are taken in batches, in an order of their own. They live on the device, bytes as bytes, and the order is
 * made there; or they pass through it, where they are too many. A batch is gathered on the device: in a captured step each
 * replay takes the next one.
 */
export class Dataset {
  readonly size: number;
  readonly #source: Source;
  /** The first of its samples in the source. */
  readonly #first: number;
  readonly #batches: BatchSource;
  readonly #cursor: Tensor;
  /** What was uploaded here, and is freed here. */
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
   * Takes samples and labels over. On the device they are f32, whatever they were, and i32 where labels are class numbers.
   * @param residentBytes what they may take of the device's memory; default as much as a tensor may have.
   * @throws ShapeError, ValueError for what a model can't learn from.
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
      for (const t of owned) t.dispose(); // memory may run out in the middle
      throw error;
    }
  }

  /** Whether its samples have weights. */
  get isWeighted(): boolean {
    return this.#source.weight !== undefined;
  }

  /** The first samples and the last `count`, as two data sets of the same source; this one still owns that. */
  split(count: number): [first: Dataset, last: Dataset] {
    const cut = this.size - count;
    const { device } = this.#cursor;
    const part = (first: number, size: number): Dataset =>
      new Dataset(device, this.#source, { first: this.#first + first, size }, []);
    return [part(0, cut), part(cut, count)];
  }

  /** A new order, from a stream of its own. */
  shuffle(generator: Generator): void {
    this.#batches.shuffle(generator);
  }

  /** Starts again at the first sample of the order, or after some. */
  rewind(taken = 0): void {
    this.#taken = taken;
  }

  /** The sizes of the batches that the samples make, the last with what is left. */
  *batchSizes(batchSize: number): Iterable<number> {
    for (let start = 0; start < this.size; start += batchSize) yield Math.min(batchSize, this.size - start);
  }

  /** The next `size` samples: as many in every call, but for the last. */
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

/** The largest tensor that a device can hold, in bytes. */
const largestTensorBytes = ({ info }: Device): number =>
  info.limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;

/** Whether samples and labels may lie on a device at once. */
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
      expected: 'one sample or more along its first axis',
      fix: 'Check how the data were read.',
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

/** Refuses numbers that are no row of a table: a kernel could only take another row. */
async function checkVocabulary(op: string, x: ShapedSamples, vocabulary: number): Promise<void> {
  const { data } = await toHost(x);
  const wrong = data.findIndex((id: number) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
  if (wrong < 0) return;
  throw new ValueError({
    op,
    got: `${data[wrong]} at position ${wrong} of x`,
    expected: `a whole number from 0 to ${vocabulary - 1}, as the embedding has ${vocabulary} rows`,
    fix: `Number what it stands for from 0, or give the embedding an inputDim above the largest number.`,
  });
}

/** Refuses targets that the loss makes no sense of: a kernel could only ignore them. */
async function checkLabels(op: string, y: ShapedSamples, { targets, classes = 1 }: DataRule): Promise<void> {
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
      ? `a whole number from 0 to ${classes - 1}, as the model has ${classes} outputs`
      : 'a number from 0 to 1, as the loss compares probabilities',
    fix: isClass
      ? 'Number the classes from 0, or give the last layer as many units as there are classes.'
      : 'Turn class numbers into rows of 0 and 1, or take the loss sparseCategoricalCrossentropy.',
  });
}
