import { byName, checkMade, checkValue, checkValues, finite, lookUp, notNegative, positive } from '../core/checks.ts';
import { ShapeError } from '../core/errors.ts';
import { type Generator, normal, truncatedNormal, uniform } from '../core/random/generator.ts';
import { formatShape, type Shape, sizeOf } from '../core/shape.ts';

/** Makes the first values of a weight. Its random numbers come from a stream of the generator that nothing else uses. */
export type Initializer = (shape: Shape, generator: Generator) => Float32Array;

/** The standard deviation of a standard normal truncated at two deviations; dividing by it restores the wanted one. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Numbers of connections in and out. Kernels are `[in, out]`, or `[height, width, in, out]` with one per position. */
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

export interface VarianceScalingOptions {
  /** Above 0; default 1. */
  readonly scale?: number;
  /** The number n of connections: in (`fanIn`), out (`fanOut`) or their mean (`fanAvg`); default `fanIn`. */
  readonly mode?: keyof typeof modes;
  /** Default `truncatedNormal`: a normal truncated at two deviations, and scaled to keep the variance. */
  readonly distribution?: keyof typeof distributions;
}

/**
 * Random numbers of mean 0 and variance `scale / n`, for n connections.
 * @throws ValueError for options out of range.
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
 * A random matrix with orthogonal columns, or rows if there are fewer, of length `gain`: it keeps the norm of its inputs. Kernels
 * of convolutions count as `[height * width * in, out]`.
 * @param options `gain`: default 1.
 * @throws ValueError for a gain that is no finite number; ShapeError for a weight of rank below 2.
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

export interface NormalInitializerOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation, 0 or more; default 0.05. */
  readonly stddev?: number;
}

const normalFrom =
  (name: string, draw: typeof normal) =>
  (options: NormalInitializerOptions = {}): Initializer => {
    checkValues(name, options, { mean: finite, stddev: notNegative });
    const { mean = 0, stddev = 0.05 } = options;
    return (shape, generator) => Float32Array.from(draw(sizeOf(shape), generator), (z) => mean + stddev * z);
  };

export interface UniformInitializerOptions {
  /** The lower bound; default -0.05. */
  readonly low?: number;
  /** The upper bound, never reached; default 0.05. */
  readonly high?: number;
}

function uniformBetween(options: UniformInitializerOptions = {}): Initializer {
  checkValues('randomUniform', options, { low: finite, high: finite });
  const { low = -0.05, high = 0.05 } = options;
  return (shape, generator) => Float32Array.from(uniform(sizeOf(shape), generator), (u) => low + (high - low) * u);
}

/** Initializers by their Keras names, each a function of its options. `in` and `out` are numbers of connections. */
export const initializers = {
  zeros: () => filled(0),
  ones: () => filled(1),
  /** Sets every element to `value`, default 0. */
  constant: (value = 0) => {
    checkValue('constant', 'value', value, finite);
    return filled(value);
  },
  /** Uniform, `low <= w < high`. */
  randomUniform: uniformBetween,
  /** Normal, with `mean` and `stddev`. */
  randomNormal: normalFrom('randomNormal', normal),
  /** Normal, with values beyond two `stddev` drawn again; the deviation that is left is 0.88 `stddev`. */
  truncatedNormal: normalFrom('truncatedNormal', truncatedNormal),
  orthogonal,
  /** Mean 0 and variance `scale / n`, for n connections in, out or on average. */
  varianceScaling,
  /** Variance `2 / (in + out)`, uniform. @see Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks". */
  glorotUniform: () => varianceScaling({ mode: 'fanAvg', distribution: 'uniform' }),
  /** Variance `2 / (in + out)`, truncated normal. */
  glorotNormal: () => varianceScaling({ mode: 'fanAvg' }),
  /** Variance `2 / in`, uniform. @see He et al. (2015), "Delving deep into rectifiers". */
  heUniform: () => varianceScaling({ scale: 2, distribution: 'uniform' }),
  /** Variance `2 / in`, truncated normal. */
  heNormal: () => varianceScaling({ scale: 2 }),
  /** Variance `1 / in`, uniform. @see LeCun et al. (1998), "Efficient BackProp". */
  lecunUniform: () => varianceScaling({ distribution: 'uniform' }),
  /** Variance `1 / in`, truncated normal. */
  lecunNormal: () => varianceScaling(),
} satisfies Record<string, () => Initializer>;

/** Exported by name, too; `zeros`, `ones`, `randomNormal` and `randomUniform` are not, as these names make tensors. */
export const { constant, glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal } = initializers;

/** The initializer of a name, with default options, or the given function. @throws ValueError that lists the names. */
export function getInitializer(initializer: Initializer | string): Initializer {
  checkMade('initializer', initializers, initializer);
  if (typeof initializer === 'function') return initializer;
  return lookUp<() => Initializer>('initializer', initializers, initializer)();
}
