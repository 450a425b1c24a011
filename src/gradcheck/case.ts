import { type Generator, uniform } from '../core/random/generator.ts';
import { formatShape, type Shape, sizeOf } from '../core/shape.ts';
import { flatten, type NestedNumbers } from '../core/tensor/nested.ts';
import type { DType } from '../core/tensor/storage.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import type * as ops from '../ops/index.ts';
import type { Input } from './evaluate.ts';

/** What makes tensors for others, and what draws random numbers (test/core/random.test.ts). */
type NotChecked = 'randomNormal' | 'randomUniform';

/** Every exported function that returns a tensor. */
export type OperationName = Exclude<
  {
    [Name in keyof typeof ops]: (typeof ops)[Name] extends (...args: never[]) => Tensor ? Name : never;
  }[keyof typeof ops],
  NotChecked
>;

/**
 * How far a result may be from the exact one: `roundings * 2^-24 * scale`, element by element.
 * One rounding is half a unit in the last place (ulp). WGSL promises 1 ulp for + - *, 2.5 for division, 3 + 2|x| for
 * exp, 3 for log (2^-21 absolute between 0.5 and 2), 4.5 for sqrt, 1e-5 absolute for tanh.
 * @see https://www.w3.org/TR/WGSL/#floating-point-accuracy
 */
export interface Accuracy {
  /** How many rounding errors add up. */
  readonly roundings: Roundings;
  /** The same for a gradient, but for its product with dy, which adds two; default: as many. */
  readonly gradient?: Roundings;
  /**
   * What a rounding error is measured against:
   *   value  the result itself; in a gradient, its largest element
   *   unit   the result, or 1 if that is more: where terms of size 1 cancel
   *   terms  the operation on absolute values, which is the sum of |terms| for sums of products
   */
  readonly scale: 'value' | 'unit' | 'terms';
}

/** A number, or one that depends on the shapes. */
export type Roundings = number | ((inputs: readonly Shape[], y: Shape) => number);

/** One way to call an operation, and what is known about the outcome. */
export interface Case {
  /** Shapes of random inputs. */
  readonly shapes?: readonly Shape[];
  /** Where each random input lies, low <= x < high; default -2 to 2. */
  readonly ranges?: readonly (readonly [low: number, high: number])[];
  /** The inputs themselves, where the outcome is known: at kinks, ties, extremes. */
  readonly values?: readonly NestedNumbers[];
  /** The dtype of each input; default f32. */
  readonly dtypes?: readonly DType[];
  /** Inputs that have no gradient though they are f32, by position. */
  readonly fixed?: readonly number[];
  /** What the operation takes after its tensors. */
  readonly args?: readonly unknown[];
  /** The result for `values`. */
  readonly y?: NestedNumbers;
  /** The gradient of the result's sum for each of `values` that has one. */
  readonly dx?: readonly NestedNumbers[];
  /** The same computed from other operations, of which a fused kernel has to be the equal. */
  readonly composed?: (...inputs: Tensor[]) => Tensor;
  /** The message of the error that the call has to throw. */
  readonly throws?: RegExp;
  /** Rounding errors of result and gradient, where the operation's usual number does not fit; the row says why. */
  readonly roundings?: number;
}

/** The cases of an operation, after its accuracy unless it is that of up to four additions and multiplications. */
export type OperationCases = readonly [Accuracy, ...Case[]] | readonly Case[];

export type CaseTable = { readonly [Name in OperationName]?: OperationCases };

/** An operation or kernel under check. */
export interface Subject {
  readonly name: string;
  /** Runs it where the inputs are, or on the current device if there are none; the first result has a gradient. */
  readonly call: (inputs: readonly Tensor[], args: readonly unknown[]) => Tensor | readonly Tensor[];
  readonly accuracy: Accuracy;
  /** False for kernels that work in place. Default true. */
  readonly differentiable?: boolean;
}

export interface Suite extends Subject {
  readonly cases: readonly Case[];
}

/** Distance of the random numbers from each other and from every kink: several times the step of a difference quotient. */
const GRID = 2 ** -15;

/**
 * Random numbers where no operation has a kink: odd multiples of GRID, counted from `low`, so that they are neither 0
 * nor a short binary fraction; of every four such numbers the first input takes one and the second another, so that
 * the two are never equal. Integers are just random.
 */
function drawNumbers(
  size: number,
  [low, high]: readonly [number, number],
  { dtype, position, random }: { readonly dtype: DType; readonly position: number; readonly random: Generator },
): Float64Array {
  const u = uniform(size, random);
  if (dtype === 'i32') return u.map((each) => Math.floor(low + each * (high - low)));
  const choices = (high - low) / (4 * GRID);
  const offset = position % 2 === 0 ? 1 : 3;
  return u.map((each) => Math.fround(low + (4 * Math.floor(each * choices) + offset) * GRID));
}

/** The inputs of a case: those it gives, or random ones. All of them are float32 numbers, so that no device rounds them. */
export function inputsOf(row: Case, random: Generator): readonly Input[] {
  const { values, shapes = [], ranges = [], dtypes = [], fixed = [] } = row;
  const typeOf = (position: number) => {
    const dtype = dtypes[position] ?? 'f32';
    return { dtype, varies: dtype === 'f32' && !fixed.includes(position) };
  };
  if (values !== undefined) {
    return values.map((nested, position) => {
      const { values: flat, shape } = flatten(nested);
      const type = typeOf(position);
      const data = Float64Array.from(flat, (each) => (type.dtype === 'f32' ? Math.fround(each) : each));
      return { data, shape, ...type };
    });
  }
  return shapes.map((shape, position) => {
    const type = typeOf(position);
    const data = drawNumbers(sizeOf(shape), ranges[position] ?? [-2, 2], { dtype: type.dtype, position, random });
    return { data, shape, ...type };
  });
}

/** Random numbers between -1 and 1: a direction to walk in, or the weights of a result's elements. */
export const drawDirection = (size: number, random: Generator): Float64Array =>
  uniform(size, random).map((u) => Math.fround(2 * u - 1));

/** What JSON has no word for. */
const spelled = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** The shapes and arguments of a case, as the report shows them. */
export function labelOf({ values, shapes = [], dtypes, args = [] }: Case): string {
  const of = values === undefined ? shapes.map(formatShape) : values.map((nested) => JSON.stringify(nested, spelled));
  const rest = args.map((arg) => JSON.stringify(arg));
  return [...of, ...(dtypes?.includes('i32') ? [dtypes.join('/')] : []), ...rest].join(' ');
}
