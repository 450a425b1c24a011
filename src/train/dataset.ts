import { CpuDevice } from '../cpu.ts';
import { checkFinite } from '../data/finite.ts';
import type { Device } from '../device.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { type Resident, takeBatch } from '../ops/batch.ts';
import { tensor } from '../ops/create.ts';
import { shuffleInto } from '../ops/shuffle.ts';
import type { Generator } from '../random.ts';
import { formatShape, type Shape } from '../shape.ts';
import type { DType } from '../storage.ts';
import { flatten, type HostArray, keep, type NestedNumbers, Tensor, toTyped } from '../tensor.ts';

/** Samples as users pass them: a tensor, nested arrays, or numbers with a shape. */
export type Samples = Tensor | NestedNumbers | HostArray;

/** A batch on the device; without labels `y` is empty. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

const isHostArray = (samples: Samples): samples is HostArray =>
  typeof samples === 'object' && 'data' in samples && 'shape' in samples && !(samples instanceof Tensor);

/** What a model asks of its labels. */
export interface LabelRule {
  readonly dtype: DType;
  /** For class numbers: how many classes there are. */
  readonly classes?: number;
}

/**
 * Samples that live on the device, bytes as bytes, and are taken in batches, in an order of their own. The order is made
 * there, and a batch is gathered there: in a captured step each replay takes the next one.
 */
export class Dataset {
  readonly size: number;
  readonly #x: Resident;
  readonly #y: Resident;
  /** The first of its samples in x and y. */
  readonly #first: number;
  readonly #order: Tensor;
  readonly #cursor: Tensor;
  /** What was uploaded here, and is freed here. */
  readonly #owned: readonly Tensor[];
  #taken = 0;

  private constructor(
    { x, y }: { readonly x: Resident; readonly y: Resident | undefined },
    { first, size }: { readonly first: number; readonly size: number },
    owned: readonly Tensor[],
  ) {
    const { device } = x.memory;
    this.size = size;
    this.#x = x;
    this.#first = first;
    const positions = Int32Array.from({ length: size }, (_, i) => first + i);
    this.#order = keep(tensor(positions, { device }));
    this.#cursor = keep(tensor(new Int32Array(4), { device }));
    this.#y = y ?? { memory: this.#order, shape: [0], bytes: false };
    this.#owned = [...owned, this.#order, this.#cursor];
  }

  /** Uploads samples and labels. @throws ShapeError, ValueError for what a model can't learn from. */
  static async of(device: Device, x: Samples, y?: Samples, rule: LabelRule = { dtype: 'f32' }): Promise<Dataset> {
    checkCounts(shapeOf(x), y === undefined ? undefined : shapeOf(y));
    if (y !== undefined && rule.classes !== undefined) await checkLabels(y, rule.classes);
    const owned: Tensor[] = [];
    const upload = (name: string, samples: Samples, dtype: DType): Resident => {
      const [, ...shape] = shapeOf(samples);
      if (samples instanceof Tensor) return { memory: samples, shape, bytes: false };
      const resident = uploadHost(device, hostArray(samples), { name, dtype });
      owned.push(resident.memory);
      return resident;
    };
    const residents = { x: upload('x', x, 'f32'), y: y === undefined ? undefined : upload('y', y, rule.dtype) };
    return new Dataset(residents, { first: 0, size: shapeOf(x)[0] }, owned);
  }

  /** The first samples and the last `count`, as two data sets on the same memory; this one still owns that. */
  split(count: number): [first: Dataset, last: Dataset] {
    const cut = this.size - count;
    const part = (first: number, size: number): Dataset =>
      new Dataset({ x: this.#x, y: this.#y }, { first: this.#first + first, size }, []);
    return [part(0, cut), part(cut, count)];
  }

  /** A new order, from a stream of its own. */
  shuffle(generator: Generator): void {
    shuffleInto(this.#order, this.#first, generator);
  }

  /** Starts again at the first sample of the order. */
  rewind(): void {
    this.#taken = 0;
  }

  /** The sizes of the batches that the samples make, the last with what is left. */
  *sizes(batchSize: number): Iterable<number> {
    for (let start = 0; start < this.size; start += batchSize) yield Math.min(batchSize, this.size - start);
  }

  /** The next `size` samples. */
  take(size: number): Batch {
    const cursor = (): Int32Array => {
      const start = this.#taken;
      this.#taken += size;
      return Int32Array.of(start, 0, 0, 0);
    };
    this.#order.device.writeEachStep(this.#cursor.storage, cursor, 'i32');
    const [x, y] = takeBatch({ x: this.#x, y: this.#y, order: this.#order, cursor: this.#cursor }, size);
    return { x, y };
  }

  dispose(): void {
    for (const t of this.#owned) t.dispose();
  }
}

/** Numbers on the device; bytes that are to be floats stay bytes there. */
function uploadHost(device: Device, array: HostArray, { name, dtype }: { name: string; dtype: DType }): Resident {
  checkFinite(name, array);
  const { data, shape } = array;
  const own = shape.slice(1);
  if (data instanceof Uint8Array && dtype === 'f32' && !(device instanceof CpuDevice)) {
    const words = new Int32Array(Math.ceil(data.length / 4));
    new Uint8Array(words.buffer).set(data);
    return { memory: keep(tensor(words, { device })), shape: own, bytes: true };
  }
  const values = dtype === 'i32' && data instanceof Uint8Array ? Int32Array.from(data) : data;
  return { memory: keep(tensor(values, { shape, dtype, device })), shape: own, bytes: false };
}

/** The shape of samples, without moving them. */
export const shapeOf = (samples: Samples): Shape =>
  samples instanceof Tensor || isHostArray(samples) ? samples.shape : flatten(samples).shape;

function hostArray(samples: NestedNumbers | HostArray): HostArray {
  if (isHostArray(samples)) return samples;
  const { values, shape } = flatten(samples);
  return { data: toTyped(values, 'f32'), shape };
}

function checkCounts(x: Shape, y: Shape | undefined): void {
  if (x.length === 0 || x[0] === 0) {
    throw new ShapeError({
      op: 'fit',
      got: `x of shape ${formatShape(x)}`,
      expected: 'one sample or more along its first axis',
      fix: 'Check how the data were read.',
    });
  }
  if (y !== undefined && y[0] !== x[0]) {
    throw new ShapeError({
      op: 'fit',
      got: `x of shape ${formatShape(x)} and y of shape ${formatShape(y)}`,
      expected: 'as many labels as samples along the first axis',
      fix: 'Pass a label for each sample.',
    });
  }
}

/** Refuses class numbers that the model has no output for: a kernel could only ignore them. */
async function checkLabels(y: Samples, classes: number): Promise<void> {
  const labels = y instanceof Tensor ? await y.data() : hostArray(y).data;
  const wrong = labels.findIndex((label: number) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong < 0) return;
  throw new ValueError({
    op: 'fit',
    got: `the label ${labels[wrong]} at position ${wrong}`,
    expected: `a whole number from 0 to ${classes - 1}, as the model has ${classes} outputs`,
    fix: 'Number the classes from 0, or give the last layer as many units as there are classes.',
  });
}
