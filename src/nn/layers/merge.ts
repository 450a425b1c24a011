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
    takes: 'many',
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
    expected: 'one shape, or lengths of 1 where they differ',
    fix: 'Project one of them to the shape of the other: residual(block, shortcut) takes a dense layer or a 1 x 1 convolution as its shortcut.',
  });
}

/**
 * The sum of the inputs, `y = a + b + ...`, as in a skip connection: `add()([a, b])`. Inputs of one shape, f32; axes of
 * length 1 broadcast.
 * @throws ShapeError for other shapes.
 */
export const add = merging('add', pairwise(addOp));
/**
 * The first input less the others, `y = a - b - ...`: `subtract()([a, b])`. Inputs of one shape, f32; axes of length 1
 * broadcast.
 * @throws ShapeError for other shapes.
 */
export const subtract = merging('subtract', pairwise(sub));
/**
 * The product of the inputs, `y = a b ...`: `multiply()([a, b])`. Inputs of one shape, f32; axes of length 1 broadcast.
 * @throws ShapeError for other shapes.
 */
export const multiply = merging('multiply', pairwise(mul));
/**
 * The mean of n inputs, `y = (a + b + ...) / n`: `average()([a, b])`. Inputs of one shape, f32; axes of length 1 broadcast.
 * @throws ShapeError for other shapes.
 */
export const average = merging('average', (inputs) => mul(pairwise(addOp)(inputs), 1 / inputs.length));
/**
 * The largest input, element by element: `maximum()([a, b])`. Ties share the gradient. Inputs of one shape, f32; axes of
 * length 1 broadcast.
 * @throws ShapeError for other shapes.
 */
export const maximum = merging('maximum', pairwise(maximumOp));

export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are joined, counted with the batch axis but not that one; default -1. */
  readonly axis?: number;
}

/**
 * Joins two or more inputs along an axis: `concatenate()([a, b])`. The output is as long there as all inputs together.
 * @throws ShapeError for inputs that differ along another axis, and for the batch axis.
 */
export const concatenate = defineLayer<ConcatenateOptions>('concatenate', { axis: integer }, ({ axis = -1 }) => ({
  takes: 'many',
  outputShape: (...shapes) => {
    const [first] = shapes;
    const at = normalizeAxis('concatenate', axis, first.length + 1) - 1;
    const agrees = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((length, i) => i === at || length === first[i]);
    if (at < 0 || !shapes.every(agrees)) {
      throw new ShapeError({
        op: 'concatenate',
        got: `samples of shape ${shapes.map(formatShape).join(' and ')}, axis ${axis}`,
        expected: 'shapes that differ along this axis alone, which is not that of the batch',
        fix: 'Choose another axis, or reshape the inputs.',
      });
    }
    return first.map((length, i) => (i === at ? shapes.reduce((sum, shape) => sum + shape[at], 0) : length));
  },
  call: (_, { inputs }) => concat(inputs, { axis }),
}));

const blockOf = (given: Block | readonly Block[]): Block => (typeof given === 'function' ? given : inSequence(given));

/**
 * A residual block: `y = block(x) + shortcut(x)`. It works in a sequential model and in a graph, where it becomes its layers
 * and an `add`.
 * @param block a layer, or a list of layers in sequence.
 * @param shortcut the same; default the identity, which needs a block that keeps the shape.
 * @throws ShapeError, when the model is built, for a sum of different shapes.
 * @see He et al. (2016), "Deep residual learning for image recognition".
 */
export const residual =
  (block: Block | readonly Block[], shortcut: Block | readonly Block[] = []): Block =>
  (x) =>
    add()([blockOf(block)(x), blockOf(shortcut)(x)]);
