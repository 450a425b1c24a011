import absWgsl from '../../shaders/unary/abs.wgsl';
import clipWgsl from '../../shaders/unary/clip.wgsl';
import eluWgsl from '../../shaders/unary/elu.wgsl';
import expWgsl from '../../shaders/unary/exp.wgsl';
import geluWgsl from '../../shaders/unary/gelu.wgsl';
import leakyReluWgsl from '../../shaders/unary/leakyRelu.wgsl';
import logWgsl from '../../shaders/unary/log.wgsl';
import negWgsl from '../../shaders/unary/neg.wgsl';
import reciprocalWgsl from '../../shaders/unary/reciprocal.wgsl';
import reluWgsl from '../../shaders/unary/relu.wgsl';
import seluWgsl from '../../shaders/unary/selu.wgsl';
import sigmoidWgsl from '../../shaders/unary/sigmoid.wgsl';
import signWgsl from '../../shaders/unary/sign.wgsl';
import siluWgsl from '../../shaders/unary/silu.wgsl';
import softplusWgsl from '../../shaders/unary/softplus.wgsl';
import sqrtWgsl from '../../shaders/unary/sqrt.wgsl';
import squareWgsl from '../../shaders/unary/square.wgsl';
import tanhWgsl from '../../shaders/unary/tanh.wgsl';
import scaffold from '../../shaders/unary.wgsl';
import type { Source } from '../kernel.ts';
import { defineOp, type Op } from '../op.ts';
import { unary as functions, type UnaryConstants, unaryReference } from '../reference/unary.ts';
import type { DType } from '../storage.ts';
import type { Tensor } from '../tensor.ts';

type UnaryOp = Op<[x: Tensor], UnaryConstants>;

const FLOAT: readonly DType[] = ['f32'];
const ANY: readonly DType[] = ['f32', 'i32'];

/** An elementwise operation: `f` and `df` in `shaders/unary/<name>.wgsl` and, in float64, in `reference/unary.ts`. */
function unary(name: keyof typeof functions, shader: Source, dtypes: readonly DType[] = FLOAT): UnaryOp {
  return defineOp<[x: Tensor], UnaryConstants>({
    name,
    shader: [scaffold, shader],
    reference: unaryReference(functions[name]),
    dtypes: [dtypes],
    shape: ([x]) => x,
    forward: (run, [x], { alpha = 0, beta = 0 }) =>
      run('forward', [x], {
        shape: x.shape,
        dtype: x.dtype,
        params: { size: x.size, alpha, beta },
        constants: { T: x.dtype },
      }),
    backward: (run, dy, { inputs: [x], y, attributes: { alpha = 0, beta = 0 } }) => [
      run('backward', [x, y, dy], { shape: x.shape, params: { size: x.size, alpha, beta } }),
    ],
  });
}

/** `max(x, 0)`, any shape, f32 or i32; relu'(0) = 0. */
export const relu = unary('relu', reluWgsl, ANY);
/** `-x`, any shape, f32 or i32. */
export const neg = unary('neg', negWgsl, ANY);
/** `|x|`, any shape, f32 or i32; the slope at 0 is 0. */
export const abs = unary('abs', absWgsl, ANY);
/** -1, 0 or 1, any shape, f32 or i32; the gradient is 0. */
export const sign = unary('sign', signWgsl, ANY);
/** `e^x`, any shape, f32. */
export const exp = unary('exp', expWgsl);
/** The natural logarithm, any shape, f32, x > 0. */
export const log = unary('log', logWgsl);
/** The square root, any shape, f32, x >= 0; the slope at 0 is infinite. */
export const sqrt = unary('sqrt', sqrtWgsl);
/** `x^2`, any shape, f32 or i32. */
export const square = unary('square', squareWgsl, ANY);
/** `1 / x`, any shape, f32. */
export const reciprocal = unary('reciprocal', reciprocalWgsl);
/** The logistic function `1 / (1 + e^-x)`, any shape, f32; no overflow for any finite x. */
export const sigmoid = unary('sigmoid', sigmoidWgsl);
/** The hyperbolic tangent, any shape, f32. */
export const tanh = unary('tanh', tanhWgsl);
/** `x / (1 + e^-x)`, any shape, f32, also called swish. @see Elfwing et al. (2018), "Sigmoid-weighted linear units". */
export const silu = unary('silu', siluWgsl);
/** `log(1 + e^x)`, any shape, f32; no overflow for any finite x. */
export const softplus = unary('softplus', softplusWgsl);

const leakyReluOp = unary('leakyRelu', leakyReluWgsl);
const eluOp = unary('elu', eluWgsl);
const seluOp = unary('selu', seluWgsl);
const geluOp = unary('gelu', geluWgsl);
const clipOp = unary('clip', clipWgsl, ANY);

/** `x` for x > 0, else `negativeSlope * x`; any shape, f32. Default slope 0.3 as in Keras; PyTorch's is 0.01. */
export const leakyRelu = (x: Tensor, { negativeSlope = 0.3 }: { readonly negativeSlope?: number } = {}): Tensor =>
  leakyReluOp(x, { alpha: negativeSlope });

/** `x` for x > 0, else `alpha (e^x - 1)`; any shape, f32. @see Clevert et al. (2016), "Exponential linear units". */
export const elu = (x: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => eluOp(x, { alpha });

/** The self-normalising ELU; any shape, f32. @see Klambauer et al. (2017), "Self-normalizing neural networks". */
export const selu = (
  x: Tensor,
  { alpha = 1.6732632423543772, scale = 1.0507009873554805 }: { readonly alpha?: number; readonly scale?: number } = {},
): Tensor => seluOp(x, { alpha, beta: scale });

/** `x Phi(x)`, any shape, f32; `approximate` takes the tanh form. @see Hendrycks and Gimpel (2016), "Gaussian error linear units". */
export const gelu = (x: Tensor, { approximate = false }: { readonly approximate?: boolean } = {}): Tensor =>
  geluOp(x, { alpha: approximate ? 1 : 0 });

/** `x` limited to `min .. max`, any shape, f32 or i32; the gradient passes at the bounds and is 0 beyond. */
export const clip = (x: Tensor, min: number, max: number): Tensor => clipOp(x, { alpha: min, beta: max });
