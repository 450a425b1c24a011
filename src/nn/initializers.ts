import { byName, checkMade, checkValue, checkValues, finite, lookUp, notNegative, positive } from '../core/checks.ts';
import { ShapeError } from '../core/errors.ts';
import { type Generator, normal, truncatedNormal, uniform } from '../core/random/generator.ts';
import { formatShape, type Shape, sizeOf } from '../core/shape.ts';

/** Computes the initial values of a weight, row-major; random numbers come from the given generator. */
export type Initializer = (shape: Shape, generator: Generator) => Float32Array;

/** The standard deviation of a standard normal truncated at 2; dividing by it restores 1. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Fan-in and fan-out of a kernel `[in, out]` or `[height, width, in, out]`; each position of a window counts. */
function fansOf(shape: Shape): { fanIn: number; fanOut: number } {
  const positions = sizeOf(shape.slice(0, -2));
  const fanOut = shape.at(-1) ?? 1;
  return { fanIn: positions * (shape.at(-2) ?? fanOut), fanOut: positions * fanOut };
}

const modes = {
  fanIn: (shape: Shape): number => fansOf(shape).fanIn,
  fanOut: (shape: Shape): number => fansOf(shape).fanOut,
  fanAvg: (shape: Shape): number => (fansOf(shape).fanIn + fansOf(shape).fanOut) / 2,
};

/** Numbers of mean 0 and a given standard deviation. */
const distributions = {
  truncatedNormal: (count: number, deviation: number, generator: Generator): Float64Array =>
    truncatedNormal(count, generator).map((z) => (z * deviation) / TRUNCATED_DEVIATION),
  untruncatedNormal: (count: number, deviation: number, generator: Generator): Float64Array =>
    normal(count, generator).map((z) => z * deviation),
  uniform: (count: number, deviation: number, generator: Generator): Float64Array =>
    uniform(count, generator).map((u) => (2 * u - 1) * Math.sqrt(3) * deviation),
};

/** Options of `varianceScaling`. */
export interface VarianceScalingOptions {
  /** The variance times n, above 0; default 1. */
  readonly scale?: number;
  /** The number n of connections: incoming (`fanIn`, default), outgoing (`fanOut`) or their mean (`fanAvg`). */
  readonly mode?: keyof typeof modes;
  /** Default `truncatedNormal`: a normal truncated at two standard deviations and rescaled to keep the variance. */
  readonly distribution?: keyof typeof distributions;
}

/**
 * Random numbers of mean 0 and variance `scale / n`, where `mode` selects n.
 * @throws ValueError if an option is out of range.
 * @see He et al. (2015), "Delving deep into rectifiers".
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  checkValues('varianceScaling', options, { scale: positive, mode: byName, distribution: byName });
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' } = options;
  const fan = lookUp('varianceScaling', modes, mode);
  const draw = lookUp('varianceScaling', distributions, distribution);
  return (shape, generator) =>
    Float32Array.from(draw(sizeOf(shape), Math.sqrt(scale / Math.max(1, fan(shape))), generator));
}

/** Subtracts from `v` its projections onto unit vectors, and scales the rest to length 1. */
function orthonormalise(v: Float64Array, others: readonly Float64Array[]): void {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
  // A second pass removes what rounding left after the first.
  for (const other of [...others, ...others]) {
    const shared = dot(v, other);
    for (let i = 0; i < v.length; i++) v[i] -= shared * other[i];
  }
  const length = Math.sqrt(dot(v, v));
  for (let i = 0; i < v.length; i++) v[i] /= length;
}

/**
 * A random matrix with orthogonal columns (rows, if there are fewer rows than columns) of length `gain`. A convolution's kernel
 * counts as a matrix `[height * width * in, out]`.
 * @param options `gain`: default 1.
 * @throws ValueError if `gain` is not finite; ShapeError if the weight's rank is below 2.
 * @see Saxe, McClelland and Ganguli (2014), "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks".
 */
