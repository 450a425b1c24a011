import { checkMade, checkValues, lookUp, notNegative } from '../core/checks.ts';
import { checkReturned } from '../core/tensor/checks.ts';
import type { Parameter, Regularizer } from '../core/tensor/parameter.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { add, mul } from '../ops/elementwise/binary.ts';
import { abs, square } from '../ops/elementwise/unary.ts';
import { sum } from '../ops/reduce/reduce.ts';

export type { Regularizer } from '../core/tensor/parameter.ts';

export interface L1L2Options {
  /** Factor of `sum(|w|)`, 0 or more; default 0. */
  readonly l1?: number;
  /** Factor of `sum(w^2)`, 0 or more; default 0. */
  readonly l2?: number;
}

/**
 * L1 and L2 regularization: adds `l1 sum(|w|) + l2 sum(w^2)` to the loss.
 * @throws ValueError for a negative strength.
 */
export function l1l2(strengths: L1L2Options = {}): Regularizer {
  checkValues('l1l2', strengths, { l1: notNegative, l2: notNegative });
  const { l1 = 0, l2 = 0 } = strengths;
  const penalty = (w: Tensor): Tensor => {
    const squares = mul(sum(square(w)), l2);
    if (l1 === 0) return squares;
    const magnitudes = mul(sum(abs(w)), l1);
    return l2 === 0 ? magnitudes : add(magnitudes, squares);
  };
  return Object.assign(penalty, { strengths: { l1, l2 } });
}

/**
 * L1 regularization: adds `strength sum(|w|)` to the loss, which drives weights to exactly 0.
 * @param strength 0 or more; default 0.01.
 * @throws ValueError for a negative strength.
 */
export const l1 = (strength = 0.01): Regularizer => l1l2({ l1: strength });

/**
 * L2 regularization: adds `strength sum(w^2)` to the loss, without the factor 1/2 that PyTorch's weight_decay implies.
 * @param strength 0 or more; default 0.01.
 * @throws ValueError for a negative strength.
 */
export const l2 = (strength = 0.01): Regularizer => l1l2({ l2: strength });

const regularizers: Readonly<Record<string, () => Regularizer>> = { l1, l2, l1l2 };

/** The option of a layer: a penalty, its name for the default strength, or its strengths, as files have them. */
export type RegularizerOption = Regularizer | L1L2Options | string;

/** The penalty that an option stands for. @throws ValueError for an unknown name. */
export function getRegularizer(given: RegularizerOption | undefined): Regularizer | undefined {
  checkMade('regularizer', regularizers, given);
  if (given === undefined || typeof given === 'function') return given;
  return typeof given === 'string' ? lookUp('regularizer', regularizers, given)() : l1l2(given);
}

/** The sum of the penalties on weights; undefined where there are none. */
export function penaltyOn(weights: readonly Parameter[]): Tensor | undefined {
  const penalties = weights.flatMap((w) => {
    const { regularizer } = w;
    return regularizer ? [checkReturned(`the regularizer of ${w.name}`, regularizer(w), { shape: [] })] : [];
  });
  return penalties.length > 0 ? penalties.reduce((total, each) => add(total, each)) : undefined;
}
