import { type Checks, checkedLater, checkValues, count, notNegative } from '../core/checks.ts';
import { currentDevice, type Device } from '../core/device.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { HostArray } from '../core/tensor/tensor.ts';
import { tensor } from '../ops/create/create.ts';
import { matmul } from '../ops/matmul/matmul.ts';
import { checkFinite } from './finite.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';
import { statistics } from './statistics.ts';

/** Options of `whiteningStatistics`. */
export interface WhiteningStatisticsOptions {
  /** `pca`: outputs are the principal components, by descending variance. `zca`: outputs resemble the features most closely. */
  readonly kind: 'pca' | 'zca';
  /** Number of components of largest variance to keep; default all. ZCA projects them back to the features. */
  readonly components?: number;
  /** Added to the variance of each component, 0 or more, so that noise is not amplified; default 1e-6. */
  readonly epsilon?: number;
  /** The device that computes the covariance; default the current one. */
  readonly device?: Device;
}

/** What `whiteningStatistics` returns: the options of a `whitening` layer. */
export interface Whitening {
  /** The mean of each feature. */
  readonly mean: readonly number[];
  /** `[features, components]` for PCA, `[features, features]` for ZCA. */
  readonly matrix: HostArray;
  /** The variance along each component that was kept, descending. */
  readonly variance: readonly number[];
}

/** The number of samples whose products are summed in float32; blocks are summed in float64. */
const BLOCK = 4096;
/** The rounding noise of float32, relative to the largest variance. */
const NOISE = 1e-7;

/**
 * Fits a whitening to a training set: the covariance of `y = (x - mean) matrix` is the identity, up to epsilon. With the
 * eigendecomposition `U diag(v) U'` of the covariance of x (divided by n):
 *
 *     pca: matrix = U diag(1 / sqrt(v + epsilon))        zca: matrix = U diag(1 / sqrt(v + epsilon)) U'
 *
 * @param given samples, `[n, ...]`, each read as a vector of its elements.
 * @throws ValueError if an option is out of range, a number is not finite, or `epsilon` is 0 and a component has no variance;
 * ShapeError if there are fewer than two samples.
 * @see Krizhevsky (2009), "Learning multiple layers of features from tiny images", appendix A, on ZCA.
 */
export async function whiteningStatistics(given: HostNumbers, options: WhiteningStatisticsOptions): Promise<Whitening> {
  const x = hostArrayOf('whiteningStatistics', 'x', given);
  const [samples, features] = sizesOf(x);
  const { kind, components, epsilon, device } = checked(options, features);
  checkFinite('whiteningStatistics', x);
  const flat = { data: x.data, shape: [samples, features] };
  const { mean } = statistics(flat, -1);
  const { principalComponents } = await import('./principal.ts'); // loads a library that nothing else needs
  const { variance, projection } = principalComponents(await covariance(flat, mean, device), components);
  if (epsilon === 0 && variance[components - 1] <= NOISE * variance[0]) {
    throw new ValueError({
      op: 'whiteningStatistics',
      got: `a component of variance ${variance[components - 1]}, the largest being ${variance[0]}, and epsilon 0`,
      expected: 'components that vary',
      fix: `Set epsilon, or keep fewer than ${components} components.`,
    });
  }
  const factors = variance.map((v) => 1 / Math.sqrt(v + epsilon));
  return { mean, matrix: projection(factors, kind === 'zca'), variance };
}

const CHECKS: Checks<keyof WhiteningStatisticsOptions> = {
  kind: [(value) => value === 'pca' || value === 'zca', "'pca' or 'zca'", true],
  components: count,
  epsilon: notNegative,
  device: checkedLater,
};

function checked(options: WhiteningStatisticsOptions, features: number): Required<WhiteningStatisticsOptions> {
  checkValues('whiteningStatistics', options, CHECKS);
  const { kind, components = features, epsilon = 1e-6, device = currentDevice() } = options;
  if (components <= features) return { kind, components, epsilon, device };
  throw new ValueError({
    op: 'whiteningStatistics',
    got: `${components} components`,
    expected: `at most ${features}, the number of features`,
    fix: 'Leave the option out to keep all.',
  });
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
