import type { Device } from '../core/device.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import type { TypedArray } from '../core/tensor/storage.ts';
import type { Accuracy, Roundings } from './case.ts';
import { type Bound, type Evaluation, evaluate, type Input, type Result, type Weights } from './evaluate.ts';

const UNIT_ROUNDOFF = 2 ** -24;
/** The smallest normal float32: a GPU may flush what is below to 0. */
const SMALLEST = 2 ** -126;
/** What two computations in float64 may differ by, relative to the largest element. */
const FLOAT64_ERROR = 1e-11;

type Tolerance = (position: number) => number;

/** For every result, and for every gradient. */
export interface Tolerances {
  readonly results: readonly Tolerance[];
  readonly gradients: readonly Tolerance[];
}

/** The largest finite magnitude. */
function peak(numbers: TypedArray): number {
  let largest = 0;
  for (const number of numbers) if (Number.isFinite(number)) largest = Math.max(largest, Math.abs(number));
  return largest;
}

/** How far a device may be from what the reference made of a call, `expected`. */
export async function kernelTolerances(
  { roundings, gradient = roundings, scale }: Accuracy,
  { call, inputs, weights }: Bound,
  { expected, reference }: { readonly expected: Evaluation; readonly reference: Device },
): Promise<Tolerances> {
  const shapes = inputs.map(({ shape }) => shape);
  const [{ shape: yShape }] = expected.results;
  const errors = (of: Roundings, y: Shape): number => UNIT_ROUNDOFF * (typeof of === 'number' ? of : of(shapes, y));
  const backward = errors(gradient, yShape) + 2 * UNIT_ROUNDOFF;
  // A broadcast input sums as many gradients.
  const errorsOf = (dx: TypedArray): number => {
    const repeats = sizeOf(yShape) / Math.max(1, dx.length);
    return backward + (repeats > 1 ? repeats * UNIT_ROUNDOFF : 0);
  };
  const floor = scale === 'unit' ? 1 : 0;
  const ofResult = ({ data, shape, dtype }: Result): Tolerance =>
    dtype === 'i32' ? () => 0 : proportional(errors(roundings, shape), data, floor);
  if (scale === 'terms') {
    const terms = await evaluate(
      { call, inputs: inputs.map(absolute), weights: weights && absoluteWeights(weights) },
      reference,
    );
    return {
      results: terms.results.map(ofResult),
      gradients: terms.gradients.map((dx) => proportional(errorsOf(dx), dx)),
    };
  }
  return {
    results: expected.results.map(ofResult),
    gradients: expected.gradients.map((dx) => constant(errorsOf(dx) * Math.max(peak(dx), floor))),
  };
}

/** How far two computations in float64 may be from each other. */
export const float64Tolerances = ({ results, gradients }: Evaluation): Tolerances => ({
  results: results.map(({ data }) => constant(FLOAT64_ERROR * Math.max(1, peak(data)))),
  gradients: gradients.map((dx) => constant(FLOAT64_ERROR * Math.max(1, peak(dx)))),
});

const proportional =
  (factor: number, to: TypedArray, floor = 0): Tolerance =>
  (i) =>
    factor * Math.max(Math.abs(to[i]), floor) + SMALLEST;

const constant =
  (tolerance: number): Tolerance =>
  () =>
    tolerance + SMALLEST;

const absolute = (input: Input): Input => ({ ...input, data: input.data.map(Math.abs) });

const absoluteWeights =
  (weights: Weights): Weights =>
  (size) =>
    weights(size).map(Math.abs);
