import { type Check, type Checks, checkMade, checkValues, lookUp, named, positive } from '../core/checks.ts';
import type { Constraint } from '../core/tensor/parameter.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { div, maximum, minimum, mul } from '../ops/elementwise/binary.ts';
import { relu, sqrt, square } from '../ops/elementwise/unary.ts';
import { sum } from '../ops/reduce/reduce.ts';
import { EPSILON } from './losses/defineLoss.ts';

export type { Constraint } from '../core/tensor/parameter.ts';

/** Options of `unitNorm`. */
export interface UnitNormOptions {
  /** The axes of each norm; default 0, the incoming weights of a dense unit. For convolutions use `[0, 1, 2]`. */
  readonly axis?: number | readonly number[];
}

/** Options of `maxNorm`. */
export interface MaxNormOptions extends UnitNormOptions {
  /** The largest norm, above 0; default 2, as in Keras. */
  readonly maxValue?: number;
}

const AXES: Check = [(axis) => [axis].flat().every(Number.isInteger), 'an axis, or a list of axes'];

/** A constraint as it is stored in files. */
type Config = { readonly name: string } & MaxNormOptions;

/** Makes the function that users call for a constraint; it checks the options. */
const defineConstraint =
  /* @__NO_SIDE_EFFECTS__ */
  <Options extends MaxNormOptions>(name: string, checks: Checks, define: (options: Options) => Constraint) =>
    named(name, (options?: Options): Constraint => {
      const given = options ?? ({} as Options); // every option has a default
      checkValues(name, given, checks);
      const config: Config = { name, ...given };
      return Object.assign(define(given), { config });
    });

const norms = (w: Tensor, axis: number | readonly number[]): Tensor => sqrt(sum(square(w), { axis, keepDims: true }));

/**
 * Limits the Euclidean norm of the incoming weights of each unit: `w min(|w|, maxValue) / max(|w|, 1e-7)`.
 * @throws ValueError if `maxValue` is not above 0 or an axis is not a whole number.
 * @see Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting".
 */
export const maxNorm = defineConstraint<MaxNormOptions>(
  'maxNorm',
  { maxValue: positive, axis: AXES },
  ({ maxValue = 2, axis = 0 }) =>
    (w) => {
      const norm = norms(w, axis);
      return mul(w, div(minimum(norm, maxValue), maximum(norm, EPSILON)));
    },
);

/**
 * Scales the incoming weights of each unit to Euclidean norm 1: `w / max(|w|, 1e-7)`.
 * @throws ValueError if an axis is not a whole number.
 */
export const unitNorm = defineConstraint<UnitNormOptions>(
  'unitNorm',
  { axis: AXES },
  ({ axis = 0 }) =>
    (w) =>
      div(w, maximum(norms(w, axis), EPSILON)),
);

/** Sets negative weights to 0: `max(w, 0)`. */
export const nonNegative = defineConstraint('nonNegative', {}, () => (w) => relu(w));

const constraints = { maxNorm, unitNorm, nonNegative };

/** The option of a layer: a constraint, its name, or an object with its name and options. */
export type ConstraintOption = Constraint | Config | string;

/** The constraint of an option. @throws ValueError if the name is unknown. */
export function getConstraint(given: ConstraintOption | undefined): Constraint | undefined {
  checkMade('constraint', constraints, given);
  if (given === undefined || typeof given === 'function') return given;
  const { name, ...options } = typeof given === 'string' ? { name: given } : given;
  return lookUp<(options: MaxNormOptions) => Constraint>('constraint', constraints, name)(options);
}
