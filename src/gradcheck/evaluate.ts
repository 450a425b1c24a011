import { type Device, withDevice } from '../core/device.ts';
import type { Shape } from '../core/shape.ts';
import { scope } from '../core/tensor/lifetime.ts';
import type { DType, TypedArray } from '../core/tensor/storage.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import { Tape } from '../engine/gradient.ts';
import { tensor } from '../ops/create/create.ts';
import { mul } from '../ops/elementwise/binary.ts';
import { sum } from '../ops/reduce/reduce.ts';

/** Numbers for a tensor, as every device gets them. */
export interface Input {
  readonly data: Float64Array;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether it has a gradient. */
  readonly varies: boolean;
}

/** What is under check: one or several results from some tensors of a device. */
export type Call = (inputs: readonly Tensor[]) => Tensor | readonly Tensor[];

/** The weight of each element of a result in the sum whose gradient is taken, for their number. */
export type Weights = (size: number) => Float64Array;

/** A result, read from the device. */
export interface Result {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a call made: all its results, and the gradient of the first for each input that varies. */
export interface Evaluation {
  readonly results: readonly Result[];
  readonly gradients: readonly TypedArray[];
}

const upload = (inputs: readonly Input[], device: Device): Tensor[] =>
  inputs.map(({ data, shape, dtype }) => tensor(data, { shape, dtype, device }));

/** The sum of the first result's elements, each with its weight. */
export function weightedSum(results: Tensor | readonly Tensor[], weights: Weights): Tensor {
  const [y] = [results].flat();
  return sum(mul(y, tensor(weights(y.size), { shape: y.shape, device: y.device })));
}

export interface Bound {
  readonly call: Call;
  readonly inputs: readonly Input[];
  /** If given, the gradient of the first result's weighted sum is taken too, unless that result is of integers. */
  readonly weights?: Weights | undefined;
}

/** Runs a call on a device and reads all it made. */
export const evaluate = ({ call, inputs, weights }: Bound, device: Device): Promise<Evaluation> =>
  scope(async () => {
    const tensors = upload(inputs, device);
    using tape = new Tape();
    const results = withDevice(device, () => [call(tensors)].flat());
    const gradients =
      weights !== undefined && results[0].dtype === 'f32'
        ? tape.gradient(
            weightedSum(results, weights),
            tensors.filter((_, i) => inputs[i].varies),
          )
        : [];
    const read = await Promise.all([...results, ...gradients].map((t) => t.data()));
    return {
      results: results.map(({ shape, dtype }, i) => ({ data: read[i], shape, dtype })),
      gradients: read.slice(results.length),
    };
  });

/** The step of a difference quotient. */
const STEP = 1e-5;

/**
 * What part of its terms a difference quotient may be off by: STEP^2 / 6 times the ratio of third to first derivative
 * (up to 600 in the cases), and 2^-53 / STEP.
 */
export const DIFFERENCE_ERROR = 1e-8;

/** A function of some tensors, a place and a direction. */
export interface Slope {
  /** Makes a tensor of one element from tensors like `at`. */
  readonly f: (inputs: readonly Tensor[]) => Tensor;
  /** x, one entry per input. */
  readonly at: readonly Input[];
  /** v, one direction per input that varies, in their order. */
  readonly along: readonly Float64Array[];
}

/**
 * The derivative of a number along a direction: `(f(x + e v) - f(x - e v)) / 2e`.
 * @param device of float64: in float32 the difference would drown in rounding.
 */
export async function differenceQuotient({ f, at, along }: Slope, device: Device): Promise<number> {
  const varying = at.filter(({ varies }) => varies);
  const valueAt = (step: number): Promise<number> =>
    scope(async () => {
      const moved = at.map((input) => {
        const v = along[varying.indexOf(input)];
        return v === undefined ? input : { ...input, data: input.data.map((x, i) => x + step * v[i]) };
      });
      const tensors = upload(moved, device);
      return withDevice(device, () => f(tensors)).item();
    });
  return ((await valueAt(STEP)) - (await valueAt(-STEP))) / (2 * STEP);
}
