import {
  byName,
  type Check,
  count,
  finite,
  fraction,
  integer,
  listOf,
  named,
  notNegative,
  required,
} from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeAxis, type Shape, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { mul, sub } from '../../ops/elementwise/binary.ts';
import { matmul } from '../../ops/matmul/matmul.ts';
import { reshape as reshapeOp } from '../../ops/movement/strided.ts';
import { batchNorm } from '../../ops/normalize/batchNorm.ts';
import { batchNormLayer } from '../../ops/normalize/batchNormFused.ts';
import { dropout as dropoutOp } from '../../ops/random/dropout.ts';
import { type Activation, type ActivationName, getActivation } from '../activations.ts';
import type { Initializer } from '../initializers.ts';
import { checkRank, defineLayer, type LayerMaker, lengthAlong, sampleShape } from '../network/defineLayer.ts';
import type { Layer, LayerContext, LayerOptions } from '../network/layer.ts';
import { addBias, addKernel, BIAS_CHECKS, type BiasOptions, KERNEL_CHECKS, type KernelOptions } from './kernel.ts';
import { prelu } from './rectifiers.ts';

/** Options of `input`. */
export interface InputOptions extends LayerOptions {
  /** The shape of one sample, without the batch axis. */
  readonly shape: Shape;
}

/**
 * Declares the shape of the samples: the first layer of a sequential model, or an input of a graph. It computes nothing.
 * @throws ValueError if `shape` is missing.
 */
export const input: LayerMaker<InputOptions> = /* @__PURE__ */ Object.assign(
  named('input', (options: InputOptions) => inputLayer({ ...options, inputShape: options.shape })),
  { kind: 'input' },
);

const inputLayer = defineLayer<InputOptions>('input', { shape: required(sampleShape) }, () => ({
  takes: 'nothing',
  outputShape: (shape) => shape,
  call: (x) => x,
}));

/** Options of `dense`. */
export interface DenseOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Number of outputs, at least 1. */
  readonly units: number;
  /** Applied to the output: a name, or a function that keeps shape and dtype; default `linear`. */
  readonly activation?: ActivationName | Activation;
}

/**
 * A fully connected layer: `y = activation(x kernel + bias)` over the last axis.
 * Input `[batch, ..., n]`, output `[batch, ..., units]`, f32. Weights: `kernel` `[n, units]`, `bias` `[units]`.
 * @throws ValueError if an option is out of range; ShapeError if samples are scalars.
 */
export const dense = defineLayer<DenseOptions>(
  'dense',
  { units: required(count), activation: byName, ...KERNEL_CHECKS, ...BIAS_CHECKS },
  ({ units, activation = 'linear', ...weights }) => {
    // Some activations are fused into the product.
    const fused = activation === 'relu' || activation === 'tanh' ? { activation } : {};
    const activate = getActivation('activation' in fused ? 'linear' : activation);
    return {
      outputShape: (shape) => {
        checkRank('dense', shape, 1);
        return [...shape.slice(0, -1), units];
      },
      build: (addWeight, shape) => {
        addKernel(addWeight, [shape[shape.length - 1], units], weights);
        addBias(addWeight, units, weights);
      },
      call: (x, { weights: { kernel, bias } }) => activate(matmul(x, kernel, { ...fused, ...(bias && { bias }) })),
    };
  },
);

/** Options of `batchNormalization`. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis of the channels, counting the batch axis; default the last. */
  readonly axis?: number;
  /** The fraction of the running statistics kept at each batch, at least 0 and below 1; default 0.99. PyTorch's is 1 minus this. */
  readonly momentum?: number;
  /** Added to the variance, 0 or more; default 1e-3 as in Keras (PyTorch: 1e-5). */
  readonly epsilon?: number;
}

/**
 * Batch normalization: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` for each channel. Keeps the shape; f32.
 * Training uses the batch's mean and biased variance, and updates the running statistics:
 * `moving = momentum moving + (1 - momentum) statistic`. Inference uses the running statistics, and so does training while
 * the layer is frozen (`trainable: false`). A ReLU and a dropout that follow are computed in the same pass.
 * Weights, each `[channels]`: `gamma` (starts at 1), `beta` (0), `movingMean` (0), `movingVariance` (1).
 * @throws ValueError if an option is out of range; ShapeError if `axis` is the batch axis.
 * @see Ioffe and Szegedy (2015), "Batch normalization".
 */
