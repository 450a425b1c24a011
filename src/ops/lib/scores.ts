import { isRecording, wasRecorded } from '../../core/tape.ts';
import { Parameter, type Tensor } from '../../core/tensor.ts';

/**
 * What probabilities were made from, so that a loss may use the scores: softmax and cross-entropy in one kernel, and no
 * logarithm of a probability that was rounded to 0.
 */
class Scores {
  readonly #known = new WeakMap<Tensor, { readonly scores: Tensor; readonly assignments: number }>();

  /** Notes the scores of probabilities that were just made. Those of a parameter are not: optimizers change it in place. */
  note(probabilities: Tensor, scores: Tensor): void {
    if (!(scores instanceof Parameter)) this.#known.set(probabilities, { scores, assignments: scores.assignments });
  }

  /**
   * The scores, unless they or the probabilities have been freed or overwritten since, or a tape listens that did not hear
   * the probabilities made: there the gradient ends with them.
   */
  of(probabilities: Tensor): Tensor | undefined {
    const known = this.#known.get(probabilities);
    if (known === undefined || known.scores.isDisposed) return undefined;
    if (known.scores.assignments !== known.assignments || probabilities.assignments > 0) return undefined;
    return isRecording() && !wasRecorded(probabilities) ? undefined : known.scores;
  }

  /** Whether these are probabilities. */
  has(tensor: Tensor): boolean {
    return this.#known.has(tensor);
  }
}

/** The scores behind the results of `softmax` over the last axis. */
export const softmaxScores = /* @__PURE__ */ new Scores();

/** The scores behind the results of `sigmoid`. */
export const sigmoidScores = /* @__PURE__ */ new Scores();
