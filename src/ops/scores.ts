import type { Tensor } from '../tensor.ts';

// What probabilities were made from, so that a loss may use the scores: softmax and cross-entropy in one kernel, and no
// logarithm of a probability that was rounded to 0.

/** The scores behind the results of `softmax` over the last axis. */
export const softmaxScores = new WeakMap<Tensor, Tensor>();

/** The scores behind the results of `sigmoid`. */
export const sigmoidScores = new WeakMap<Tensor, Tensor>();
