import { type Shape, viewAround } from '../shape.ts';
import { map, type NdArray, zeros } from './ndarray.ts';

export interface BatchNormAttributes {
  /** The axis of the channels, non-negative. */
  readonly axis: number;
  readonly epsilon: number;
  /** Whether max(0, .) follows. */
  readonly relu: boolean;
}

type Vectors = { readonly gamma: NdArray; readonly mean: NdArray; readonly variance: NdArray };
type TrainingInputs = readonly [x: NdArray, gamma: NdArray, beta: NdArray];
type GivenInputs = readonly [x: NdArray, gamma: NdArray, beta: NdArray, mean: NdArray, variance: NdArray];

function channelsOf(shape: Shape, axis: number) {
  const { outer, length, inner } = viewAround(shape, axis);
  return { count: length, n: outer * inner, of: (i: number): number => Math.floor(i / inner) % length };
}

/** Adds f(i) over the elements of each channel. */
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

/** gamma (x - mean) / sqrt(variance + epsilon) + beta, limited to 0 from below if a ReLU follows. */
function normalise(
  [x, gamma, beta, mean, variance]: GivenInputs,
  { axis, epsilon, relu }: BatchNormAttributes,
): NdArray {
  const { of } = channelsOf(x.shape, axis);
  return map(x, (value, i) => {
    const c = of(i);
    const h = (value - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon);
    const z = gamma.data[c] * h + beta.data[c];
    return relu ? Math.max(0, z) : z;
  });
}

/** What both backward functions are made of; `scale` is dy / dh over the deviation. */
function gradients(
  dy: NdArray,
  { x, y, vectors: { gamma, mean, variance } }: { x: NdArray; y: NdArray; vectors: Vectors },
  { axis, epsilon, relu }: BatchNormAttributes,
) {
  const { of, n } = channelsOf(x.shape, axis);
  const dz = map(dy, (value, i) => (relu && y.data[i] <= 0 ? 0 : value));
  const h = map(x, (value, i) => (value - mean.data[of(i)]) / Math.sqrt(variance.data[of(i)] + epsilon));
  const scale = map(gamma, (value, c) => value / Math.sqrt(variance.data[c] + epsilon));
  const dbeta = sumPerChannel(x, axis, (i) => dz.data[i]);
  const dgamma = sumPerChannel(x, axis, (i) => dz.data[i] * h.data[i]);
  return { of, n, dz, h, scale, dbeta, dgamma };
}

export const batchNormTraining = {
  forward: ([x, gamma, beta]: TrainingInputs, attributes: BatchNormAttributes): readonly NdArray[] => {
    const { mean, variance } = statistics(x, attributes.axis);
    return [normalise([x, gamma, beta, mean, variance], attributes), mean, variance];
  },
  backward: (
    dy: NdArray,
    {
      inputs: [x, gamma],
      outputs: [y, mean, variance],
    }: { readonly inputs: TrainingInputs; readonly outputs: readonly NdArray[] },
    attributes: BatchNormAttributes,
  ): readonly NdArray[] => {
    const vectors = { gamma, mean, variance };
    const { of, n, dz, h, scale, dbeta, dgamma } = gradients(dy, { x, y, vectors }, attributes);
    const dx = map(dz, (value, i) => {
      const c = of(i);
      return scale.data[c] * (value - (dbeta.data[c] + h.data[i] * dgamma.data[c]) / n);
    });
    return [dx, dgamma, dbeta];
  },
};

export const batchNorm = {
  forward: normalise,
  backward: (
    dy: NdArray,
    { inputs: [x, gamma, , mean, variance], y }: { readonly inputs: GivenInputs; readonly y: NdArray },
    attributes: BatchNormAttributes,
  ): readonly NdArray[] => {
    const vectors = { gamma, mean, variance };
    const { of, dz, scale, dbeta, dgamma } = gradients(dy, { x, y, vectors }, attributes);
    const dx = map(dz, (value, i) => scale.data[of(i)] * value);
    const dmean = map(dbeta, (value, c) => -scale.data[c] * value);
    const dvariance = map(
      dgamma,
      (value, c) => (-0.5 * gamma.data[c] * value) / (variance.data[c] + attributes.epsilon),
    );
    return [dx, dgamma, dbeta, dmean, dvariance];
  },
};
