import { ValueError } from '../../core/errors.ts';
import { innerScope, type Tensor } from '../../core/tensor.ts';
import type { Batch } from '../../data/dataset/dataset.ts';
import { isolated } from '../../nn/network/network.ts';
import { add } from '../../ops/elementwise/binary.ts';
import { abs } from '../../ops/elementwise/unary.ts';
import { sum } from '../../ops/reduce/reduce.ts';
import type { Trainable } from '../trainable.ts';
import { disposeInspection, inspect } from './inspect.ts';
import { Snapshot } from './snapshot.ts';
import { disposeValues, readLoss, trainStep } from './trainStep.ts';

/** A moment of a run: before step `batch` of `epoch`, both from 0. */
export interface Place {
  readonly epoch: number;
  readonly batch: number;
}

/** How a run gets its batches. */
export interface Batches {
  /** Puts the samples in the order of an epoch, and goes to a place in it. */
  readonly goTo: (place: Place) => void;
  /** The batch at this place, and the next place. */
  readonly take: (place: Place) => { readonly batch: Batch; readonly next: Place };
}

const isBefore = (a: Place, b: Place): boolean => a.epoch < b.epoch || (a.epoch === b.epoch && a.batch < b.batch);

/** A snapshot and where in the run it was taken. */
interface PlacedSnapshot {
  readonly snapshot: Snapshot;
  place: Place;
}

/**
 * Keeps what is needed to return to before the loss of a run went bad, and to find out where it did. Losses are read long
 * after their steps, so there are two snapshots on the device: one from which finite losses came, and a newer one that
 * takes its place when the same is known of it. Copying them is all that it costs, a few times a second at most.
 */
export class Guard {
  readonly #trainable: Trainable;
  readonly #batches: Batches;
  #good: PlacedSnapshot;
  #candidate: PlacedSnapshot | undefined;
  /** The snapshot that no place belongs to now. */
  #spare: Snapshot | undefined;

  constructor(trainable: Trainable, { batches, place }: { batches: Batches; place: Place }) {
    this.#trainable = trainable;
    this.#batches = batches;
    this.#good = { snapshot: new Snapshot(trainable), place };
  }

  /** The run is at a place where its losses are about to be read. */
  arrive(place: Place): void {
    if (this.#candidate !== undefined) return;
    this.#spare ??= new Snapshot(this.#trainable);
    this.#spare.take();
    this.#candidate = { snapshot: this.#spare, place };
    this.#spare = undefined;
  }

  /** All losses before a place are known to be finite. */
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
   * Takes the steps up to the bad one again from the last good snapshot, looks for what went bad first, and returns to
   * before that. @throws ValueError that says all this.
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
    throw failure(bad, symptom, 'taken again, the steps before it went well');
  }

  /** Fails where the step at a place, the last so far, has spoilt the weights: no loss came after it that would tell. */
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

  /** What went bad first: in the forward pass of the step after `now`, or else in the update of the one before it. */
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
    snapshot.restore(); // looking moved the running statistics
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

/** What is said when a loss went bad and the weights are those from before. */
export const notFinite = (op: string, got: string): ValueError =>
  new ValueError({
    op,
    got,
    expected: 'finite numbers',
    fix: 'Lower the learning rate, clip gradients, or look for extreme values in the data. The weights are those from before that step.',
  });

/** The name of the first tensor with an element that is no finite number. */
async function firstBad(
  tensors: readonly { readonly name: string; readonly t: Tensor }[],
): Promise<string | undefined> {
  for (const { name, t } of tensors) {
    if (!(await t.data()).every(Number.isFinite)) return name;
  }
  return undefined;
}
