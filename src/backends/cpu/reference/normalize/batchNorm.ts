import { type Shape, viewAround } from '../../../../core/shape.ts';
import { map, type NdArray, zeros } from '../ndarray.ts';
import { type DropoutAttributes, drop } from '../random/dropout.ts';

export interface BatchNormAttributes {
  /** The axis of the channels, non-negative. */
  readonly axis: number;
  readonly epsilon: number;
  /** Whether ReLU follows. */
  readonly relu: boolean;
  /** The dropout that follows, if any. */
  readonly dropout?: DropoutAttributes;
  /** The fraction of their distance by which the running statistics move towards those of the batch. */
  readonly gain?: number;
}

type Vectors = { readonly gamma: NdArray; readonly beta: NdArray; readonly mean: NdArray; readonly variance: NdArray };
type GivenInputs = readonly [x: NdArray, gamma: NdArray, beta: NdArray, mean: NdArray, variance: NdArray];

function channelsOf(shape: Shape, axis: number) {
  const { outer, length, inner } = viewAround(shape, axis);
  return { count: length, n: outer * inner, of: (i: number): number => Math.floor(i / inner) % length };
}

/** The sum of f(i) over the elements of each channel. */
function sumPerChannel(x: NdArray, axis: number, f: (i: number, channel: number) => number): NdArray {
  const { count, of } = channelsOf(x.shape, axis);
  const sums = zeros([count]);
  for (let i = 0; i < x.data.length; i++) sums.data[of(i)] += f(i, of(i));
  return sums;
}

/** Mean and biased variance of each channel; 0 if it has no elements. */
function statistics(x: NdArray, axis: number): { mean: NdArray; variance: NdArray } {
  const n = Math.max(1, channelsOf(x.shape, axis).n);
  const mean = map(
    sumPerChannel(x, axis, (i) => x.data[i]),
    (sum) => sum / n,
  );
  const squares = sumPerChannel(x, axis, (i, channel) => (x.data[i] - mean.data[channel]) ** 2);
  return { mean, variance: map(squares, (sum) => sum / n) };
}

const normalised = (x: NdArray, { mean, variance }: Vectors, { axis, epsilon }: BatchNormAttributes): NdArray => {
  const { of } = channelsOf(x.shape, axis);
  return map(x, (value, i) => (value - mean.data[of(i)]) / Math.sqrt(variance.data[of(i)] + epsilon));
};

/** gamma h + beta, clamped at 0 if ReLU follows. */
function transform(x: NdArray, vectors: Vectors, attributes: BatchNormAttributes): NdArray {
  const { of } = channelsOf(x.shape, attributes.axis);
  return map(normalised(x, vectors, attributes), (h, i) => {
    const z = vectors.gamma.data[of(i)] * h + vectors.beta.data[of(i)];
    return attributes.relu ? Math.max(0, z) : z;
  });
}

/** The gradients shared by both backward functions; `scale` is dy / dh over the deviation. */
function gradients(dy: NdArray, { x, vectors }: { x: NdArray; vectors: Vectors }, attributes: BatchNormAttributes) {
  const { axis, epsilon, relu } = attributes;
  const { of, n } = channelsOf(x.shape, axis);
  const y = transform(x, vectors, attributes);
  const dz = map(dy, (value, i) => (relu && y.data[i] <= 0 ? 0 : value));
  const h = normalised(x, vectors, attributes);
  const scale = map(vectors.gamma, (value, c) => value / Math.sqrt(vectors.variance.data[c] + epsilon));
  const dbeta = sumPerChannel(x, axis, (i) => dz.data[i]);
  const dgamma = sumPerChannel(x, axis, (i) => dz.data[i] * h.data[i]);
  return { of, n, dz, h, scale, dbeta, dgamma };
}

/** Mean, variance, gamma and beta in one array, as the kernels save them. */
const rowsOf = ({ mean, variance, gamma, beta }: Vectors): NdArray => ({
  data: Float64Array.from([mean, variance, gamma, beta].flatMap(({ data }) => [...data])),
  shape: [4, mean.shape[0]],
});

function vectorsOf({ data, shape: [, channels] }: NdArray): Vectors {
  const row = (i: number): NdArray => ({ data: data.slice(i * channels, (i + 1) * channels), shape: [channels] });
  return { mean: row(0), variance: row(1), gamma: row(2), beta: row(3) };
}

/** Inputs: x, gamma, beta, the generator's state and, updated in place, running mean and variance. */
export const batchNormTraining = {
  forward: (
    [x, gamma, beta, state, movingMean, movingVariance]: readonly NdArray[],
    attributes: BatchNormAttributes,
  ): readonly NdArray[] => {
    const vectors = { gamma, beta, ...statistics(x, attributes.axis) };
    const { dropout, gain = 0 } = attributes;
    for (const [moving, now] of [[movingMean, vectors.mean] as const, [movingVariance, vectors.variance] as const]) {
      now.data.forEach((value, c) => {
        if (moving !== undefined) moving.data[c] += (value - moving.data[c]) * gain;
      });
    }
    const y = transform(x, vectors, attributes);
    return [dropout ? drop([y, state], dropout) : y, rowsOf(vectors)];
  },
  backward: (
    dy: NdArray,
    {
      inputs: [x, , , state],
      outputs: [, saved],
    }: { readonly inputs: readonly NdArray[]; readonly outputs: readonly NdArray[] },
    attributes: BatchNormAttributes,
  ): readonly NdArray[] => {
    const { dropout } = attributes;
    const vectors = vectorsOf(saved);
    const kept = dropout ? drop([dy, state], dropout) : dy;
    const { of, n, dz, h, scale, dbeta, dgamma } = gradients(kept, { x, vectors }, attributes);
    const dx = map(dz, (value, i) => {
      const c = of(i);
      return scale.data[c] * (value - (dbeta.data[c] + h.data[i] * dgamma.data[c]) / n);
    });
    return [dx, dgamma, dbeta];
  },
};

export const batchNorm = {
  forward: ([x, gamma, beta, mean, variance]: GivenInputs, attributes: BatchNormAttributes): NdArray =>
    transform(x, { gamma, beta, mean, variance }, attributes),
  backward: (
    dy: NdArray,
    { inputs: [x, gamma, beta, mean, variance] }: { readonly inputs: GivenInputs },
    attributes: BatchNormAttributes,
  ): readonly NdArray[] => {
    const vectors = { gamma, beta, mean, variance };
    const { of, dz, scale, dbeta, dgamma } = gradients(dy, { x, vectors }, attributes);
    const dx = map(dz, (value, i) => scale.data[of(i)] * value);
    const dmean = map(dbeta, (value, c) => -scale.data[c] * value);
    const dvariance = map(
      dgamma,
      (value, c) => (-0.5 * gamma.data[c] * value) / (variance.data[c] + attributes.epsilon),
    );
    return [dx, dgamma, dbeta, dmean, dvariance];
  },
};
