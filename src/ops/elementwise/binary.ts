import addWgsl from '../../../shaders/elementwise/binary/add.wgsl';
import at1Wgsl from '../../../shaders/elementwise/binary/at1.wgsl';
import at4Wgsl from '../../../shaders/elementwise/binary/at4.wgsl';
import divWgsl from '../../../shaders/elementwise/binary/div.wgsl';
import equalWgsl from '../../../shaders/elementwise/binary/equal.wgsl';
import greaterWgsl from '../../../shaders/elementwise/binary/greater.wgsl';
import greaterEqualWgsl from '../../../shaders/elementwise/binary/greaterEqual.wgsl';
import lessWgsl from '../../../shaders/elementwise/binary/less.wgsl';
import lessEqualWgsl from '../../../shaders/elementwise/binary/lessEqual.wgsl';
import logicalAndWgsl from '../../../shaders/elementwise/binary/logicalAnd.wgsl';
import logicalOrWgsl from '../../../shaders/elementwise/binary/logicalOr.wgsl';
import maximumWgsl from '../../../shaders/elementwise/binary/maximum.wgsl';
import minimumWgsl from '../../../shaders/elementwise/binary/minimum.wgsl';
import mulWgsl from '../../../shaders/elementwise/binary/mul.wgsl';
import notEqualWgsl from '../../../shaders/elementwise/binary/notEqual.wgsl';
import powWgsl from '../../../shaders/elementwise/binary/pow.wgsl';
import preluWgsl from '../../../shaders/elementwise/binary/prelu.wgsl';
import sigmoidCrossEntropyWgsl from '../../../shaders/elementwise/binary/sigmoidCrossEntropy.wgsl';
import subWgsl from '../../../shaders/elementwise/binary/sub.wgsl';
import weighWgsl from '../../../shaders/elementwise/binary/weigh.wgsl';
import scaffold from '../../../shaders/elementwise/binary.wgsl';
import gradients from '../../../shaders/elementwise/binary_backward.wgsl';
import infinityWgsl from '../../../shaders/lib/infinity.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import fourWgsl from '../../../shaders/lib/vectors/four.wgsl';
import oneWgsl from '../../../shaders/lib/vectors/one.wgsl';
import type { binary as functions, NumberAttributes } from '../../backends/cpu/reference/elementwise/binary.ts';
import { named } from '../../core/checks.ts';
import { DTypeError } from '../../core/errors.ts';
import type { Constants, Source } from '../../core/kernel.ts';
import { broadcastShapes, type Shape, sizeOf } from '../../core/shape.ts';
import type { DType } from '../../core/tensor/storage.ts';
import { Tensor } from '../../core/tensor/tensor.ts';
import { bitsOf } from '../create/fill.ts';
import { elementwise } from '../lib/elements.ts';
import { repetitionOf } from '../lib/repetition.ts';
import { broadcastTo } from '../movement/strided.ts';
import { defineOp, type OpDefinition, type Run } from '../op.ts';
import { neg } from './unary.ts';

/** A tensor, or a number, which becomes a scalar of the other operand's dtype. */
export type Operand = Tensor | number;
type Pair = [a: Tensor, b: Tensor];

interface BinaryOptions {
  /** Whether f computes one element at a time rather than vectors of four. */
  readonly single?: boolean;
  readonly kind?: 'arithmetic' | 'comparison';
  readonly backward?: NonNullable<OpDefinition<Pair, object>['backward']>;
}

/** One dispatch: the shape and dtype of the result, and how the operands repeat. */
interface Elementwise {
  readonly shape: Shape;
  readonly R: DType;
  readonly params: ReturnType<typeof repeated>['params'];
  readonly constants?: Constants;
}

/**
 * An elementwise operation of two operands: `f`, `dfa`, `dfb` in `shaders/elementwise/binary/<name>.wgsl`, and in
 * float64 in `reference/elementwise/binary.ts`.
 */
