import type { Layer } from './nn/layer.ts';
import {
  type DropoutOptions,
  dropout as dropoutLayer,
  type ReshapeOptions,
  reshape as reshapeLayer,
} from './nn/layers.ts';
import { dropout as dropoutOp } from './ops/dropout.ts';
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