export const batchNormalization = defineLayer<BatchNormalizationOptions>(
  'batchNormalization',
  { axis: integer, momentum: fraction, epsilon: notNegative },
  ({ axis = -1, momentum = 0.99, epsilon = 1e-3 }) => {
    const normalise = (
      x: Tensor,
      { weights, training }: LayerContext,
      { activation, dropout }: { activation?: 'relu'; dropout?: { rate: number; stream: number } } = {},
    ): Tensor => {
      const { gamma, beta, movingMean, movingVariance } = weights;
      const options = { axis, epsilon, ...(activation && { activation }) };
      const isFrozen = !gamma.trainable && !beta.trainable;
      if (!training || isFrozen) {
        const y = batchNorm(x, gamma, beta, movingMean, movingVariance, options);
        return training && dropout ? dropoutOp(y, dropout) : y;
      }
      const moving = { mean: movingMean, variance: movingVariance, gain: 1 - momentum };
      return batchNormLayer(x, gamma, beta, { ...options, moving, ...(dropout && { dropout }) })[0];
    };
    return {
      outputShape: (shape) => shape,
      build: (addWeight, shape) => {
        checkRank('batchNormalization', shape, 1);
        const channels = lengthAlong('batchNormalization', shape, axis);
        addWeight('gamma', [channels], 'ones');
        addWeight('beta', [channels], 'zeros');
        addWeight('movingMean', [channels], 'zeros', { trainable: false });
        addWeight('movingVariance', [channels], 'ones', { trainable: false });
      },
      call: (x, context) => normalise(x, context),
      fuse: (following) => {
        const activation = isRelu(following[0]) ? ('relu' as const) : undefined;
        const rate = rateOf(following[activation ? 1 : 0]);
        const taken = (activation ? 1 : 0) + (rate === undefined ? 0 : 1);
        return {
          taken,
          call: (x, [own, ...others]) => {
            const dropout = rate ? { rate, stream: others[taken - 1].stream } : undefined;
            return normalise(x, own, { ...(activation && { activation }), ...(dropout && { dropout }) });
          },
        };
      },
    };
  },
);

/** Options of an activation layer, as in files. */
export interface ActivationOptions extends LayerOptions {
  /** A name, or a function that keeps shape and dtype. */
  readonly activation: ActivationName | Activation;
}

/** The layer that `activation('relu')` makes; the kind names it in files. */
export const activationLayer = defineLayer<ActivationOptions>(
  'activation',
  { activation: required(byName) },
  ({ activation: given }) => {
    const activate = getActivation(given);
    return { outputShape: (shape) => shape, call: (x) => activate(x) };
  },
);

/**
 * Applies an activation: `y = f(x)`, in the shape of x. `activation('prelu')` makes a `prelu()` layer, which learns its slope.
 * @param given a name (see `activations`), or a function that keeps shape and dtype.
 * @throws ValueError if the name is unknown.
 */
export const activation = (given: ActivationName | 'prelu' | Activation, options: LayerOptions = {}): Layer =>
  given === 'prelu' ? prelu(options) : activationLayer({ ...options, activation: given });

const isRelu = (layer: Layer | undefined): boolean =>
  layer?.kind === 'activation' && 'activation' in layer.options && layer.options.activation === 'relu';

/** The rate of a dropout layer; undefined for other layers. */
const rateOf = (layer: Layer | undefined): number | undefined =>
  layer?.kind === 'dropout' && 'rate' in layer.options ? Number(layer.options.rate) : undefined;

/** Options of the layer `dropout`. */
export interface DropoutOptions extends LayerOptions {
  /** The probability that an element is set to 0 in training, at least 0 and below 1. */
  readonly rate: number;
}

/** The layer `dropout`, documented in src/overloads.ts. */
export const dropout = defineLayer<DropoutOptions>('dropout', { rate: required(fraction) }, ({ rate }) => ({
  outputShape: (shape) => shape,
  call: (x, { training, stream }) => (training ? dropoutOp(x, { rate, stream }) : x),
}));