// @__NO_SIDE_EFFECTS__
function binary(
  name: keyof typeof functions,
  shader: Source | readonly Source[],
  { kind = 'arithmetic', single = false, backward }: BinaryOptions = {},
) {
  const comparison = kind === 'comparison';
  const ownGradients = comparison || backward !== undefined ? [] : [gradients];
  const files = elementwise(scaffold, specialWgsl, ...ownGradients, ...[shader].flat());
  /** Computes four elements at a time where both operands allow it, else one. */
  const dispatch = (
    run: Run,
    entry: string,
    reads: readonly Tensor[],
    { shape, R, params, constants = {} }: Elementwise,
  ): Tensor => {
    const [{ dtype }] = reads;
    const whole = ({ period, repeat }: { period: number; repeat: number }): boolean =>
      period === params.size || period === 1 || (repeat === 1 && period % 4 === 0);
    const four =
      !single &&
      dtype === 'f32' &&
      whole({ period: params.a_period, repeat: params.a_repeat }) &&
      whole({ period: params.b_period, repeat: params.b_repeat });
    return run(entry, reads, {
      shape,
      dtype: R,
      params,
      sources: four ? [at4Wgsl, fourWgsl] : [at1Wgsl, oneWgsl],
      constants: {
        ...(four ? { T: 'vec4<f32>', R: `vec4<${R}>`, WIDTH: 4 } : { T: dtype, R }),
        A_WHOLE: `${params.a_period === params.size}`,
        B_WHOLE: `${params.b_period === params.size}`,
        ...constants,
      },
    });
  };
  const op = defineOp<Pair>({
    name,
    shader: files,
    reference: ({ binary, binaryReference }) => binaryReference(binary[name], comparison),
    dtypes: [['f32', 'i32']],
    shape: ([a, b]) => broadcastShapes(name, a, b),
    forward: (run, pair, _, shape) => {
      const { operands, params } = repeated(pair, shape);
      return dispatch(run, 'forward', operands, { shape, R: comparison ? 'i32' : pair[0].dtype, params });
    },
    ...(!comparison && {
      backward:
        backward ??
        ((run, dy, { inputs, y, needs }) => {
          const { operands, params } = repeated(inputs, y.shape);
          return (['backward_a', 'backward_b'] as const).map((entry, i) =>
            needs[i] ? dispatch(run, entry, [...operands, y, dy], { shape: y.shape, R: 'f32', params }) : undefined,
          );
        }),
    }),
  });
  const withNumber = defineOp<[x: Tensor], NumberAttributes>({
    name,
    shader: files,
    reference: ({ binary, numberReference }) => numberReference(binary[name], comparison),
    dtypes: [['f32', 'i32']],
    shape: ([x]) => x,
    forward: (run, [x], attributes) =>
      dispatch(run, 'forward', [x, x], {
        shape: x.shape,
        R: comparison ? 'i32' : x.dtype,
        ...withScalar(x, attributes),
      }),
    ...(!comparison && {
      backward: (run, dy, { inputs: [x], y, attributes, needs: [needed] }) => {
        const { left } = attributes;
        const needs = left ? [false, needed] : [needed, false];
        if (backward !== undefined) {
          const both = backward(run, dy, { inputs: [x, x], y, outputs: [y], attributes: {}, needs });
          return [both[left ? 1 : 0]];
        }
        const entry = left ? 'backward_b' : 'backward_a';
        return [dispatch(run, entry, [x, x, y, dy], { shape: y.shape, R: 'f32', ...withScalar(x, attributes) })];
      },
    }),
  });
  return named(name, (a: Operand, b: Operand): Tensor => {
    if (a instanceof Tensor && b instanceof Tensor) return op(...sameTypes(name, a, b));
    if (a instanceof Tensor) return withNumber(a, { number: numberFor(name, b, a), left: false });
    if (b instanceof Tensor) return withNumber(b, { number: numberFor(name, a, b), left: true });
    throw new DTypeError({
      op: name,
      got: 'two numbers',
      expected: 'at least one tensor',
      fix: 'Make one with tensor(...).',
    });
  });
}

function withScalar({ size, dtype }: Tensor, { number, left }: NumberAttributes) {
  return {
    params: { size, a_repeat: 1, a_period: size, b_repeat: 1, b_period: size, bits: bitsOf(number, dtype) },
    constants: { [left ? 'A_NUMBER' : 'B_NUMBER']: 'true' },
  };
}

function sameTypes(op: string, a: Tensor, b: Tensor): Pair {
  if (a.dtype === b.dtype) return [a, b];
  throw new DTypeError({
    op,
    got: `dtypes ${a.dtype} and ${b.dtype}`,
    expected: 'one dtype',
    fix: "Convert one of them, for example with cast(x, 'f32').",
  });
}

