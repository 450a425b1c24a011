import absWgsl from '../../../shaders/elementwise/unary/abs.wgsl';
import acosWgsl from '../../../shaders/elementwise/unary/acos.wgsl';
import asinWgsl from '../../../shaders/elementwise/unary/asin.wgsl';
import atanWgsl from '../../../shaders/elementwise/unary/atan.wgsl';
import ceilWgsl from '../../../shaders/elementwise/unary/ceil.wgsl';
import clipWgsl from '../../../shaders/elementwise/unary/clip.wgsl';
import cosWgsl from '../../../shaders/elementwise/unary/cos.wgsl';
import coshWgsl from '../../../shaders/elementwise/unary/cosh.wgsl';
import eluWgsl from '../../../shaders/elementwise/unary/elu.wgsl';
import erfWgsl from '../../../shaders/elementwise/unary/erf.wgsl';
import expWgsl from '../../../shaders/elementwise/unary/exp.wgsl';
import floorWgsl from '../../../shaders/elementwise/unary/floor.wgsl';
import geluWgsl from '../../../shaders/elementwise/unary/gelu.wgsl';
import hardSigmoidWgsl from '../../../shaders/elementwise/unary/hardSigmoid.wgsl';
import leakyReluWgsl from '../../../shaders/elementwise/unary/leakyRelu.wgsl';
import logWgsl from '../../../shaders/elementwise/unary/log.wgsl';
import mishWgsl from '../../../shaders/elementwise/unary/mish.wgsl';
import negWgsl from '../../../shaders/elementwise/unary/neg.wgsl';
import reciprocalWgsl from '../../../shaders/elementwise/unary/reciprocal.wgsl';
import reluWgsl from '../../../shaders/elementwise/unary/relu.wgsl';
import roundWgsl from '../../../shaders/elementwise/unary/round.wgsl';
import seluWgsl from '../../../shaders/elementwise/unary/selu.wgsl';
import sigmoidWgsl from '../../../shaders/elementwise/unary/sigmoid.wgsl';
import signWgsl from '../../../shaders/elementwise/unary/sign.wgsl';
import siluWgsl from '../../../shaders/elementwise/unary/silu.wgsl';
import sinWgsl from '../../../shaders/elementwise/unary/sin.wgsl';
import sinhWgsl from '../../../shaders/elementwise/unary/sinh.wgsl';
import softplusWgsl from '../../../shaders/elementwise/unary/softplus.wgsl';
import softsignWgsl from '../../../shaders/elementwise/unary/softsign.wgsl';
import sqrtWgsl from '../../../shaders/elementwise/unary/sqrt.wgsl';
import squareWgsl from '../../../shaders/elementwise/unary/square.wgsl';
import tanWgsl from '../../../shaders/elementwise/unary/tan.wgsl';
import tanhWgsl from '../../../shaders/elementwise/unary/tanh.wgsl';
import scaffold from '../../../shaders/elementwise/unary.wgsl';
import errorFunction from '../../../shaders/lib/error_function.wgsl';
import hyperbolic from '../../../shaders/lib/hyperbolic.wgsl';
import infinityWgsl from '../../../shaders/lib/infinity.wgsl';
import longSine from '../../../shaders/lib/long_sine.wgsl';
import sine from '../../../shaders/lib/sine.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import fourWgsl from '../../../shaders/lib/vectors/four.wgsl';
import oneWgsl from '../../../shaders/lib/vectors/one.wgsl';
import type { unary as functions, UnaryConstants } from '../../backends/cpu/reference/elementwise/unary.ts';
import { type Check, checkValue, checkValues, finite, flag } from '../../core/checks.ts';
import type { Source } from '../../core/kernel.ts';
import type { DType } from '../../core/tensor/storage.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { elementwise } from '../lib/elements.ts';
import { sigmoidLogits } from '../lib/logits.ts';
import { defineOp, type Op } from '../op.ts';

/** An elementwise operation of one tensor. */
export type UnaryOp = Op<[x: Tensor], UnaryConstants>;

const FLOAT: readonly DType[] = ['f32'];
const ANY: readonly DType[] = ['f32', 'i32'];

/**
 * An elementwise operation: `f` and `df` in `shaders/elementwise/unary/<name>.wgsl` and, in float64, in
 * `reference/elementwise/unary.ts`; `single` if f computes one element at a time.
 */
