import { isRecording, wasRecorded } from '../../core/tape.ts';
import { Parameter } from '../../core/tensor/parameter.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';

/**
 * Remembers the logits that probabilities were computed from. A loss can then use the logits: softmax and cross-entropy
 * become one kernel, and no logarithm is taken of a probability that was rounded to 0.
 */
class Logits {
  readonly #known = new WeakMap<Tensor, { readonly logits: Tensor; readonly assignments: number }>();

  /** Records the logits of new probabilities, unless they are a parameter, which optimizers change in place. */
  remember(probabilities: Tensor, logits: Tensor): void {
    if (!(logits instanceof Parameter)) this.#known.set(probabilities, { logits, assignments: logits.assignments });
  }

  /**
   * The logits, or undefined if they or the probabilities were freed or overwritten, or if an open tape did not record
   * the probabilities, where the gradient must stop.
   */
  of(probabilities: Tensor): Tensor | undefined {
    const known = this.#known.get(probabilities);
    if (known === undefined || known.logits.isDisposed) return undefined;
    if (known.logits.assignments !== known.assignments || probabilities.assignments > 0) return undefined;
    return isRecording() && !wasRecorded(probabilities) ? undefined : known.logits;
  }

  /** Whether the logits of a tensor were recorded, even if they can no longer be used. */
  has(tensor: Tensor): boolean {
    return this.#known.has(tensor);
  }
}

/** The logits of `softmax` results along the last axis. */
export const softmaxLogits = /* @__PURE__ */ new Logits();

/** The logits of `sigmoid` results. */
export const sigmoidLogits = /* @__PURE__ */ new Logits();