/** Checks that the other operand's dtype can hold the number. */
function numberFor(op: string, value: Operand, { dtype }: Tensor): number {
  if (typeof value === 'number' && (dtype === 'f32' || (value | 0) === value)) return value;
  throw new DTypeError({
    op,
    got: typeof value === 'number' ? `${value} with a tensor of dtype i32` : `${typeof value} as an operand`,
    expected: dtype === 'f32' ? 'a tensor or a number' : 'a tensor or a 32-bit integer',
    fix: "Make a tensor with tensor(...), or convert with cast(x, 'f32').",
  });
}

/** Operands that the kernel can index as (i / repeat) % period; other broadcasts are materialized first. */
function repeated([a, b]: Pair, shape: Shape) {
  const size = sizeOf(shape);
  const aRepeat = repetitionOf(a.shape, shape);
  const bRepeat = repetitionOf(b.shape, shape);
  return {
    operands: [aRepeat ? a : broadcastTo(a, shape), bRepeat ? b : broadcastTo(b, shape)],
    params: {
      size,
      a_repeat: aRepeat?.repeat ?? 1,
      a_period: aRepeat?.period ?? size,
      b_repeat: bRepeat?.repeat ?? 1,
      b_period: bRepeat?.period ?? size,
      bits: 0,
    },
  };
}

/** The operation `add`, documented in src/overloads.ts. */
export const add = binary('add', addWgsl, { backward: (_run, dy) => [dy, dy] });
/**
 * `a - b` with NumPy broadcasting; f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const sub = binary('sub', subWgsl, { backward: (_run, dy, { needs }) => [dy, needs[1] ? neg(dy) : undefined] });
/**
 * `a * b` with NumPy broadcasting; f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const mul = binary('mul', mulWgsl);
/**
 * `x * weights` with NumPy broadcasting, but 0 where one factor is 0 and the other infinite: weight 0 excludes an
 * element. NaN stays NaN. f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const weigh = binary('weigh', weighWgsl);
/**
 * `a / b` with NumPy broadcasting; f32 or i32. In i32 the quotient is truncated towards 0, and is 0 where b is 0.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const div = binary('div', divWgsl);
/**
 * `a^b` with NumPy broadcasting; f32 or i32. A negative base with a fractional exponent returns NaN. For 0, infinities
 * and NaN the result is that of C: `0^0 = 1`, `0^-1` is infinite, `1^NaN = 1`. In i32 a negative exponent returns
 * `1 / a^-b` truncated: 0 unless a is 1 or -1. The gradient of b is 0 where a <= 0.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const pow = binary('pow', [infinityWgsl, powWgsl], { single: true });
/** The operation `maximum`, documented in src/overloads.ts. */
export const maximum = binary('maximum', maximumWgsl);
/**
 * `min(a, b)` with NumPy broadcasting; f32 or i32. On a tie each operand receives half the gradient.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const minimum = binary('minimum', minimumWgsl);
/** The operation `prelu`, documented in src/overloads.ts. */
export const prelu = binary('prelu', preluWgsl);
/**
 * The cross-entropy of `sigmoid(x)` with targets t in 0 .. 1, per element: `log(1 + e^x) - x t`, with NumPy
 * broadcasting; f32. It does not overflow, and is 0 for an infinite x on the target's side.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const sigmoidCrossEntropy = binary('sigmoidCrossEntropy', sigmoidCrossEntropyWgsl);
/**
 * `a == b` as 1 or 0 in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const equal = binary('equal', equalWgsl, { kind: 'comparison' });
/**
 * `a != b` as 1 or 0 in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const notEqual = binary('notEqual', notEqualWgsl, { kind: 'comparison' });
/**
 * `a > b` as 1 or 0 in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const greater = binary('greater', greaterWgsl, { kind: 'comparison' });
/**
 * `a >= b` as 1 or 0 in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const greaterEqual = binary('greaterEqual', greaterEqualWgsl, { kind: 'comparison' });
/**
 * `a < b` as 1 or 0 in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const less = binary('less', lessWgsl, { kind: 'comparison' });
/**
 * `a <= b` as 1 or 0 in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const lessEqual = binary('lessEqual', lessEqualWgsl, { kind: 'comparison' });
/**
 * 1 where `a` and `b` are both nonzero, else 0, in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const logicalAnd = binary('logicalAnd', logicalAndWgsl, { kind: 'comparison' });
/**
 * 1 where `a` or `b` is nonzero, else 0, in i32, with NumPy broadcasting; a and b f32 or i32.
 * @throws ShapeError if the shapes do not broadcast; DTypeError if the dtypes differ.
 */
export const logicalOr = binary('logicalOr', logicalOrWgsl, { kind: 'comparison' });
