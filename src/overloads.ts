import { named } from './core/checks.ts';
import type { Shape } from './core/shape.ts';
import { Tensor } from './core/tensor.ts';
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

// Names of both an operation and a layer. With a tensor as first argument they compute; with options alone they make a layer.

/** A binary operation and the layer of the same name. */
function both<Options>(
  name: string,
  operation: (a: Operand, b: Operand) => Tensor,
  layer: (options?: Options) => Layer,
) {
  function overloaded(a: Operand, b: Operand): Tensor;
  function overloaded(options?: Options): Layer;
  function overloaded(first?: Operand | Options, second?: Operand): Tensor | Layer {
    // The signatures allow nothing else.
    const isLayer = second === undefined && !(first instanceof Tensor || typeof first === 'number');
    return isLayer ? layer(first as Options) : operation(first as Operand, second as Operand);
  }
  return named(name, overloaded);
}

/**
 * `add(a, b)`: `a + b` with NumPy broadcasting, f32 or i32; one of the two can be a number.
 * `add()([x, y])`: a layer that adds its inputs, `[batch, ...]` in f32; axes of length 1 broadcast.
 * @throws ShapeError for shapes that do not broadcast; DTypeError for different dtypes.
 */
export const add = /* @__PURE__ */ both('add', addOp, addLayer);
/**
 * `maximum(a, b)`: the larger of each pair, with NumPy broadcasting, f32 or i32; one of the two can be a number. Ties share the
 * gradient. `maximum()([x, y])`: a layer with the largest of its inputs, `[batch, ...]` in f32.
 * @throws ShapeError for shapes that do not broadcast; DTypeError for different dtypes.
 */
export const maximum = /* @__PURE__ */ both('maximum', maximumOp, maximumLayer);

/**
 * Parametric ReLU: x for x > 0, else `alpha x`. `prelu(x, alpha)` computes it with NumPy broadcasting, in f32.
 * `prelu({ alphaInitializer, sharedAxes })` is a layer that learns alpha: a slope per element of a sample, shared along
 * `sharedAxes` (counted with the batch axis; default none), which start at 0.
 * @throws ShapeError for shapes that do not broadcast.
 * @see He et al. (2015), "Delving deep into rectifiers".
 */
export const prelu = /* @__PURE__ */ both('prelu', preluOp, preluLayer);

/** Leaky ReLU: x for x > 0, else `negativeSlope x`; any shape, f32. Default slope 0.3 as in Keras (PyTorch: 0.01). */
export function leakyRelu(x: Tensor, options?: Parameters<typeof leakyReluOp>[1]): Tensor;
/** A layer that computes leaky ReLU: x for x > 0, else `negativeSlope x`, 0.3 by default. @throws ValueError for a negative slope. */
export function leakyRelu(options?: LeakyReluOptions): Layer;
export function leakyRelu(
  first?: Tensor | LeakyReluOptions,
  options?: Parameters<typeof leakyReluOp>[1],
): Tensor | Layer {
  return first instanceof Tensor ? leakyReluOp(first, options) : leakyReluLayer(first);
}

/** Adds normal noise of mean 0 and standard deviation `stddev`, 0 or more; any shape, f32. New noise in each training step. */
export function gaussianNoise(x: Tensor, options: GaussianNoiseOptions): Tensor;
/**
 * A layer that adds normal noise of mean 0 and standard deviation `stddev` in training; at inference it is the identity.
 * @throws ValueError for a negative `stddev`.
 */
export function gaussianNoise(options: GaussianNoiseLayerOptions): Layer;
export function gaussianNoise(
  first: Tensor | GaussianNoiseLayerOptions,
  options?: GaussianNoiseOptions,
): Tensor | Layer {
  return first instanceof Tensor ? gaussianNoiseOp(first, options as GaussianNoiseOptions) : gaussianNoiseLayer(first);
}

