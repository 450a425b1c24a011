import { ValueError } from '../../core/errors.ts';
import { innerScope } from '../../core/tensor/lifetime.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Batch } from '../../data/dataset/dataset.ts';
import { isolated } from '../../nn/network/network.ts';
import { add } from '../../ops/elementwise/binary.ts';
import { abs } from '../../ops/elementwise/unary.ts';
import { sum } from '../../ops/reduce/reduce.ts';
import type { Trainable } from '../trainable.ts';
import { disposeInspection, inspect } from './inspect.ts';
import { Snapshot } from './snapshot.ts';
import { disposeValues, readLoss, trainStep } from './trainStep.ts';

/** A position in a run: before step `batch` of `epoch`, both counted from 0. */
export interface Place {
  readonly epoch: number;
  readonly batch: number;
}

/** Random access to the batches of a run. */
export interface Batches {
  /** Restores the order of an epoch and moves to a place in it. */
  readonly goTo: (place: Place) => void;
  /** The batch at a place, and the place after it. */
  readonly take: (place: Place) => { readonly batch: Batch; readonly next: Place };
}

const isBefore = (a: Place, b: Place): boolean => a.epoch < b.epoch || (a.epoch === b.epoch && a.batch < b.batch);

interface PlacedSnapshot {
  readonly snapshot: Snapshot;
  place: Place;
}

/**
 * Restores the weights from before a loss became NaN or infinite, and finds the cause. Losses are read long after their steps, so
 * it keeps two snapshots on the device: one whose losses are known to be finite, and a newer one that replaces it once its losses
 * are. The cost is the copying, at most a few times a second.
 */
export class Guard {
  readonly #trainable: Trainable;
  readonly #batches: Batches;
  #good: PlacedSnapshot;
  #candidate: PlacedSnapshot | undefined;
  #spare: Snapshot | undefined;

  constructor(trainable: Trainable, { batches, place }: { batches: Batches; place: Place }) {
    this.#trainable = trainable;
    this.#batches = batches;
    this.#good = { snapshot: new Snapshot(trainable), place };
  }

  /** The losses up to a place are about to be read. */
  arrive(place: Place): void {
    if (this.#candidate !== undefined) return;
    this.#spare ??= new Snapshot(this.#trainable);
    this.#spare.take();
    this.#candidate = { snapshot: this.#spare, place };
    this.#spare = undefined;
  }

  /** The losses before a place are finite. */
  confirm(place: Place): void {
    if (this.#candidate === undefined || !isBefore(this.#candidate.place, place)) return;
    this.#spare = this.#good.snapshot;
    this.#good = this.#candidate;
    this.#candidate = undefined;
  }

  dispose(): void {
    for (const snapshot of [this.#good.snapshot, this.#candidate?.snapshot, this.#spare]) snapshot?.dispose();
  }

  /**
   * Repeats the steps from the last good snapshot up to the bad one, finds what went bad first, and restores the weights before it.
   * @throws ValueError that names step and layer.
   */
  async fail(bad: Place, symptom: string): Promise<never> {
    let now: PlacedSnapshot = {
      snapshot: this.#candidate?.snapshot ?? this.#spare ?? new Snapshot(this.#trainable),
      place: bad,
    };
    let before = this.#good;
    this.#candidate = now;
    this.#good.snapshot.restore();
    let place = this.#good.place;
    this.#batches.goTo(place);
    while (!isBefore(bad, place)) {
      if (place.batch === 0) this.#batches.goTo(place);
      now.snapshot.take();
      now.place = place;
      const { next, value } = await this.#step(place);
      if (!Number.isFinite(value)) throw await this.#blame(bad, symptom, { now, before });
      place = next;
      [now, before] = [before, now];
    }
    if (!(await this.#isFinite())) {
      now.snapshot.take();
      now.place = place;
      throw await this.#blame(bad, symptom, { now, before });
    }
    before.snapshot.restore();
    throw failure(bad, symptom, 'the same steps, repeated, were finite');
  }

  /** Fails if the last step left a weight that is not finite, which no later loss would show. */
  async checkWeights(last: Place): Promise<void> {
    if (!(await this.#isFinite())) await this.fail(last, 'weights that are not finite');
  }

  async #isFinite(): Promise<boolean> {
    const { parameters } = this.#trainable.network;
    if (parameters.length === 0) return true;
    using total = innerScope(() => parameters.map((w) => sum(abs(w))).reduce((a, b) => add(a, b)));
    return Number.isFinite(await total.item());
  }

  async #step(place: Place): Promise<{ next: Place; value: number }> {
    const { batch, next } = this.#batches.take(place);
    const values = innerScope(() => isolated(this.#trainable.network, () => trainStep(this.#trainable, batch)));
    const value = await readLoss(values, this.#trainable);
    disposeValues(values);
    for (const t of Object.values(batch)) t.dispose();
    return { next, value };
  }

  /** The first tensor that is not finite: in the forward pass of the step at `now`, or else in the update at `before`. */
  async #blame(
    bad: Place,
    symptom: string,
    { now, before }: { now: PlacedSnapshot; before: PlacedSnapshot },
  ): Promise<ValueError> {
    now.snapshot.restore();
    const { network } = this.#trainable;
    const weight = await firstBad(network.trainableParameters.map((p) => ({ name: network.nameOf(p), t: p })));
    const { snapshot, place } = weight === undefined ? now : before;
    snapshot.restore();
    this.#batches.goTo(place);
    const { batch } = this.#batches.take(place);
    const inspection = inspect(this.#trainable, batch);
    const { outputs, gradients } = inspection;
    const output = await firstBad(outputs.map(({ name, output }) => ({ name, t: output })));
    // Gradients flow backwards: the last layer's are computed first.
    const gradient = await firstBad(gradients.toReversed().map(({ name, gradient }) => ({ name, t: gradient })));
    disposeInspection(inspection);
    for (const t of Object.values(batch)) t.dispose();
    snapshot.restore(); // the inspection moved the running statistics
    const culprit =
      (output && `the output of layer '${output}'`) ??
      (weight && gradient && `the gradient of '${gradient}'`) ??
      (weight ? `'${weight}' in its update` : 'the loss, from finite outputs');
    return failure(bad, symptom, `first to go bad was ${culprit}, in ${named(place)}`);
  }
}

const named = ({ epoch, batch }: Place): string => `epoch ${epoch + 1}, step ${batch + 1}`;

const failure = (bad: Place, symptom: string, cause: string): ValueError =>
  notFinite('fit', `${symptom} in ${named(bad)}; ${cause}`);

/** The error for a loss that is not finite; the weights were restored. */
export const notFinite = (op: string, got: string): ValueError =>
  new ValueError({
    op,
    got,
    expected: 'finite numbers',
    fix: 'Lower the learning rate, clip gradients, or look for extreme values in the data. The weights are those from before that step.',
  });

/** The name of the first tensor with an element that is not finite. */
async function firstBad(
  tensors: readonly { readonly name: string; readonly t: Tensor }[],
): Promise<string | undefined> {
  for (const { name, t } of tensors) {
    if (!(await t.data()).every(Number.isFinite)) return name;
  }
  return undefined;
}
