import { checkMade, checkValues, lookUp, notNegative } from '../core/checks.ts';
import { checkReturned } from '../core/tensor/checks.ts';
import type { Parameter, Regularizer } from '../core/tensor/parameter.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { add, mul } from '../ops/elementwise/binary.ts';
import { abs, square } from '../ops/elementwise/unary.ts';
import { sum } from '../ops/reduce/reduce.ts';

export type { Regularizer } from '../core/tensor/parameter.ts';

/** Options of `l1l2`. */
export interface L1L2Options {
  /** Factor of `sum(|w|)`, 0 or more; default 0. */
  readonly l1?: number;
  /** Factor of `sum(w^2)`, 0 or more; default 0. */
  readonly l2?: number;
}

/**
 * L1 and L2 regularization: adds `l1 sum(|w|) + l2 sum(w^2)` to the loss.
 * @throws ValueError if a strength is negative.
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
 * L1 regularization: adds `strength sum(|w|)` to the loss, which drives weights towards 0.
 * @param strength 0 or more; default 0.01.
 * @throws ValueError if `strength` is negative.
 */
export const l1 = (strength = 0.01): Regularizer => l1l2({ l1: strength });

/**
 * L2 regularization: adds `strength sum(w^2)` to the loss, as in Keras; PyTorch's `weight_decay` implies a factor of 1/2.
 * @param strength 0 or more; default 0.01.
 * @throws ValueError if `strength` is negative.
 */
export const l2 = (strength = 0.01): Regularizer => l1l2({ l2: strength });

const regularizers: Readonly<Record<string, () => Regularizer>> = { l1, l2, l1l2 };

/** The option of a layer: a penalty, its name (with the default strength), or an object with its strengths. */
export type RegularizerOption = Regularizer | L1L2Options | string;

/** The penalty of an option. @throws ValueError if the name is unknown. */
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