/** Sets elements to 0 with probability `rate`, and scales the others by `1 / (1 - rate)`; any shape, f32. New mask in each step. */
export function dropout(x: Tensor, options: Parameters<typeof dropoutOp>[1]): Tensor;
/**
 * A dropout layer: in training it sets elements to 0 with probability `rate` and scales the others by `1 / (1 - rate)`; at
 * inference it is the identity.
 * @throws ValueError for a rate outside `0 <= rate < 1`.
 * @see Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting".
 */
export function dropout(options: DropoutOptions): Layer;
export function dropout(first: Tensor | DropoutOptions, options?: Parameters<typeof dropoutOp>[1]): Tensor | Layer {
  return first instanceof Tensor ? dropoutOp(first, options as Parameters<typeof dropoutOp>[1]) : dropoutLayer(first);
}

/** The same elements, row-major, in another shape of the same size, without a copy; one length can be -1. f32 or i32. */
export function reshape(x: Tensor, shape: Shape): Tensor;
/** A layer that gives each sample another shape, `[batch, ...]` to `[batch, ...shape]`; one length can be -1. */
export function reshape(options: ReshapeOptions): Layer;
export function reshape(first: Tensor | ReshapeOptions, shape: Shape = []): Tensor | Layer {
  return first instanceof Tensor ? reshapeOp(first, shape) : reshapeLayer(first);
}

/**
 * A 2D convolution of images `[batch, h, w, channels]` by a filter `[height, width, channels / groups, filters]`, f32, with bias and
 * activation in the same pass. Returns `[batch, rows, columns, filters]`.
 */
export function conv2d(x: Tensor, filter: Tensor, options?: ConvolutionOptions): Tensor;
/** A 2D convolution layer with learned filters and bias: `[batch, h, w, channels]` to `[batch, rows, columns, filters]`, f32. */
export function conv2d(options: Conv2dOptions): Layer;
export function conv2d(...args: Parameters<typeof convOp> | [options: Conv2dOptions]): Tensor | Layer {
  return args[0] instanceof Tensor ? convOp(...(args as Parameters<typeof convOp>)) : convLayer(args[0]);
}

/**
 * A 2D convolution of each channel of images `[batch, h, w, channels]` by its own filters `[height, width, channels, multiplier]`,
 * f32. Returns `[batch, rows, columns, channels * multiplier]`.
 */
export function depthwiseConv2d(x: Tensor, filter: Tensor, options?: Omit<ConvolutionOptions, 'groups'>): Tensor;
/** A depthwise convolution layer with learned filters and bias: `[batch, h, w, c]` to `[batch, rows, columns, c * depthMultiplier]`. */
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
 * Max pooling: the largest element of each window and channel, `[batch, h, w, c]` to `[batch, rows, columns, c]`, f32.
 * `maxPool2d(x, { poolSize, strides, padding })` computes it; `maxPool2d({ poolSize, strides, padding })` makes a layer. Defaults:
 * `poolSize` 2, `strides` as `poolSize`, `padding` `valid`. `maxPool2d.outputs(x, options)` also returns the positions of the maxima.
 * @throws ShapeError for what are no images, or images smaller than a window; ValueError for options out of range.
 */
// Pure, so that bundles without it stay free of the convolutions.
export const maxPool2d = /* @__PURE__ */ Object.assign(/* @__PURE__ */ named('maxPool2d', maxPool), {
  outputs: (x: Tensor, options?: PoolOptions): readonly Tensor[] => maxPoolOp.outputs(x, options),
});

/** The mean of each window and channel of images `[batch, h, w, c]`, without the padding, f32. Default `poolSize` 2. */
export function averagePool2d(x: Tensor, options?: AveragePoolOptions): Tensor;
/** An average pooling layer: the mean of each window and channel, without the padding, `[batch, h, w, c]` to `[batch, rows, columns, c]`. */
export function averagePool2d(options?: AveragePool2dOptions): Layer;
export function averagePool2d(first?: Tensor | AveragePool2dOptions, options?: AveragePoolOptions): Tensor | Layer {
  return first instanceof Tensor ? averagePoolOp(first, options) : averagePoolLayer(first);
}