// @__NO_SIDE_EFFECTS__
function unary(
  name: keyof typeof functions,
  shader: Source | readonly Source[],
  { dtypes = FLOAT, single = false }: { readonly dtypes?: readonly DType[]; readonly single?: boolean } = {},
): UnaryOp {
  /** Computes one element at a time, or four. */
  const widthFor = (dtype: DType) =>
    single || dtype === 'i32'
      ? { sources: [oneWgsl], constants: { T: dtype } }
      : { sources: [fourWgsl], constants: { T: `vec4<${dtype}>`, WIDTH: 4 } };
  return defineOp<[x: Tensor], UnaryConstants>({
    name,
    shader: elementwise(scaffold, specialWgsl, ...[shader].flat()),
    reference: ({ unary, unaryReference }) => unaryReference(unary[name]),
    dtypes: [dtypes],
    shape: ([x]) => x,
    forward: (run, [x], { alpha = 0, beta = 0 }) => {
      const { shape, dtype, size } = x;
      return run('forward', [x], { shape, dtype, params: { size, alpha, beta }, ...widthFor(dtype) });
    },
    backward: (run, dy, { inputs: [x], y, attributes: { alpha = 0, beta = 0 } }) => {
      const { shape, dtype, size } = x;
      return [run('backward', [x, y, dy], { shape, params: { size, alpha, beta }, ...widthFor(dtype) })];
    },
  });
}

/** `max(x, 0)`; any shape, f32 or i32; relu'(0) = 0. */
export const relu = unary('relu', reluWgsl, { dtypes: ANY });
/** `-x`; any shape, f32 or i32. */
export const neg = unary('neg', negWgsl, { dtypes: ANY });
/** `|x|`; any shape, f32 or i32; the slope at 0 is 0. */
export const abs = unary('abs', absWgsl, { dtypes: ANY });
/** The sign of x: -1, 0 or 1, and NaN for NaN; any shape, f32 or i32; the gradient is 0. */
export const sign = unary('sign', signWgsl, { dtypes: ANY });
/** `e^x`; any shape, f32. @throws DTypeError for i32. */
export const exp = unary('exp', expWgsl);
/** The natural logarithm; any shape, f32; minus infinity at 0, NaN below. @throws DTypeError for i32. */
export const log = unary('log', [infinityWgsl, logWgsl]);
/** The square root; any shape, f32, x >= 0; the slope at 0 is infinite. @throws DTypeError for i32. */
export const sqrt = unary('sqrt', sqrtWgsl);
/** `x^2`; any shape, f32 or i32. */
export const square = unary('square', squareWgsl, { dtypes: ANY });
/** `1 / x`; any shape, f32. @throws DTypeError for i32. */
export const reciprocal = unary('reciprocal', reciprocalWgsl);
/** The hyperbolic tangent; any shape, f32. @throws DTypeError for i32. */
export const tanh = unary('tanh', tanhWgsl);
/**
 * `x / (1 + e^-x)`, also called swish; any shape, f32.
 * @throws DTypeError for i32.
 * @see Elfwing et al. (2018), "Sigmoid-weighted linear units".
 */
export const silu = unary('silu', siluWgsl);
/** `log(1 + e^x)`; any shape, f32; no overflow for any finite x. @throws DTypeError for i32. */
export const softplus = unary('softplus', softplusWgsl);
/** `x / (1 + |x|)`; any shape, f32. @throws DTypeError for i32. */
export const softsign = unary('softsign', softsignWgsl);
/**
 * `x tanh(log(1 + e^x))`; any shape, f32; no overflow for any finite x.
 * @throws DTypeError for i32.
 * @see Misra (2020), "Mish".
 */
export const mish = unary('mish', mishWgsl);
/**
 * The error function `2 / sqrt(pi) integral_0^x e^(-t^2) dt`; any shape, f32; absolute error at most 5e-7.
 * @throws DTypeError for i32.
 */
export const erf = unary('erf', [errorFunction, erfWgsl]);
/** The sine, x in radians; any shape, f32; within 2^-22 for every finite x. @throws DTypeError for i32. */
export const sin = unary('sin', [sine, longSine, sinWgsl], { single: true });
/** The cosine, x in radians; any shape, f32; within 2^-22 for every finite x. @throws DTypeError for i32. */
export const cos = unary('cos', [sine, longSine, cosWgsl], { single: true });
/** The tangent `sin(x) / cos(x)`, x in radians; any shape, f32. @throws DTypeError for i32. */
export const tan = unary('tan', [sine, longSine, tanWgsl], { single: true });
/**
 * The inverse sine, `-pi/2 .. pi/2` radians; any shape, f32, |x| <= 1; the slope at both ends is infinite.
 * @throws DTypeError for i32.
 */
export const asin = unary('asin', asinWgsl);
/**
 * The inverse cosine, `0 .. pi` radians; any shape, f32, |x| <= 1; the slope at both ends is infinite.
 * @throws DTypeError for i32.
 */
