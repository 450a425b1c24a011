import { integer } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeAxis, type Shape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add as addOp, maximum as maximumOp, mul, sub } from '../../ops/elementwise/binary.ts';
import { concat } from '../../ops/movement/strided.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { Block, LayerOptions } from '../network/layer.ts';
import { inSequence } from '../network/sequence.ts';

/** A layer that combines its inputs element by element; axes of length 1 broadcast. */
const merging = /* @__NO_SIDE_EFFECTS__ */ (kind: string, combine: (inputs: readonly Tensor[]) => Tensor) =>
  defineLayer<LayerOptions>(kind, {}, () => ({
    takes: 'several',
    outputShape: (...shapes) => shapes.reduce((a, b) => merged(kind, a, b)),
    call: (_, { inputs }) => combine(inputs),
  }));

const pairwise =
  (operation: (a: Tensor, b: Tensor) => Tensor) =>
  (inputs: readonly Tensor[]): Tensor =>
    inputs.reduce((a, b) => operation(a, b));

function merged(kind: string, a: Shape, b: Shape): Shape {
  if (a.length === b.length && a.every((length, i) => length === b[i] || length === 1 || b[i] === 1)) {
    return a.map((length, i) => (length === 1 ? b[i] : length));
  }
  throw new ShapeError({
    op: kind,
    got: `samples of shape ${formatShape(a)} and ${formatShape(b)}`,
    expected: 'equal shapes, or lengths of 1 where they differ',
    fix: 'Project one input to the shape of the other: pass residual(block, shortcut) a dense layer or a 1 x 1 convolution as shortcut.',
  });
}

/** The layer `add`, documented in src/overloads.ts. */
export const add = merging('add', pairwise(addOp));
/**
 * The first input minus the others, `y = a - b - ...`: `subtract()([a, b])`. Shapes as in `add`; f32.
 * @throws ShapeError if the shapes do not match.
 */
export const subtract = merging('subtract', pairwise(sub));
/**
 * The product of the inputs, `y = a b ...`: `multiply()([a, b])`. Shapes as in `add`; f32.
 * @throws ShapeError if the shapes do not match.
 */
export const multiply = merging('multiply', pairwise(mul));
/**
 * The mean of n inputs, `y = (a + b + ...) / n`: `average()([a, b])`. Shapes as in `add`; f32.
 * @throws ShapeError if the shapes do not match.
 */
export const average = merging('average', (inputs) => mul(pairwise(addOp)(inputs), 1 / inputs.length));
/** The layer `maximum`, documented in src/overloads.ts. */
export const maximum = merging('maximum', pairwise(maximumOp));

/** Options of `concatenate`. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which to join the inputs, counting the batch axis, which it cannot be; default -1. */
  readonly axis?: number;
}

/**
 * Joins two or more inputs along an axis: `concatenate()([a, b])`. All other axes must have equal lengths.
 * @throws ShapeError if inputs differ along another axis, or `axis` is the batch axis.
 */
export const concatenate = defineLayer<ConcatenateOptions>('concatenate', { axis: integer }, ({ axis = -1 }) => ({
  takes: 'several',
  outputShape: (...shapes) => {
    const [first] = shapes;
    const at = normalizeAxis('concatenate', axis, first.length + 1) - 1;
    const agrees = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((length, i) => i === at || length === first[i]);
    if (at < 0 || !shapes.every(agrees)) {
      throw new ShapeError({
        op: 'concatenate',
        got: `samples of shape ${shapes.map(formatShape).join(' and ')}, axis ${axis}`,
        expected: 'shapes that differ only along this axis, which is not the batch axis',
        fix: 'Choose another axis, or reshape the inputs.',
      });
    }
    return first.map((length, i) => (i === at ? shapes.reduce((sum, shape) => sum + shape[at], 0) : length));
  },
  call: (_, { inputs }) => concat(inputs, { axis }),
}));

const blockOf = (given: Block | readonly Block[]): Block => (typeof given === 'function' ? given : inSequence(given));

/**
 * A residual block: `y = block(x) + shortcut(x)`, in a sequential model or a graph. It expands into its layers and an `add`.
 * @param block a layer, or a list of layers in sequence.
 * @param shortcut the same; default the identity, for a block that keeps the shape.
 * @throws ShapeError, when the model is built, if the two shapes differ.
 * @see He et al. (2016), "Deep residual learning for image recognition".
 */
export const residual =
  (block: Block | readonly Block[], shortcut: Block | readonly Block[] = []): Block =>
  (x) =>
    add()([blockOf(block)(x), blockOf(shortcut)(x)]);
