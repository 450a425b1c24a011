import type { Tensor } from '../../core/tensor.ts';

/** The accuracy of outputs that a cross-entropy has just judged by these targets, so that the metric need not again. */
export const accuracies = new WeakMap<Tensor, { readonly yTrue: Tensor; readonly accuracy: Tensor }>();
