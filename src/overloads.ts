import {
  type AveragePool2dOptions,
  averagePool2d as averagePoolLayer,
  type Conv2dOptions,
  conv2d as convLayer,
  type DepthwiseConv2dOptions,
  depthwiseConv2d as depthwiseConvLayer,
  type MaxPool2dOptions,
  maxPool2d as maxPoolLayer,
} from './nn/convolution.ts';
import type { Layer } from './nn/layer.ts';
import {
  type DropoutOptions,
  dropout as dropoutLayer,
  type ReshapeOptions,
  reshape as reshapeLayer,
} from './nn/layers.ts';
import { type ConvolutionOptions, conv2d as convOp, depthwiseConv2d as depthwiseConvOp } from './ops/conv.ts';
import { dropout as dropoutOp } from './ops/dropout.ts';
import {
  type AveragePoolOptions,
  averagePool2d as averagePoolOp,
  maxPool2d as maxPoolOp,
  type PoolOptions,
} from './ops/pool.ts';
import { reshape as reshapeOp } from './ops/strided.ts';
import type { Shape } from './shape.ts';
import { Tensor } from './tensor.ts';

// Names that are an operation and a layer: with a tensor in front the operation, with options alone the layer.

/** Sets elements to 0 at random, with probability `rate`, and scales the others by `1 / (1 - rate)`. */
export function dropout(x: Tensor, options: Parameters<typeof dropoutOp>[1]): Tensor;
/** The same as a layer, active in training alone. */
export function dropout(options: DropoutOptions): Layer;
export function dropout(first: Tensor | DropoutOptions, options?: Parameters<typeof dropoutOp>[1]): Tensor | Layer {
  return first instanceof Tensor ? dropoutOp(first, options ?? { rate: 0 }) : dropoutLayer(first);
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
  return args.length === 1 ? convLayer(...args) : convOp(...args);
}

/** Each channel by a filter of its own, `[height, width, channels, multiplier]`. */
export function depthwiseConv2d(x: Tensor, filter: Tensor, options?: Omit<ConvolutionOptions, 'groups'>): Tensor;
/** The same as a layer. */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer;
export function depthwiseConv2d(
  ...args: Parameters<typeof depthwiseConvOp> | [options: DepthwiseConv2dOptions]
): Tensor | Layer {
  return args.length === 1 ? depthwiseConvLayer(...args) : depthwiseConvOp(...args);
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
export const maxPool2d = /* @__PURE__ */ Object.assign(maxPool, {
  outputs: (x: Tensor, options?: PoolOptions): readonly Tensor[] => maxPoolOp.outputs(x, options),
});

/** The mean of each window, without the padding. */
export function averagePool2d(x: Tensor, options?: AveragePoolOptions): Tensor;
/** The same as a layer. */
export function averagePool2d(options?: AveragePool2dOptions): Layer;
export function averagePool2d(first?: Tensor | AveragePool2dOptions, options?: AveragePoolOptions): Tensor | Layer {
  return first instanceof Tensor ? averagePoolOp(first, options) : averagePoolLayer(first);
}
