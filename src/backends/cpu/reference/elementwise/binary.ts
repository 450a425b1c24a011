import { broadcastShapes, stridesOf } from '../../../../core/shape.ts';
import { broadcastPosition, eachIndex, type NdArray, toInt, zeros, zeroWins } from '../ndarray.ts';

/** A function of two numbers and, if it has a gradient, its partial derivatives. */
export interface BinaryFunction {
  readonly f: (a: number, b: number) => number;
  readonly dfa?: (a: number, b: number, y: number) => number;
  readonly dfb?: (a: number, b: number, y: number) => number;
  /** f for two int32, where float64 is not exact: returns the low 32 bits. */
  readonly integer?: (a: number, b: number) => number;
}

/** The gradient of a choice: 1 for the chosen side, 0.5 for each on a tie. */
const share = (chosen: boolean, tie: boolean): number => (tie ? 0.5 : chosen ? 1 : 0);

/** The power as in C: 1 to any power is 1, as is -1 to an infinite power, where JavaScript returns NaN. */
const power = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

/** The low 32 bits of a power; for a negative exponent 1 / a^-b truncated, and 0 for a = 0. */
function integerPower(a: number, b: number): number {
  if (b < 0) return a === 0 ? 0 : Math.trunc(a ** b);
  return b === 0 ? 1 : Math.imul(integerPower(Math.imul(a, a), b >>> 1), b % 2 === 1 ? a : 1);
}

export const binary = {
  add: { f: (a, b) => a + b, dfa: () => 1, dfb: () => 1 },
  sub: { f: (a, b) => a - b, dfa: () => 1, dfb: () => -1 },
  mul: { f: (a, b) => a * b, dfa: (_, b) => b, dfb: (a) => a, integer: Math.imul },
  weigh: { f: zeroWins, dfa: (_, b) => b, dfb: (a) => a, integer: Math.imul },
  div: {
    f: (a, b) => a / b,
    dfa: (_, b) => 1 / b,
    dfb: (a, b) => -a / (b * b),
    integer: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  },
  pow: {
    f: power,
    dfa: (a, b) => (b === 0 ? 0 : zeroWins(b, power(a, b - 1))),
    dfb: (a, _, y) => (a <= 0 ? 0 : zeroWins(y, Math.log(a))),
    integer: integerPower,
  },
  maximum: { f: (a, b) => Math.max(a, b), dfa: (a, b) => share(a > b, a === b), dfb: (a, b) => share(b > a, a === b) },
  minimum: { f: (a, b) => Math.min(a, b), dfa: (a, b) => share(a < b, a === b), dfb: (a, b) => share(b < a, a === b) },
  prelu: { f: (a, b) => (a > 0 ? a : zeroWins(b, a)), dfa: (a, b) => (a > 0 ? 1 : b), dfb: (a) => Math.min(a, 0) },
  sigmoidCrossEntropy: {
    f: (x, t) => zeroWins(Math.abs(x), x > 0 ? 1 - t : t) + Math.log1p(Math.exp(-Math.abs(x))),
    dfa: (x, t) => 1 / (1 + Math.exp(-x)) - t,
    dfb: (x) => -x,
  },
  equal: { f: (a, b) => Number(a === b) },
  notEqual: { f: (a, b) => Number(a !== b) },
  greater: { f: (a, b) => Number(a > b) },
  greaterEqual: { f: (a, b) => Number(a >= b) },
  less: { f: (a, b) => Number(a < b) },
  lessEqual: { f: (a, b) => Number(a <= b) },
  logicalAnd: { f: (a, b) => Number(a !== 0 && b !== 0) },
  logicalOr: { f: (a, b) => Number(a !== 0 || b !== 0) },
} satisfies Record<string, BinaryFunction>;

/** Applies `f` to every pair of NumPy's broadcasting, with the flat position in the result. */
function broadcast(
  a: NdArray,
  b: NdArray,
  f: (a: number, b: number, i: number) => number,
): NdArray & { data: Float64Array } {
  const y = zeros(broadcastShapes('reference', a.shape, b.shape));
  const aStrides = stridesOf(a.shape);
  const bStrides = stridesOf(b.shape);
  eachIndex(y.shape, (index, flat) => {
    const aValue = a.data[broadcastPosition(index, a.shape, aStrides)];
    y.data[flat] = f(aValue, b.data[broadcastPosition(index, b.shape, bStrides)], flat);
  });
  return y;
}

/** The reference of a binary operation. Comparisons return int32, as do operations on two int32 inputs. */
export const binaryReference = ({ f, dfa, dfb, integer = f }: BinaryFunction, isComparison: boolean) => ({
  forward: ([a, b]: readonly [NdArray, NdArray]): NdArray => {
    const isInteger = a.data instanceof Int32Array;
    const of = isInteger ? integer : f;
    const y = broadcast(a, b, (aValue, bValue) => of(aValue, bValue)); // without the position, for Math.max
    return isComparison || isInteger ? toInt(y) : y;
  },
  backward: (
    dy: NdArray,
    { inputs: [a, b], y }: { readonly inputs: readonly [NdArray, NdArray]; readonly y: NdArray },
  ): readonly (NdArray | undefined)[] =>
    [dfa, dfb].map(
      (df) => df && broadcast(a, b, (aValue, bValue, i) => zeroWins(dy.data[i], df(aValue, bValue, y.data[i]))),
    ),
});

/** A number in place of one operand. */
export interface NumberAttributes {
  readonly number: number;
  /** Whether the number is the first operand. */
  readonly left: boolean;
}

/** `binaryReference` with a number in place of one operand. */
export function numberReference(definition: BinaryFunction, isComparison: boolean) {
  const { forward, backward } = binaryReference(definition, isComparison);
  const pair = (x: NdArray, { number, left }: NumberAttributes): readonly [NdArray, NdArray] => {
    const scalar = { data: x.data instanceof Int32Array ? Int32Array.of(number) : Float64Array.of(number), shape: [] };
    return left ? [scalar, x] : [x, scalar];
  };
  return {
    forward: ([x]: readonly [NdArray], attributes: NumberAttributes): NdArray => forward(pair(x, attributes)),
    backward: (
      dy: NdArray,
      { inputs: [x], y }: { readonly inputs: readonly [NdArray]; readonly y: NdArray },
      attributes: NumberAttributes,
    ): readonly (NdArray | undefined)[] => [backward(dy, { inputs: pair(x, attributes), y })[attributes.left ? 1 : 0]],
  };
}