export function orthogonal(options: { readonly gain?: number } = {}): Initializer {
  checkValues('orthogonal', options, { gain: finite });
  const { gain = 1 } = options;
  return (shape, generator) => {
    if (shape.length < 2) {
      throw new ShapeError({
        op: 'orthogonal',
        got: `a weight of shape ${formatShape(shape)}`,
        expected: 'rank 2 or more',
        fix: 'Use it for kernels only.',
      });
    }
    const columns = shape[shape.length - 1];
    const rows = sizeOf(shape.slice(0, -1));
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const numbers = normal(count * length, generator);
    const vectors: Float64Array[] = [];
    for (let i = 0; i < count; i++) {
      const v = numbers.subarray(i * length, (i + 1) * length);
      orthonormalise(v, vectors);
      vectors.push(v);
    }
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return gain * (rows >= columns ? vectors[column][row] : vectors[row][column]);
    });
  };
}

const filled =
  (value: number): Initializer =>
  (shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** Options of the initializers `randomNormal` and `truncatedNormal`. */
export interface NormalInitializerOptions {
  /** The mean; default 0. */
  readonly mean?: number;
  /** The standard deviation, 0 or more; default 0.05. */
  readonly stddev?: number;
}

const normalFrom =
  (name: string, draw: typeof normal) =>
  (options: NormalInitializerOptions = {}): Initializer => {
    checkValues(name, options, { mean: finite, stddev: notNegative });
    const { mean = 0, stddev = 0.05 } = options;
    return (shape, generator) => Float32Array.from(draw(sizeOf(shape), generator), (z) => mean + stddev * z);
  };

/** Options of the initializer `randomUniform`. */
export interface UniformInitializerOptions {
  /** The lower bound; default -0.05. */
  readonly low?: number;
  /** The upper bound; default 0.05. */
  readonly high?: number;
}

function uniformBetween(options: UniformInitializerOptions = {}): Initializer {
  checkValues('randomUniform', options, { low: finite, high: finite });
  const { low = -0.05, high = 0.05 } = options;
  return (shape, generator) => Float32Array.from(uniform(sizeOf(shape), generator), (u) => low + (high - low) * u);
}

/** Every element is `value`, default 0. @throws ValueError if it is not finite. */
export const constant = (value = 0): Initializer => {
  checkValue('constant', 'value', value, finite);
  return filled(value);
};
/**
 * Uniform numbers of mean 0 and variance `2 / (fanIn + fanOut)`.
 * @see Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks".
 */
export const glorotUniform = (): Initializer => varianceScaling({ mode: 'fanAvg', distribution: 'uniform' });
/** Truncated normal numbers of mean 0 and variance `2 / (fanIn + fanOut)`; see `glorotUniform`. */
export const glorotNormal = (): Initializer => varianceScaling({ mode: 'fanAvg' });
/** Uniform numbers of mean 0 and variance `2 / fanIn`. @see He et al. (2015), "Delving deep into rectifiers". */
export const heUniform = (): Initializer => varianceScaling({ scale: 2, distribution: 'uniform' });
/** Truncated normal numbers of mean 0 and variance `2 / fanIn`; see `heUniform`. */
export const heNormal = (): Initializer => varianceScaling({ scale: 2 });
/** Uniform numbers of mean 0 and variance `1 / fanIn`. @see LeCun et al. (1998), "Efficient BackProp". */
export const lecunUniform = (): Initializer => varianceScaling({ distribution: 'uniform' });
/** Truncated normal numbers of mean 0 and variance `1 / fanIn`; see `lecunUniform`. */
export const lecunNormal = (): Initializer => varianceScaling();

/** Initializers by their Keras names, each a function of its options. */
export const initializers = {
  zeros: () => filled(0),
  ones: () => filled(1),
  constant,
  /** Uniform between `low` and `high`. */
  randomUniform: uniformBetween,
  /** Normal, with `mean` and `stddev`. */
  randomNormal: normalFrom('randomNormal', normal),
  /** Normal; values beyond two `stddev` are drawn again, so the standard deviation is 0.88 `stddev`. */
  truncatedNormal: normalFrom('truncatedNormal', truncatedNormal),
  orthogonal,
  varianceScaling,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
} satisfies Record<string, () => Initializer>;

/** The initializer of a name, with default options, or the given one. @throws ValueError that lists the names. */
export function getInitializer(initializer: Initializer | string): Initializer {
  checkMade('initializer', initializers, initializer);
  if (typeof initializer === 'function') return initializer;
  return lookUp<() => Initializer>('initializer', initializers, initializer)();
}
