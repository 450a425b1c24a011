import { map, type NdArray, toInt, zeroWins } from '../ndarray.ts';

/** The constants of an elementwise function, named as in its kernel. */
export interface UnaryConstants {
  readonly alpha?: number;
  readonly beta?: number;
}

/** A function of one number and its derivative, which can use the function's value `y`. */
export interface UnaryFunction {
  readonly f: (x: number, alpha: number, beta: number) => number;
  readonly df: (x: number, y: number, alpha: number, beta: number) => number;
  /** f for int32, where float64 is not exact: returns the low 32 bits. */
  readonly integer?: UnaryFunction['f'];
}

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
const tanhSoftplus = (x: number): number => Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));

/** The nearest whole number, ties to even; Math.round rounds ties up. */
function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** The error function by its Taylor series (|x| < 3) or continued fraction, in full float64 precision. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / ((a + fraction) * Math.sqrt(Math.PI)));
}

export const unary = {
  relu: { f: (x) => Math.max(x, 0), df: (x) => (x > 0 ? 1 : 0) },
  neg: { f: (x) => -x, df: () => -1 },
  abs: { f: Math.abs, df: Math.sign },
  sign: { f: Math.sign, df: () => 0 },
  exp: { f: Math.exp, df: (_, y) => y },
  log: { f: Math.log, df: (x) => 1 / x },
  sqrt: { f: Math.sqrt, df: (_, y) => 0.5 / Math.abs(y) },
  square: { f: (x) => x * x, df: (x) => 2 * x, integer: (x) => Math.imul(x, x) },
  reciprocal: { f: (x) => 1 / x, df: (x) => -1 / (x * x) },
  sigmoid: { f: sigmoidOf, df: (_, y) => y * (1 - y) },
  tanh: { f: Math.tanh, df: (_, y) => 1 - y * y },
  leakyRelu: { f: (x, alpha) => (x > 0 ? x : zeroWins(alpha, x)), df: (x, _, alpha) => (x > 0 ? 1 : alpha) },
  elu: { f: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)), df: (x, _, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)) },
  selu: {
    f: (x, alpha, beta) => beta * (x > 0 ? x : alpha * Math.expm1(x)),
    df: (x, _, alpha, beta) => beta * (x > 0 ? 1 : alpha * Math.exp(x)),
  },
  gelu: {
    f: (x, alpha) =>
      zeroWins(x, 0.5 * (1 + (alpha === 0 ? erf(x * Math.SQRT1_2) : Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x ** 3))))),
    df: (x, _, alpha) => {
      if (alpha === 0) {
        return 0.5 * (1 + erf(x * Math.SQRT1_2)) + zeroWins(x, Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
      }
      const t = Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x ** 3));
      return 0.5 * (1 + t) + zeroWins(0.5 * x * SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x), 1 - t * t);
    },
  },
  silu: {
    f: (x) => zeroWins(x, sigmoidOf(x)),
    df: (x) => sigmoidOf(x) + zeroWins(x, sigmoidOf(x) * (1 - sigmoidOf(x))),
  },
  softplus: { f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), df: sigmoidOf },
  softsign: {
    f: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
    df: (x) => 1 / (1 + Math.abs(x)) ** 2,
  },
  mish: {
    f: (x) => zeroWins(x, tanhSoftplus(x)),
    df: (x) => tanhSoftplus(x) + zeroWins(x, (1 - tanhSoftplus(x) ** 2) * sigmoidOf(x)),
  },
  hardSigmoid: {
    f: (x, alpha, beta) => Math.min(Math.max(alpha * x + beta, 0), 1),
    df: (_, y, alpha) => (y > 0 && y < 1 ? alpha : 0),
  },
  erf: { f: erf, df: (x) => (2 * Math.exp(-x * x)) / Math.sqrt(Math.PI) },
  sin: { f: Math.sin, df: Math.cos },
  cos: { f: Math.cos, df: (x) => -Math.sin(x) },
  tan: { f: Math.tan, df: (_, y) => 1 + y * y },
  asin: { f: Math.asin, df: (x) => 1 / Math.sqrt(1 - x * x) },
  acos: { f: Math.acos, df: (x) => -1 / Math.sqrt(1 - x * x) },
  atan: { f: Math.atan, df: (x) => 1 / (1 + x * x) },
  sinh: { f: Math.sinh, df: Math.cosh },
  cosh: { f: Math.cosh, df: Math.sinh },
  floor: { f: Math.floor, df: () => 0 },
  ceil: { f: Math.ceil, df: () => 0 },
  round: { f: roundToEven, df: () => 0 },
  clip: {
    f: (x, alpha, beta) => Math.min(Math.max(x, alpha), beta),
    df: (x, _, alpha, beta) => (x >= alpha && x <= beta ? 1 : 0),
  },
} satisfies Record<string, UnaryFunction>;

/** The reference of an elementwise operation, from its function and derivative. */
export const unaryReference = ({ f, df, integer = f }: UnaryFunction) => ({
  forward: ([x]: readonly [NdArray], { alpha = 0, beta = 0 }: UnaryConstants): NdArray => {
    const isInteger = x.data instanceof Int32Array;
    const y = map(x, (value) => (isInteger ? integer : f)(value, alpha, beta));
    return isInteger ? toInt(y) : y;
  },
  backward: (
    dy: NdArray,
    { inputs: [x], y }: { readonly inputs: readonly [NdArray]; readonly y: NdArray },
    { alpha = 0, beta = 0 }: UnaryConstants,
  ): readonly NdArray[] => [map(x, (value, i) => zeroWins(dy.data[i], df(value, y.data[i], alpha, beta)))],
});
