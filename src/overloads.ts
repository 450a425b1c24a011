import { named } from './core/checks.ts';
import type { Shape } from './core/shape.ts';
import { Tensor } from './core/tensor/tensor.ts';
import {
  type AveragePool2dOptions,
  averagePool2d as averagePoolLayer,
  type Conv2dOptions,
  conv2d as convLayer,
  type DepthwiseConv2dOptions,
  depthwiseConv2d as depthwiseConvLayer,
  type MaxPool2dOptions,
  maxPool2d as maxPoolLayer,
} from './nn/layers/convolution.ts';
import {
  type DropoutOptions,
  dropout as dropoutLayer,
  type ReshapeOptions,
  reshape as reshapeLayer,
} from './nn/layers/core.ts';
import { add as addLayer, maximum as maximumLayer } from './nn/layers/merge.ts';
import { type GaussianNoiseLayerOptions, gaussianNoise as gaussianNoiseLayer } from './nn/layers/noise.ts';
import { type LeakyReluOptions, leakyRelu as leakyReluLayer, prelu as preluLayer } from './nn/layers/rectifiers.ts';
import type { Layer } from './nn/network/layer.ts';
import { type ConvolutionOptions, conv2d as convOp, depthwiseConv2d as depthwiseConvOp } from './ops/conv/conv2d.ts';
import {
  type AveragePoolOptions,
  averagePool2d as averagePoolOp,
  maxPool2d as maxPoolOp,
  type PoolOptions,
} from './ops/conv/pool.ts';
import { add as addOp, maximum as maximumOp, type Operand, prelu as preluOp } from './ops/elementwise/binary.ts';
import { leakyRelu as leakyReluOp } from './ops/elementwise/unary.ts';
import { reshape as reshapeOp } from './ops/movement/strided.ts';
import { dropout as dropoutOp } from './ops/random/dropout.ts';
import { type GaussianNoiseOptions, gaussianNoise as gaussianNoiseOp } from './ops/random/gaussianNoise.ts';

// Names of both an operation and a layer: with a tensor as first argument the operation, with only options the layer.

/** An operation of two operands and the layer of the same name. */
function both<Options>(
  name: string,
  operation: (a: Operand, b: Operand) => Tensor,
  layer: (options?: Options) => Layer,
) {
  function overloaded(a: Operand, b: Operand): Tensor;
  function overloaded(options?: Options): Layer;
  function overloaded(first?: Operand | Options, second?: Operand): Tensor | Layer {
    // By the signatures, an operation has two operands or a tensor or number first.
    const isLayer = second === undefined && !(first instanceof Tensor || typeof first === 'number');
    return isLayer ? layer(first as Options) : operation(first as Operand, second as Operand);
  }
  return named(name, overloaded);
}

/**
 * `a + b` with NumPy broadcasting; f32 or i32. As a layer, the sum of its inputs, as in a skip connection:
 * `add()([a, b])`; f32, samples of one shape, in which axes of length 1 broadcast.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const add = /* @__PURE__ */ both('add', addOp, addLayer);
/**
 * `max(a, b)` with NumPy broadcasting; f32 or i32. On a tie each operand receives half the gradient. As a layer, the
 * elementwise maximum of its inputs: `maximum()([a, b])`; shapes as in `add`.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const maximum = /* @__PURE__ */ both('maximum', maximumOp, maximumLayer);

/**
 * `x` for x > 0, else `slope * x`, with NumPy broadcasting; f32. As a layer, with a learned slope:
 * `prelu({ sharedAxes: [1, 2] })`; its weight `alpha` has the shape of a sample, with length 1 along `sharedAxes`.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ; ValueError for an invalid option.
 * @see He et al. (2015), "Delving deep into rectifiers".
 */
export const prelu = /* @__PURE__ */ both('prelu', preluOp, preluLayer);

/**
 * `x` for x > 0, else `negativeSlope x`; any shape, f32.
 * @param options `negativeSlope`, default 0.3 as in Keras; PyTorch's default is 0.01.
 * @throws DTypeError for i32; ValueError if `negativeSlope` is not finite.
 */
export function leakyRelu(x: Tensor, options?: Parameters<typeof leakyReluOp>[1]): Tensor;
/**
 * Leaky ReLU as a layer: `y = x` for x > 0, else `y = negativeSlope x`. Keeps the shape; f32.
 * @throws ValueError if `negativeSlope` is negative.
 * @see Maas et al. (2013), "Rectifier nonlinearities improve neural network acoustic models".
 */