/** Flattens each sample into a vector of its n elements, row-major: `[batch, ...]` to `[batch, n]`. */
export const flatten = defineLayer<LayerOptions>('flatten', {}, () => ({
  outputShape: (shape) => [sizeOf(shape)],
  call: (x) => reshapeOp(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
}));

/** Options of the layer `reshape`. */
export interface ReshapeOptions extends LayerOptions {
  /** The new shape of one sample, without the batch axis; one length can be -1 and is computed. */
  readonly shape: Shape;
}

const newShape = listOf(
  [(length) => Number.isInteger(length) && Number(length) >= -1, ''],
  'a list of lengths, without the batch axis, of which one may be -1',
);

/** The layer `reshape`, documented in src/overloads.ts. */
export const reshape = defineLayer<ReshapeOptions>('reshape', { shape: required(newShape) }, ({ shape: wanted }) => {
  const outputShape = (shape: Shape): Shape => {
    const size = sizeOf(shape);
    const known = sizeOf(wanted.filter((length) => length !== -1));
    const result = wanted.map((length) => (length === -1 ? size / known : length));
    if (sizeOf(result) !== size || !result.every(Number.isInteger)) {
      throw new ShapeError({
        op: 'reshape',
        got: `samples of shape ${formatShape(shape)}`,
        expected: `${sizeOf(wanted)} elements, the size of ${formatShape(wanted)}`,
        fix: 'Correct the shape of the layer.',
      });
    }
    return result;
  };
  return { outputShape, call: (x) => reshapeOp(x, [x.shape[0], ...outputShape(x.shape.slice(1))]) };
});

/** Options of `normalization`. */
export interface NormalizationOptions extends LayerOptions {
  /** The axis along which each entry has its own statistics, counting the batch axis; `null`: one pair for all. Default -1. */
  readonly axis?: number | null;
  /** One number per entry of the axis, or one for all; `statistics(trainingData, axis)` computes them. Default 0. */
  readonly mean?: number | ArrayLike<number>;
  /** The variance in the same form, 0 or more; default 1. */
  readonly variance?: number | ArrayLike<number>;
}

const listOrOne = (check: Check, expected: string): Check => [
  (value) => check[0](value) || listOf(check, expected)[0](value),
  expected,
];

/**
 * Normalizes inputs with the statistics of the training set: `y = (x - mean) / sqrt(variance)`. Keeps the shape; f32. A feature
 * of variance 0 is only centred. The statistics are non-trainable weights, saved with the model.
 * @throws ValueError if a statistic is not a finite number; ShapeError if their number differs from the length of the axis.
 */
export const normalization = defineLayer<NormalizationOptions>(
  'normalization',
  {
    axis: [(axis) => axis === null || integer[0](axis), 'a whole number, or null'],
    mean: listOrOne(finite, 'a finite number, or a list of them'),
    variance: listOrOne(notNegative, 'a finite number of 0 or more, or a list of them'),
  },
  ({ axis = -1, mean = 0, variance = 1 }) => ({
    outputShape: (shape) => shape,
    build: (addWeight, shape) => {
      const full = [1, ...shape];
      const own = full.map((length, i) =>
        axis !== null && i === normalizeAxis('normalization', axis, full.length) ? length : 1,
      );
      const spread =
        (given: number | ArrayLike<number>, name: string, map = (value: number) => value): Initializer =>
        () => {
          const values = typeof given === 'number' ? [map(given)] : Array.from(given, map);
          if (values.length === 1) return new Float32Array(sizeOf(own)).fill(values[0]);
          if (values.length === sizeOf(own)) return Float32Array.from(values);
          throw new ShapeError({
            op: 'normalization',
            got: `${values.length} numbers as ${name}`,
            expected: `${sizeOf(own)} for samples of shape ${formatShape(shape)}`,
            fix: 'Compute the statistics along the axis of the layer.',
          });
        };
      const scale = (v: number): number => (v > 0 ? 1 / Math.sqrt(v) : 1);
      addWeight('mean', own, spread(mean, 'mean'), { trainable: false });
      addWeight('scale', own, spread(variance, 'variance', scale), { trainable: false });
    },
    call: (x, { weights: { mean: centre, scale } }) => mul(sub(x, centre), scale),
  }),
);
