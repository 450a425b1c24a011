import { checkOptions, checkRange, checkWhole, checkWord } from '../core/checks.ts';
import { currentDevice, type Device } from '../core/device.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { HostArray } from '../core/tensor.ts';
import { tensor } from '../ops/create/create.ts';
import { matmul } from '../ops/matmul/matmul.ts';
import { checkFinite } from './finite.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';
import { statistics } from './statistics.ts';

export interface WhiteningStatisticsOptions {
  /** `pca`: components by their variance, the largest first. `zca`: the features themselves, changed as little as can be. */
  readonly kind: 'pca' | 'zca';
  /** How many components to keep, those of the largest variance; default all. ZCA keeps as many of them inside its features. */
  readonly components?: number;
  /** Added to the variance of each component, as in Keras; default 1e-6. What hardly varies is not blown up. */
  readonly epsilon?: number;
  /** Where the covariance is computed; default the current device. */
  readonly device?: Device;
}

/** What a `whitening` layer takes. */
export interface Whitening {
  /** One per feature. */
  readonly mean: readonly number[];
  /** `[features, components]` for PCA, `[features, features]` for ZCA. */
  readonly matrix: HostArray;
  /** The variance of the data along each component that was kept, the largest first. */
  readonly variance: readonly number[];
}

/** Samples whose products are summed in float32; what they make is added up in float64. */
const BLOCK = 4096;
/** What part of the largest variance the rounding of float32 may pass for. */
const NOISE = 1e-7;

/**
 * Whitening fitted to a training set: `y = (x - mean) matrix` has covariance 1 (but for epsilon). With the covariance
 * (divided by n) as `U diag(v) U'`,
 *
 *     pca: matrix = U diag(1 / sqrt(v + epsilon))        zca: matrix = U diag(1 / sqrt(v + epsilon)) U'
 *
 * @param given `[samples, ...]`; each sample is a vector of all its elements.
 * @throws ValueError, ShapeError for numbers that are not finite, fewer than two samples, and directions without variance
 * if epsilon is 0.
 * @see Krizhevsky (2009), "Learning multiple layers of features from tiny images", appendix A, on ZCA.
 */
export async function whiteningStatistics(given: HostNumbers, options: WhiteningStatisticsOptions): Promise<Whitening> {
  const x = hostArrayOf('whiteningStatistics', 'x', given);
  const [samples, features] = sizesOf(x);
  const { kind, components, epsilon, device } = checked(options, features);
  checkFinite('whiteningStatistics', x);
  const flat = { data: x.data, shape: [samples, features] };
  const { mean } = statistics(flat, -1);
  const { principalComponents } = await import('./principal.ts'); // with a library that nothing else needs
  const { variance, projection } = principalComponents(await covariance(flat, mean, device), components);
  if (epsilon === 0 && variance[components - 1] <= NOISE * variance[0]) {
    throw new ValueError({
      op: 'whiteningStatistics',
      got: `a component of variance ${variance[components - 1]}, beside one of ${variance[0]}, and epsilon 0`,
      expected: 'components that vary',
      fix: `Set epsilon, or keep fewer than ${components} components.`,
    });
  }
  const factors = variance.map((v) => 1 / Math.sqrt(v + epsilon));
  return { mean, matrix: projection(factors, kind === 'zca'), variance };
}

function checked(options: WhiteningStatisticsOptions, features: number): Required<WhiteningStatisticsOptions> {
  checkOptions('whiteningStatistics', options, ['kind', 'components', 'epsilon', 'device']);
  const { kind, components = features, epsilon = 1e-6, device = currentDevice() } = options;
  checkWord('whiteningStatistics', 'kind', kind, ['pca', 'zca']);
  checkWhole('whiteningStatistics', 'components', components, 1);
  checkRange('whiteningStatistics', 'epsilon', epsilon, { low: 0, high: Number.POSITIVE_INFINITY });
  if (components > features) {
    throw new ValueError({
      op: 'whiteningStatistics',
      got: `${components} components`,
      expected: `at most ${features}, as samples have ${features} numbers`,
      fix: 'Leave the option out to keep all.',
    });
  }
  return { kind, components, epsilon, device };
}

function sizesOf({ data, shape }: HostArray): [samples: number, features: number] {
  const [samples = 0] = shape;
  if (samples >= 2 && data.length >= samples) return [samples, data.length / samples];
  throw new ShapeError({
    op: 'whiteningStatistics',
    got: `an array of shape ${formatShape(shape)}`,
    expected: 'two samples or more along the first axis, of one number or more each',
    fix: 'Pass the training set.',
  });
}

/** The covariance of the features, divided by the number of samples; products on the device. */
async function covariance({ data, shape }: HostArray, mean: readonly number[], device: Device): Promise<Float64Array> {
  const [samples, features] = shape;
  const sums = new Float64Array(features * features);
  for (let start = 0; start < samples; start += BLOCK) {
    const block = data.subarray(start * features, Math.min(start + BLOCK, samples) * features);
    const centred = new Float64Array(block).map((value, i) => value - mean[i % features]);
    using t = tensor(centred, { shape: [block.length / features, features], device });
    using product = matmul(t, t, { transposeA: true });
    for (const [i, value] of (await product.data()).entries()) sums[i] += value;
  }
  return sums.map((sum) => sum / samples);
}
