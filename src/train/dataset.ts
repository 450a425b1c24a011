import type { Device } from '../device.ts';
import { ShapeError, ValueError } from '../errors.ts';
import type { Targets } from '../nn/loss.ts';
import { type Resident, takeBatch } from '../ops/batch.ts';
import { tensor } from '../ops/create.ts';
import type { Generator } from '../random.ts';
import { formatShape, type Shape } from '../shape.ts';
import type { DType } from '../storage.ts';
import { flatten, type HostArray, keep, type NestedNumbers, Tensor, toTyped } from '../tensor.ts';
import { HostSamples } from './hostSamples.ts';
import { type Parts, Passing, type Residence, Resting } from './residence.ts';

/** Samples as users pass them: a tensor, nested arrays, or numbers with a shape. */
export type Samples = Tensor | NestedNumbers | HostArray;

/** A batch on the device; without labels `y` is empty. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
  /** `[batch]`, where samples have weights. */
  readonly weight?: Tensor;
}

const isHostArray = (samples: Samples): samples is HostArray =>
  typeof samples === 'object' && 'data' in samples && 'shape' in samples && !(samples instanceof Tensor);

/** What a model asks of its labels. */
export interface LabelRule {
  readonly targets?: Targets | undefined;
  /** How many classes there are. */
  readonly classes: number;
}

/** Samples in the host's memory that are to pass through the device need this much of its memory there, in bytes. */
const PASSING = 64 * 2 ** 20;

/** Samples, labels and weights, all on the device or all with the host. */
type Source =
  | ({ readonly kind: 'device' } & Parts<Resident>)
  | ({ readonly kind: 'host'; readonly bytes: number } & Parts<HostSamples>);

export interface DatasetOptions {
  /** Who asks, for messages; default `fit`. */
  readonly op?: string;
  readonly rule?: LabelRule;
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
  readonly #residence: Residence;
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
    this.#residence =
      source.kind === 'device' ? new Resting(source, part) : new Passing(device, source, part, source.bytes);
    this.#owned = [...owned, this.#cursor];
  }

  /**
   * Takes samples and labels over.
   * @param residentBytes what they may take of the device's memory; default as much as a tensor may have.
   * @throws ShapeError, ValueError for what a model can't learn from.
   */
  static async of(
    device: Device,
    x: Samples,
    y?: Samples,
    { op = 'fit', rule = { classes: 1 }, residentBytes, weight: given }: DatasetOptions = {},
  ): Promise<Dataset> {
    checkCounts(op, shapeOf(x), y === undefined ? undefined : shapeOf(y));
    if (y !== undefined) await checkLabels(op, y, rule);
    const labelType = rule.targets?.kind === 'classes' ? 'i32' : 'f32';
    const fromHost = (name: string, array: HostArray, dtype: DType) =>
      new HostSamples(device, array, { op, name, dtype });
    const samples = x instanceof Tensor ? x : fromHost('x', hostArray(x), 'f32');
    const labels = y === undefined || y instanceof Tensor ? y : fromHost('y', hostArray(y), labelType);
    const weight = given && fromHost('sampleWeight', given, 'f32');
    const whole = { first: 0, size: shapeOf(x)[0] };
    if (samples instanceof HostSamples && !fits(device, [samples, labels, weight], residentBytes)) {
      const host = labels instanceof Tensor ? fromHost('y', await onHost(labels), labelType) : labels;
      return new Dataset(
        device,
        {
          kind: 'host',
          x: samples,
          y: host,
          weight,
          bytes: Math.min(residentBytes ?? PASSING, PASSING, largestOn(device)),
        },
        whole,
        [],
      );
    }
    const owned: Tensor[] = [];
    const upload = (each: Tensor | HostSamples): Resident => {
      if (each instanceof Tensor) return { memory: each, shape: each.shape.slice(1), bytes: false };
      const resident = each.upload();
      owned.push(resident.memory);
      return resident;
    };
    const resident = { x: upload(samples), y: labels && upload(labels), weight: weight && upload(weight) };
    return new Dataset(device, { kind: 'device', ...resident }, whole, owned);
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
    this.#residence.shuffle(generator);
  }

  /** Starts again at the first sample of the order, or after some. */
  rewind(taken = 0): void {
    this.#taken = taken;
  }

  /** The sizes of the batches that the samples make, the last with what is left. */
  *sizes(batchSize: number): Iterable<number> {
    for (let start = 0; start < this.size; start += batchSize) yield Math.min(batchSize, this.size - start);
  }

  /** The next `size` samples: as many in every call, but for the last. */
  take(size: number): Batch {
    const { weight, ...laid } = this.#residence.open(size);
    const cursor = (): Int32Array => {
      const start = this.#residence.find(this.#taken);
      this.#taken += size;
      return Int32Array.of(start, 0, 0, 0);
    };
    this.#cursor.device.writeEachStep(this.#cursor.storage, cursor, 'i32');
    const [x, y] = takeBatch({ ...laid, cursor: this.#cursor }, size);
    if (weight === undefined) return { x, y };
    const [weights] = takeBatch({ ...laid, x: weight, y: undefined, cursor: this.#cursor }, size);
    return { x, y, weight: weights };
  }

  dispose(): void {
    this.#residence.dispose();
    for (const t of this.#owned) t.dispose();
  }
}

/** The shape of samples, without moving them. */
export const shapeOf = (samples: Samples): Shape =>
  samples instanceof Tensor || isHostArray(samples) ? samples.shape : flatten(samples).shape;

/** The largest tensor that a device can hold, in bytes. */
const largestOn = ({ info }: Device): number => info.limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;

/** Whether samples and labels may lie on a device at once. */
function fits(
  device: Device,
  parts: readonly (Tensor | HostSamples | undefined)[],
  residentBytes: number | undefined = Number.POSITIVE_INFINITY,
): boolean {
  const bytes = parts.map((part) => (part instanceof HostSamples ? part.bytes : 0));
  return (
    bytes.every((each) => each <= largestOn(device)) && bytes.reduce((sum, each) => sum + each, 0) <= residentBytes
  );
}

/** Samples in the host's memory. */
export const onHost = async (samples: Samples): Promise<HostArray> =>
  samples instanceof Tensor ? { data: await samples.data(), shape: samples.shape } : hostArray(samples);

function hostArray(samples: NestedNumbers | HostArray): HostArray {
  if (isHostArray(samples)) return samples;
  const { values, shape } = flatten(samples);
  return { data: toTyped(values, 'f32'), shape };
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

/** Refuses targets that the loss makes no sense of: a kernel could only ignore them. */
async function checkLabels(op: string, y: Samples, { targets, classes }: LabelRule): Promise<void> {
  if (targets === undefined) return;
  const { data: labels } = await onHost(y);
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