export const acos = unary('acos', acosWgsl);
/** The inverse tangent, `-pi/2 .. pi/2` radians; any shape, f32. @throws DTypeError for i32. */
export const atan = unary('atan', atanWgsl);
/** The hyperbolic sine; any shape, f32. @throws DTypeError for i32. */
export const sinh = unary('sinh', [hyperbolic, sinhWgsl]);
/** The hyperbolic cosine; any shape, f32. @throws DTypeError for i32. */
export const cosh = unary('cosh', [hyperbolic, coshWgsl]);
/** The largest whole number not above x; any shape, f32; the gradient is 0. @throws DTypeError for i32. */
export const floor = unary('floor', floorWgsl);
/** The smallest whole number not below x; any shape, f32; the gradient is 0. @throws DTypeError for i32. */
export const ceil = unary('ceil', ceilWgsl);
/** The nearest whole number, ties to even; any shape, f32; the gradient is 0. @throws DTypeError for i32. */
export const round = unary('round', roundWgsl);

const sigmoidOp = unary('sigmoid', sigmoidWgsl);
/** The logistic function `1 / (1 + e^-x)`; any shape, f32; no overflow for any finite x. @throws DTypeError for i32. */
export function sigmoid(x: Tensor): Tensor {
  const y = sigmoidOp(x);
  sigmoidLogits.remember(y, x);
  return y;
}

const leakyReluOp = unary('leakyRelu', leakyReluWgsl);
const eluOp = unary('elu', eluWgsl);
const seluOp = unary('selu', seluWgsl);
const geluOp = unary('gelu', [errorFunction, geluWgsl]);
const hardSigmoidOp = unary('hardSigmoid', hardSigmoidWgsl);
const clipOp = unary('clip', clipWgsl, { dtypes: ANY });

/** The operation `leakyRelu`, documented in src/overloads.ts. */
export function leakyRelu(x: Tensor, options: { readonly negativeSlope?: number } = {}): Tensor {
  const { negativeSlope = 0.3 } = checkValues('leakyRelu', options, { negativeSlope: finite });
  return leakyReluOp(x, { alpha: negativeSlope });
}

/**
 * `x` for x > 0, else `alpha (e^x - 1)`; any shape, f32.
 * @param options `alpha`, default 1.
 * @throws DTypeError for i32; ValueError if `alpha` is not finite.
 * @see Clevert et al. (2016), "Exponential linear units".
 */
export function elu(x: Tensor, options: { readonly alpha?: number } = {}): Tensor {
  const { alpha = 1 } = checkValues('elu', options, { alpha: finite });
  return eluOp(x, { alpha });
}

/**
 * The self-normalizing ELU: `scale x` for x > 0, else `scale alpha (e^x - 1)`; any shape, f32.
 * @param options `alpha`, default 1.6732632423543772, and `scale`, default 1.0507009873554805.
 * @throws DTypeError for i32; ValueError if an option is not finite.
 * @see Klambauer et al. (2017), "Self-normalizing neural networks".
 */
export function selu(x: Tensor, options: { readonly alpha?: number; readonly scale?: number } = {}): Tensor {
  const checks = { alpha: finite, scale: finite };
  const { alpha = 1.6732632423543772, scale = 1.0507009873554805 } = checkValues('selu', options, checks);
  return seluOp(x, { alpha, beta: scale });
}

/**
 * `x Phi(x)` with Phi the distribution function of the standard normal distribution; any shape, f32.
 * @param options `approximate`, default false: use `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))` instead.
 * @throws DTypeError for i32.
 * @see Hendrycks and Gimpel (2016), "Gaussian error linear units".
 */
export function gelu(x: Tensor, options: { readonly approximate?: boolean } = {}): Tensor {
  const { approximate = false } = checkValues('gelu', options, { approximate: flag });
  return geluOp(x, { alpha: approximate ? 1 : 0 });
}

/**
 * `min(max(alpha x + beta, 0), 1)`; any shape, f32; the slope at both kinks is 0.
 * @param options `alpha`, default 1/6 as in Keras (ONNX has 0.2); `beta`, default 0.5.
 * @throws DTypeError for i32; ValueError if an option is not finite.
 */
export function hardSigmoid(x: Tensor, options: { readonly alpha?: number; readonly beta?: number } = {}): Tensor {
  const { alpha = 1 / 6, beta = 0.5 } = checkValues('hardSigmoid', options, { alpha: finite, beta: finite });
  return hardSigmoidOp(x, { alpha, beta });
}

const bound: Check = [
  (value) => typeof value === 'number' && !Number.isNaN(value),
  'a number; use Infinity or -Infinity for no bound',
];

/**
 * `min(max(x, low), high)` with bounds `min` and `max`; any shape, f32 or i32. The gradient passes within the bounds
 * and at them, and is 0 beyond.
 * @throws ValueError if a bound is not a number or is NaN.
 */
export function clip(x: Tensor, min: number, max: number): Tensor {
  checkValue('clip', 'min', min, bound);
  checkValue('clip', 'max', max, bound);
  return clipOp(x, { alpha: min, beta: max });
}
