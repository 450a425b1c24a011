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

export interface InputOptions extends LayerOptions {
  /** The shape of one sample, without the batch axis. */
  readonly shape: Shape;
}

/**
 * States the shape of the samples: the first layer of a sequential model, or an input of a graph. It computes nothing.
 * @throws ValueError without `shape`.
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

export interface DenseOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Number of outputs, at least 1. */
  readonly units: number;
  /** Applied to the result: a name, or a function that keeps shape and dtype. Default `linear`. */
  readonly activation?: ActivationName | Activation;
}

/**
 * A fully connected layer: `y = activation(x kernel + bias)` over the last axis.
 * Input `[batch, ..., n]`, output `[batch, ..., units]`, f32. Weights: `kernel` `[n, units]`, `bias` `[units]`.
 * @throws ValueError for options out of range; ShapeError for samples without an axis.
 */
export const dense = defineLayer<DenseOptions>(
  'dense',
  { units: required(count), activation: byName, ...KERNEL_CHECKS, ...BIAS_CHECKS },
  ({ units, activation = 'linear', ...weights }) => {
    // Some activations end the product's own pass.
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

export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis of the channels, counted with the batch axis; default the last. */
  readonly axis?: number;
  /** The share of the old running statistics that each batch keeps, as in Keras, at least 0 and below 1; default 0.99. */
  readonly momentum?: number;
  /** Added to the variance, 0 or more; default 1e-3. */
  readonly epsilon?: number;
}

/**
 * Batch normalization: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` for each channel. The shape stays, f32.
 * Training takes mean and biased variance from the batch, and updates the running statistics:
 * `moving = momentum moving + (1 - momentum) statistic`. Inference uses the running statistics, and so does training while
 * the layer is frozen (`trainable: false`). A ReLU and a dropout that follow are computed in the same pass.
 * Weights, each `[channels]`: `gamma` (starts at 1), `beta` (0), `movingMean` (0), `movingVariance` (1).
 * @throws ValueError for options out of range; ShapeError for the batch axis.
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

export interface ActivationOptions extends LayerOptions {
  /** A name, or a function that keeps shape and dtype. */
  readonly activation: ActivationName | Activation;
}

/** The layer that `activation('relu')` makes; files name it by this kind. */
export const activationLayer = defineLayer<ActivationOptions>(
  'activation',
  { activation: required(byName) },
  ({ activation: given }) => {
    const activate = getActivation(given);
    return { outputShape: (shape) => shape, call: (x) => activate(x) };
  },
);

/**
 * An activation as a layer of its own: `y = f(x)`, in the shape of x. `activation('prelu')` makes a `prelu()` layer, which
 * learns its slope.
 * @param given a name (see `activations`), or a function that keeps shape and dtype.
 * @throws ValueError for an unknown name.
 */
export const activation = (given: ActivationName | 'prelu' | Activation, options: LayerOptions = {}): Layer =>
  given === 'prelu' ? prelu(options) : activationLayer({ ...options, activation: given });

const isRelu = (layer: Layer | undefined): boolean =>
  layer?.kind === 'activation' && 'activation' in layer.options && layer.options.activation === 'relu';

/** The rate of a dropout layer. */
const rateOf = (layer: Layer | undefined): number | undefined =>
  layer?.kind === 'dropout' && 'rate' in layer.options ? Number(layer.options.rate) : undefined;

export interface DropoutOptions extends LayerOptions {
  /** The share of elements set to 0 in training, at least 0 and below 1. */
  readonly rate: number;
}

/**
 * Dropout. In training each element becomes 0 with probability `rate`, and `x / (1 - rate)` otherwise; at inference `y = x`.
 * The shape stays, f32. Each step draws a new mask.
 * @throws ValueError for a rate outside `0 <= rate < 1`.
 * @see Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting".
 */
export const dropout = defineLayer<DropoutOptions>('dropout', { rate: required(fraction) }, ({ rate }) => ({
  outputShape: (shape) => shape,
  call: (x, { training, stream }) => (training ? dropoutOp(x, { rate, stream }) : x),
}));

/** Turns each sample into a vector of its n elements, row by row: `[batch, ...]` to `[batch, n]`. */
export const flatten = defineLayer<LayerOptions>('flatten', {}, () => ({
  outputShape: (shape) => [sizeOf(shape)],
  call: (x) => reshapeOp(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
}));

export interface ReshapeOptions extends LayerOptions {
  /** The new shape of one sample, without the batch axis; one length may be -1. */
  readonly shape: Shape;
}

const newShape = listOf(
  [(length) => Number.isInteger(length) && Number(length) >= -1, ''],
  'a list of lengths, without the batch axis, of which one may be -1',
);

/**
 * Gives each sample another shape of the same size: `[batch, ...]` to `[batch, ...shape]`. The elements keep their order.
 * @throws ShapeError for samples of another size.
 */
export const reshape = defineLayer<ReshapeOptions>('reshape', { shape: required(newShape) }, ({ shape: wanted }) => {
  const outputShape = (shape: Shape): Shape => {
    const size = sizeOf(shape);
    const known = sizeOf(wanted.filter((length) => length !== -1));
    const result = wanted.map((length) => (length === -1 ? size / known : length));
    if (sizeOf(result) !== size || !result.every(Number.isInteger)) {
      throw new ShapeError({
        op: 'reshape',
        got: `samples of shape ${formatShape(shape)}`,
        expected: `${sizeOf(wanted)} elements, as ${formatShape(wanted)} has`,
        fix: 'Correct the shape of the layer.',
      });
    }
    return result;
  };
  return { outputShape, call: (x) => reshapeOp(x, [x.shape[0], ...outputShape(x.shape.slice(1))]) };
});

export interface NormalizationOptions extends LayerOptions {
  /** The axis whose entries have statistics of their own, counted with the batch axis; `null`: one pair for all. Default -1. */
  readonly axis?: number | null;
  /** One number per entry of the axis, or one for all: `statistics(trainingData)` has them. Default 0. */
  readonly mean?: number | ArrayLike<number>;
  /** The same for the variance, 0 or more; default 1. */
  readonly variance?: number | ArrayLike<number>;
}

const listOrOne = (check: Check, expected: string): Check => [
  (value) => check[0](value) || listOf(check, expected)[0](value),
  expected,
];

/**
 * Normalizes inputs by the statistics of the training set: `y = (x - mean) / sqrt(variance)`. The shape stays, f32. A feature
 * of variance 0 is only centred. The statistics are weights that do not learn; they are saved with the model.
 * @throws ValueError for statistics that are no numbers; ShapeError for another number of them than the axis has entries.
 */
export const normalization = defineLayer<NormalizationOptions>(
  'normalization',
  {
    axis: [(axis) => axis === null || integer[0](axis), 'a whole number, or null'],
    mean: listOrOne(finite, 'a finite number, or a list of such'),
    variance: listOrOne(notNegative, 'a finite number of 0 or more, or a list of such'),
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
            fix: 'Compute the statistics over the same axis as the layer has.',
          });
        };
      const scale = (v: number): number => (v > 0 ? 1 / Math.sqrt(v) : 1);
      addWeight('mean', own, spread(mean, 'mean'), { trainable: false });
      addWeight('scale', own, spread(variance, 'variance', scale), { trainable: false });
    },
    call: (x, { weights: { mean: centre, scale } }) => mul(sub(x, centre), scale),
  }),
);
