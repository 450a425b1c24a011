import { byName, checkMade, checkValue, checkValues, finite, lookUp, notNegative, positive } from '../core/checks.ts';
import { ShapeError } from '../core/errors.ts';
import { type Generator, normal, truncatedNormal, uniform } from '../core/random.ts';
import { formatShape, type Shape, sizeOf } from '../core/shape.ts';

/** Makes the first values of a weight, from a stream of the generator that nothing else draws from. */
export type Initializer = (shape: Shape, generator: Generator) => Float32Array;

/** A standard normal that is cut at two deviations has this deviation; drawn from a wider one, it has the wanted one. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** Kernels are `[in, out]`, or `[height, width, in, out]` for convolutions, where every position counts. */
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

/** Numbers of a given deviation around 0. */
const distributions = {
  truncatedNormal: (count: number, deviation: number, generator: Generator): Float64Array =>
    truncatedNormal(count, generator).map((z) => (z * deviation) / TRUNCATED_DEVIATION),
  untruncatedNormal: (count: number, deviation: number, generator: Generator): Float64Array =>
    normal(count, generator).map((z) => z * deviation),
  uniform: (count: number, deviation: number, generator: Generator): Float64Array =>
    uniform(count, generator).map((u) => (2 * u - 1) * Math.sqrt(3) * deviation),
};

export interface VarianceScalingOptions {
  /** Default 1. */
  readonly scale?: number;
  /** Which number of connections the variance is divided by; default `fanIn`. */
  readonly mode?: keyof typeof modes;
  /** Default `truncatedNormal`, cut at two deviations of the wider normal it is drawn from. */
  readonly distribution?: keyof typeof distributions;
}

/** Random numbers of mean 0 whose variance is `scale` divided by a number of connections. */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  checkValues('varianceScaling', options, { scale: positive, mode: byName, distribution: byName });
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal' } = options;
  const fan = lookUp('varianceScaling', modes, mode);
  const draw = lookUp('varianceScaling', distributions, distribution);
  return (shape, generator) =>
    Float32Array.from(draw(sizeOf(shape), Math.sqrt(scale / Math.max(1, fan(shape))), generator));
}

/** Subtracts from `v` what it has in common with unit vectors, and scales the rest to length 1. */
function orthonormalise(v: Float64Array, others: readonly Float64Array[]): void {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
  // What rounding leaves after the first pass is gone after a second.
  for (const other of [...others, ...others]) {
    const shared = dot(v, other);
    for (let i = 0; i < v.length; i++) v[i] -= shared * other[i];
  }
  const length = Math.sqrt(dot(v, v));
  for (let i = 0; i < v.length; i++) v[i] /= length;
}

/**
 * A matrix whose columns, or rows if there are fewer of them, are orthogonal and `gain` (default 1) long: it keeps the
 * length of what passes through. Kernels of convolutions are `[height * width * in, out]`.
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
  /** Default 0.05. */
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
  /** Default -0.05. */
  readonly low?: number;
  /** Default 0.05. */
  readonly high?: number;
}

function uniformBetween(options: UniformInitializerOptions = {}): Initializer {
  checkValues('randomUniform', options, { low: finite, high: finite });
  const { low = -0.05, high = 0.05 } = options;
  return (shape, generator) => Float32Array.from(uniform(sizeOf(shape), generator), (u) => low + (high - low) * u);
}

/** Initializers by their Keras names, each a function of its options. */
export const initializers = {
  zeros: () => filled(0),
  ones: () => filled(1),
  /** Every element `value`, default 0. */
  constant: (value = 0) => {
    checkValue('constant', 'value', value, finite);
    return filled(value);
  },
  /** Uniform between `low` and `high`. */
  randomUniform: uniformBetween,
  /** Normal with `mean` and `stddev`. */
  randomNormal: normalFrom('randomNormal', normal),
  /** Normal, those beyond two deviations drawn again; the deviation of what is left is smaller, 0.88 of the given one. */
  truncatedNormal: normalFrom('truncatedNormal', truncatedNormal),
  orthogonal,
  /** Mean 0 and variance `scale / n`, with n connections in, out or on average. */
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

/** Those whose names mean nothing else; `zeros`, `ones` and the random ones make tensors under these names. */
export const { constant, glorotUniform, glorotNormal, heUniform, heNormal, lecunUniform, lecunNormal } = initializers;

/** An initializer from its name, with default options, or the function itself. @throws ValueError that lists the names. */
export function getInitializer(initializer: Initializer | string): Initializer {
  checkMade('initializer', initializers, initializer);
  if (typeof initializer === 'function') return initializer;
  return lookUp<() => Initializer>('initializer', initializers, initializer)();
}
