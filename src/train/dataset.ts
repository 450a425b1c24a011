import { checkFinite } from '../data/finite.ts';
import type { Device } from '../device.ts';
import { ShapeError, ValueError } from '../errors.ts';
import { tensor } from '../ops/create.ts';
import { gather } from '../ops/gather.ts';
import { slice } from '../ops/strided.ts';
import { type Generator, permutation } from '../random.ts';
import { formatShape, type Shape } from '../shape.ts';
import type { DType } from '../storage.ts';
import { flatten, type HostArray, type NestedNumbers, scope, Tensor, toTyped } from '../tensor.ts';

/** Samples as users pass them: a tensor, nested arrays, or numbers with a shape. */
export type Samples = Tensor | NestedNumbers | HostArray;

/** A batch on the device; whoever takes it frees it. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor | undefined;
  readonly size: number;
}

const isHostArray = (samples: Samples): samples is HostArray =>
  typeof samples === 'object' && 'data' in samples && 'shape' in samples && !(samples instanceof Tensor);

/** What a model asks of its labels. */
export interface LabelRule {
  readonly dtype: DType;
  /** For class numbers: how many classes there are. */
  readonly classes?: number;
}

/** Samples that live on the device and are handed out in batches, in an order of their own. */
export class Dataset {
  readonly #x: Tensor;
  readonly #y: Tensor | undefined;
  /** Which samples of x and y belong to this data set, and their present order on the device. */
  readonly #members: Int32Array;
  readonly #order: Tensor;
  /** What was uploaded here, and is freed here. */
  readonly #owned: readonly Tensor[];

  private constructor(x: Tensor, y: Tensor | undefined, members: Int32Array, owned: readonly Tensor[]) {
    this.#x = x;
    this.#y = y;
    this.#members = members;
    this.#order = tensor(members, { dtype: 'i32', device: x.device });
    this.#owned = [...owned, this.#order];
  }

  /** Uploads samples and labels. @throws ShapeError, ValueError for what a model can't learn from. */
  static async of(device: Device, x: Samples, y?: Samples, rule: LabelRule = { dtype: 'f32' }): Promise<Dataset> {
    checkCounts(shapeOf(x), y === undefined ? undefined : shapeOf(y));
    if (y !== undefined && rule.classes !== undefined) await checkLabels(y, rule.classes);
    const owned: Tensor[] = [];
    const upload = (name: string, samples: Samples, dtype: DType): Tensor => {
      if (samples instanceof Tensor) return samples;
      const { data, shape } = hostArray(samples);
      checkFinite(name, { data, shape });
      const values = dtype === 'i32' && data instanceof Uint8Array ? Int32Array.from(data) : data;
      const uploaded = tensor(values, { shape, dtype, device });
      owned.push(uploaded);
      return uploaded;
    };
    const xOnDevice = upload('x', x, 'f32');
    const yOnDevice = y === undefined ? undefined : upload('y', y, rule.dtype);
    return new Dataset(
      xOnDevice,
      yOnDevice,
      Int32Array.from({ length: xOnDevice.shape[0] }, (_, i) => i),
      owned,
    );
  }

  get size(): number {
    return this.#members.length;
  }

  /** The first samples and the last `count`, as two data sets on the same tensors; this one still owns those. */
  split(count: number): [first: Dataset, last: Dataset] {
    const cut = this.size - count;
    const part = (members: Int32Array): Dataset => new Dataset(this.#x, this.#y, members, []);
    return [part(this.#members.slice(0, cut)), part(this.#members.slice(cut))];
  }

  /** A new order, from a stream of its own. */
  shuffle(generator: Generator): void {
    this.#order.assign(permutation(this.size, generator).map((i) => this.#members[i]));
  }

  /** The samples in order, `batchSize` at a time, the last batch with what is left. */
  *batches(batchSize: number): Iterable<Batch> {
    for (let start = 0; start < this.size; start += batchSize) {
      const stop = Math.min(start + batchSize, this.size);
      yield scope(() => {
        const positions = slice(this.#order, [{ start, stop }]);
        return { x: gather(this.#x, positions), y: this.#y && gather(this.#y, positions), size: stop - start };
      });
    }
  }

  dispose(): void {
    for (const t of this.#owned) t.dispose();
  }
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
