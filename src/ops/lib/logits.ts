import { isRecording, wasRecorded } from '../../core/tape.ts';
import { Parameter } from '../../core/tensor/parameter.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';

/**
 * Remembers which scores probabilities were computed from. A loss can then use the scores: softmax and cross-entropy
 * become one kernel, and no logarithm is taken of a probability that was rounded to 0.
 */
class Scores {
  readonly #known = new WeakMap<Tensor, { readonly scores: Tensor; readonly assignments: number }>();

  /** Records the scores of new probabilities, unless they are a parameter, which optimizers change in place. */
  note(probabilities: Tensor, scores: Tensor): void {
    if (!(scores instanceof Parameter)) this.#known.set(probabilities, { scores, assignments: scores.assignments });
  }

  /**
   * The scores, or undefined if scores or probabilities were freed or overwritten, or if an open tape did not record
   * the probabilities, where the gradient must stop.
   */
  of(probabilities: Tensor): Tensor | undefined {
    const known = this.#known.get(probabilities);
    if (known === undefined || known.scores.isDisposed) return undefined;
    if (known.scores.assignments !== known.assignments || probabilities.assignments > 0) return undefined;
    return isRecording() && !wasRecorded(probabilities) ? undefined : known.scores;
  }

  /** Whether these are known probabilities. */
  has(tensor: Tensor): boolean {
    return this.#known.has(tensor);
  }
}

/** The scores of `softmax` results along the last axis. */
export const softmaxScores = /* @__PURE__ */ new Scores();

/** The scores of `sigmoid` results. */
export const sigmoidScores = /* @__PURE__ */ new Scores();