export function leakyRelu(options?: LeakyReluOptions): Layer;
export function leakyRelu(
  first?: Tensor | LeakyReluOptions,
  options?: Parameters<typeof leakyReluOp>[1],
): Tensor | Layer {
  return first instanceof Tensor ? leakyReluOp(first, options) : leakyReluLayer(first);
}

/**
 * Adds normal noise of mean 0: `y = x + stddev z`. z depends only on the device's seed and training step, the stream
 * and the position. Its 23 random bits reach 5.8 standard deviations.
 * @param x f32, any shape. With `stddev` 0, x itself is returned.
 * @throws ValueError if `stddev` is negative; DTypeError for i32.
 */
export function gaussianNoise(x: Tensor, options: GaussianNoiseOptions): Tensor;
/**
 * Gaussian noise as a layer: in training `y = x + stddev z`, with a new standard normal z in each step; at inference
 * `y = x`. Keeps the shape; f32.
 * @throws ValueError if `stddev` is negative.
 */
export function gaussianNoise(options: GaussianNoiseLayerOptions): Layer;
export function gaussianNoise(
  first: Tensor | GaussianNoiseLayerOptions,
  options?: GaussianNoiseOptions,
): Tensor | Layer {
  return first instanceof Tensor ? gaussianNoiseOp(first, options as GaussianNoiseOptions) : gaussianNoiseLayer(first);
}

/**
 * Sets elements to 0 with probability `rate` and scales the others by `1 / (1 - rate)`, which keeps the mean. The mask
 * depends only on the device's seed and training step, the stream and the position. The gradient draws it again, so
 * compute gradients in the same step.
 * @param x f32, any shape. With rate 0, x itself is returned.
 * @throws ValueError if `rate` is below 0, or 1 or more; DTypeError for i32.
 * @see Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting".
 */
export function dropout(x: Tensor, options: Parameters<typeof dropoutOp>[1]): Tensor;
/**
 * Dropout as a layer: in training each element becomes 0 with probability `rate`, and `x / (1 - rate)` otherwise; at
 * inference `y = x`. Each step draws a new mask. Keeps the shape; f32.
 * @throws ValueError unless `0 <= rate < 1`.
 */
export function dropout(options: DropoutOptions): Layer;
export function dropout(first: Tensor | DropoutOptions, options?: Parameters<typeof dropoutOp>[1]): Tensor | Layer {
  return first instanceof Tensor ? dropoutOp(first, options as Parameters<typeof dropoutOp>[1]) : dropoutLayer(first);
}

/**
 * The same elements, row-major, in another shape; one length can be -1 and is computed. Does not copy; any dtype.
 * @throws ShapeError if the number of elements differs.
 */
export function reshape(x: Tensor, shape: Shape): Tensor;
/**
 * A layer that reshapes each sample: `[batch, ...]` to `[batch, ...shape]`. The elements keep their order.
 * @throws ShapeError if the number of elements differs.
 */
export function reshape(options: ReshapeOptions): Layer;
export function reshape(first: Tensor | ReshapeOptions, shape: Shape = []): Tensor | Layer {
  return first instanceof Tensor ? reshapeOp(first, shape) : reshapeLayer(first);
}

/**
 * The convolution of images with a filter (a correlation: the filter is not flipped), strides s, dilation d:
 * `y[n, r, c, f] = activation(sum_ijk x[n, r s + i d - pad, c s + j d - pad, k] filter[i, j, k, f] + bias[f])`.
 * @param x images `[batch, height, width, channels]`, f32.
 * @param filter `[height, width, channels / groups, filters]`, f32.
 * @returns `[batch, rows, columns, filters]`; each sum of K products is within `K 2^-24 sum |x filter|` of the exact
 * sum.
 * @throws ShapeError if the channels, the filter or the bias do not match, or no window fits; ValueError for a wrong
 * option.
 */
