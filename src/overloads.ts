import type { Layer } from './nn/layer.ts';
import {
  type DropoutOptions,
  dropout as dropoutLayer,
  type ReshapeOptions,
  reshape as reshapeLayer,
} from './nn/layers.ts';
import { add as addLayer, maximum as maximumLayer } from './nn/merge.ts';
import { add as addOp, maximum as maximumOp, type Operand } from './ops/binary.ts';
import { dropout as dropoutOp } from './ops/dropout.ts';
import { reshape as reshapeOp } from './ops/strided.ts';
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
export const add = both(addOp, addLayer);
/** The larger of the two, NumPy broadcasting, f32 or i32; a tie shares the gradient. As a layer: `maximum()([a, b])`. */
export const maximum = both(maximumOp, maximumLayer);

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
