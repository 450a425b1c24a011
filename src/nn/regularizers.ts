import { add, mul } from '../ops/binary.ts';
import { sum } from '../ops/reduce.ts';
import { abs, square } from '../ops/unary.ts';
import type { Tensor } from '../tensor.ts';

/** A penalty on a weight that is added to the loss: a scalar. */
export type Regularizer = (w: Tensor) => Tensor;

/** `strength * sum(|w|)`; pulls weights to exactly 0. Default strength 0.01. */
export const l1 =
  (strength = 0.01): Regularizer =>
  (w) =>
    mul(sum(abs(w)), strength);

/** `strength * sum(w^2)`, without the half that PyTorch's weight_decay has. Default strength 0.01. */
export const l2 =
  (strength = 0.01): Regularizer =>
  (w) =>
    mul(sum(square(w)), strength);

/** `l1 * sum(|w|) + l2 * sum(w^2)`. Both strengths default to 0. */
export const l1l2 =
  (strengths: { readonly l1?: number; readonly l2?: number } = {}): Regularizer =>
  (w) =>
    add(l1(strengths.l1 ?? 0)(w), l2(strengths.l2 ?? 0)(w));