export function conv2d(x: Tensor, filter: Tensor, options?: ConvolutionOptions): Tensor;
/**
 * A 2D convolution as a layer: `activation(sum over a window of x kernel + bias)`, as the operation computes it. Input
 * `[batch, h, w, c]`, output `[batch, rows, columns, filters]`, f32. Weights: `kernel`
 * `[height, width, c / groups, filters]`, `bias` `[filters]`.
 * @throws ValueError if an option is out of range; ShapeError if samples are not images or are smaller than a filter,
 * or `groups` does not divide channels and filters.
 */
export function conv2d(options: Conv2dOptions): Layer;
export function conv2d(...args: Parameters<typeof convOp> | [options: Conv2dOptions]): Tensor | Layer {
  return args[0] instanceof Tensor ? convOp(...(args as Parameters<typeof convOp>)) : convLayer(args[0]);
}

/**
 * Convolves each channel with its own filters: `y[.., c m + q] = sum_ij x[.., c] filter[i, j, c, q]`.
 * @param x images `[batch, height, width, channels]`, f32.
 * @param filter `[height, width, channels, multiplier]`, f32; m in the formula is the multiplier.
 * @returns `[batch, rows, columns, channels * multiplier]`, the outputs of a channel next to each other.
 * @throws ShapeError if the channels, the filter or the bias do not match, or no window fits; ValueError for a wrong
 * option.
 */
export function depthwiseConv2d(x: Tensor, filter: Tensor, options?: Omit<ConvolutionOptions, 'groups'>): Tensor;
/**
 * A 2D convolution of each channel with its own filters, as a layer. Input `[batch, h, w, c]`, output
 * `[batch, rows, columns, c * depthMultiplier]`, f32. Weights: `kernel` `[height, width, c, depthMultiplier]`, `bias`
 * `[c * depthMultiplier]`.
 * @throws ValueError if an option is out of range; ShapeError if samples are not images or are smaller than a filter.
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer;
export function depthwiseConv2d(
  ...args: Parameters<typeof depthwiseConvOp> | [options: DepthwiseConv2dOptions]
): Tensor | Layer {
  return args[0] instanceof Tensor
    ? depthwiseConvOp(...(args as Parameters<typeof depthwiseConvOp>))
    : depthwiseConvLayer(args[0]);
}

function maxPool(x: Tensor, options?: PoolOptions): Tensor;
function maxPool(options?: MaxPool2dOptions): Layer;
function maxPool(first?: Tensor | MaxPool2dOptions, options?: PoolOptions): Tensor | Layer {
  return first instanceof Tensor ? maxPoolOp(first, options) : maxPoolLayer(first);
}
/**
 * The maximum of each window, per channel; as a layer, without a tensor: `maxPool2d({ poolSize: 2 })`. Padding is
 * ignored; a window without a pixel returns the lowest float32. On a tie, the first maximum in row-major order receives
 * the gradient. x: images `[batch, height, width, channels]`, f32.
 * @returns `[batch, rows, columns, channels]`; `.outputs` also returns the pixel of each maximum,
 * `row * width + column`, i32.
 * @throws ShapeError if `x` is not of rank 4 or no window fits; ValueError for a wrong option.
 */
// Marked as pure, so that bundles without it stay free of the convolutions.
export const maxPool2d = /* @__PURE__ */ Object.assign(/* @__PURE__ */ named('maxPool2d', maxPool), {
  outputs: (x: Tensor, options?: PoolOptions): readonly Tensor[] => maxPoolOp.outputs(x, options),
});

/**
 * The mean of each window, per channel. Padding is left out, as in Keras; `countIncludePad` counts it as zeros,
 * PyTorch's default.
 * @param x images `[batch, height, width, channels]`, f32.
 * @returns `[batch, rows, columns, channels]`.
 * @throws ShapeError if `x` is not of rank 4 or no window fits; ValueError for a wrong option.
 */
export function averagePool2d(x: Tensor, options?: AveragePoolOptions): Tensor;
/**
 * The mean of each window, per channel, without the padding, as a layer: `[batch, h, w, c]` to
 * `[batch, rows, columns, c]`, f32.
 * @throws ValueError if an option is out of range; ShapeError if samples are not images or are smaller than a window.
 */
export function averagePool2d(options?: AveragePool2dOptions): Layer;
export function averagePool2d(first?: Tensor | AveragePool2dOptions, options?: AveragePoolOptions): Tensor | Layer {
  return first instanceof Tensor ? averagePoolOp(first, options) : averagePoolLayer(first);
}
