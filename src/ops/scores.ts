import { isRecording, wasRecorded } from '../tape.ts';
import { Parameter, type Tensor } from '../tensor.ts';

// What probabilities were made from, so that a loss may use the scores: softmax and cross-entropy in one kernel, and no
// logarithm of a probability that was rounded to 0.

/** The scores behind the results of `softmax` over the last axis. */
export const softmaxScores = new WeakMap<Tensor, Tensor>();

/** The scores behind the results of `sigmoid`. */
export const sigmoidScores = new WeakMap<Tensor, Tensor>();

/**
 * The scores that probabilities were made from, unless these have been freed or overwritten since, or a tape listens that
 * did not hear them made: there the gradient ends with the probabilities.
 */
export function scoresOf(known: WeakMap<Tensor, Tensor>, probabilities: Tensor): Tensor | undefined {
  const scores = known.get(probabilities);
  if (scores === undefined || scores.isDisposed || scores instanceof Parameter) return undefined;
  if (scores.wasAssigned || probabilities.wasAssigned) return undefined;
  return isRecording() && !wasRecorded(probabilities) ? undefined : scores;
}
