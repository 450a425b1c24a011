import type { Layer } from './nn/layer.ts';
import {
  type DropoutOptions,
  dropout as dropoutLayer,
  type ReshapeOptions,
  reshape as reshapeLayer,
} from './nn/layers.ts';
import { add as addLayer, maximum as maximumLayer } from './nn/merge.ts';
import { type GaussianNoiseLayerOptions, gaussianNoise as gaussianNoiseLayer } from './nn/noise.ts';
import { type LeakyReluOptions, leakyRelu as leakyReluLayer, prelu as preluLayer } from './nn/rectifiers.ts';
import { add as addOp, maximum as maximumOp, type Operand, prelu as preluOp } from './ops/binary.ts';
import { dropout as dropoutOp } from './ops/dropout.ts';
import { type GaussianNoiseOptions, gaussianNoise as gaussianNoiseOp } from './ops/gaussianNoise.ts';
import { reshape as reshapeOp } from './ops/strided.ts';
import { leakyRelu as leakyReluOp } from './ops/unary.ts';
import type { Shape } from './shape.ts';
import { Tensor } from './tensor.ts';

// Names that are an operation and a layer: with a tensor in front the operation, with options alone the layer.

/** An operation of two and the layer of that name. */
function both<Options>(operation: (a: Operand, b: Operand) => Tensor, layer: (options?: Options) => Layer) {
  function overloaded(a: Operand, b: Operand): Tensor;
  function overloaded(options?: Options): Layer;
  function overloaded(first?: Operand | Options, second?: Operand): Tensor | Layer {
    // Which of the two there are, the signatures say.
    return second === undefined ? layer(first as Options) : operation(first as Operand, second);
  }
  return overloaded;
}

/** `a + b`, NumPy broadcasting, f32 or i32; as a layer the sum of its inputs: `add()([a, b])`. */
export const add = /* @__PURE__ */ both(addOp, addLayer);
/** The larger of the two, NumPy broadcasting, f32 or i32; a tie shares the gradient. As a layer: `maximum()([a, b])`. */
export const maximum = /* @__PURE__ */ both(maximumOp, maximumLayer);

/** `x` for x > 0, else `slope * x`, NumPy broadcasting, f32; as a layer with a learned slope: `prelu({ sharedAxes: [1, 2] })`. */
export const prelu = /* @__PURE__ */ both(preluOp, preluLayer);

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
  return first instanceof Tensor ? gaussianNoiseOp(first, options ?? { stddev: 0 }) : gaussianNoiseLayer(first);
}

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
