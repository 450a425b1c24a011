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

// Names that are an operation and a layer: with a tensor in front the operation, with options alone the layer.

/** An operation of two and the layer of that name. */
function both<Options>(
  name: string,
  operation: (a: Operand, b: Operand) => Tensor,
  layer: (options?: Options) => Layer,
) {
  function overloaded(a: Operand, b: Operand): Tensor;
  function overloaded(options?: Options): Layer;
  function overloaded(first?: Operand | Options, second?: Operand): Tensor | Layer {
    // Which of the two there are, the signatures say.
    const isLayer = second === undefined && !(first instanceof Tensor || typeof first === 'number');
    return isLayer ? layer(first as Options) : operation(first as Operand, second as Operand);
  }
  return named(name, overloaded);
}

/** `a + b`, NumPy broadcasting, f32 or i32; as a layer the sum of its inputs: `add()([a, b])`. */
export const add = /* @__PURE__ */ both('add', addOp, addLayer);
/** The larger of the two, NumPy broadcasting, f32 or i32; a tie shares the gradient. As a layer: `maximum()([a, b])`. */
export const maximum = /* @__PURE__ */ both('maximum', maximumOp, maximumLayer);

/** `x` for x > 0, else `slope * x`, NumPy broadcasting, f32; as a layer with a learned slope: `prelu({ sharedAxes: [1, 2] })`. */
export const prelu = /* @__PURE__ */ both('prelu', preluOp, preluLayer);

/** `x` for x > 0, else `negativeSlope * x`; any shape, f32. Default slope 0.3 as in Keras; PyTorch's is 0.01. */
export function leakyRelu(x: Tensor, options?: Parameters<typeof leakyReluOp>[1]): Tensor;
/** The same as a layer. */
export function leakyRelu(options?: LeakyReluOptions): Layer;
export function leakyRelu(
  first?: Tensor | LeakyReluOptions,
  options?: Parameters<typeof leakyReluOp>[1],
): Tensor | Layer {
  return first instanceof Tensor ? leakyReluOp(first, options) : leakyReluLayer(first);
}

/** Adds normal noise of mean 0 and standard deviation `stddev`. */
export function gaussianNoise(x: Tensor, options: GaussianNoiseOptions): Tensor;
/** The same as a layer, active in training alone. */
export function gaussianNoise(options: GaussianNoiseLayerOptions): Layer;
export function gaussianNoise(
  first: Tensor | GaussianNoiseLayerOptions,
  options?: GaussianNoiseOptions,
): Tensor | Layer {
  return first instanceof Tensor ? gaussianNoiseOp(first, options as GaussianNoiseOptions) : gaussianNoiseLayer(first);
}

/** Sets elements to 0 at random, with probability `rate`, and scales the others by `1 / (1 - rate)`. */
export function dropout(x: Tensor, options: Parameters<typeof dropoutOp>[1]): Tensor;
/** The same as a layer, active in training alone. */
export function dropout(options: DropoutOptions): Layer;
export function dropout(first: Tensor | DropoutOptions, options?: Parameters<typeof dropoutOp>[1]): Tensor | Layer {
  return first instanceof Tensor ? dropoutOp(first, options as Parameters<typeof dropoutOp>[1]) : dropoutLayer(first);
}

/** The same elements in another shape; one axis may be -1 and is worked out. No copy. */
export function reshape(x: Tensor, shape: Shape): Tensor;
/** The same for each sample, as a layer. */
export function reshape(options: ReshapeOptions): Layer;
export function reshape(first: Tensor | ReshapeOptions, shape: Shape = []): Tensor | Layer {
  return first instanceof Tensor ? reshapeOp(first, shape) : reshapeLayer(first);
}

/** Images by a filter `[height, width, channels / groups, filters]`, with bias and activation in the same pass. */
export function conv2d(x: Tensor, filter: Tensor, options?: ConvolutionOptions): Tensor;
/** The same as a layer with a filter of its own. */
export function conv2d(options: Conv2dOptions): Layer;
export function conv2d(...args: Parameters<typeof convOp> | [options: Conv2dOptions]): Tensor | Layer {
  return args[0] instanceof Tensor ? convOp(...(args as Parameters<typeof convOp>)) : convLayer(args[0]);
}

/** Each channel by a filter of its own, `[height, width, channels, multiplier]`. */
export function depthwiseConv2d(x: Tensor, filter: Tensor, options?: Omit<ConvolutionOptions, 'groups'>): Tensor;
/** The same as a layer. */
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
 * The largest element of each window: the operation with a tensor in front, else the layer; `.outputs` as the operation
 * has it. Marked as pure, so that bundles without it stay free of the convolutions.
 */
export const maxPool2d = /* @__PURE__ */ Object.assign(/* @__PURE__ */ named('maxPool2d', maxPool), {
  outputs: (x: Tensor, options?: PoolOptions): readonly Tensor[] => maxPoolOp.outputs(x, options),
});

/** The mean of each window, without the padding. */
export function averagePool2d(x: Tensor, options?: AveragePoolOptions): Tensor;
/** The same as a layer. */
export function averagePool2d(options?: AveragePool2dOptions): Layer;
export function averagePool2d(first?: Tensor | AveragePool2dOptions, options?: AveragePoolOptions): Tensor | Layer {
  return first instanceof Tensor ? averagePoolOp(first, options) : averagePoolLayer(first);
}
