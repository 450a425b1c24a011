import type { Pair } from '../../backends/cpu/reference/conv/windows.ts';
import { byName, type Checks, count, flag, required } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, type Shape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { conv2d as convolve, depthwiseConv2d as convolveEach, convTranspose2d } from '../../ops/conv/conv2d.ts';
import {
  type AveragePoolOptions,
  averagePool2d as averagePool,
  maxPool2d as maxPool,
  type PoolOptions,
} from '../../ops/conv/pool.ts';
import {
  lengths,
  lengthsFrom,
  type Padding,
  padding,
  pairOf,
  transposedWindows,
  windowsOver,
} from '../../ops/conv/windows.ts';
import { max, mean } from '../../ops/reduce/reduce.ts';
import { type Activation, type ActivationName, getActivation } from '../activations.ts';
import type { ConstraintOption } from '../constraints.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerContext, LayerDefinition, LayerOptions } from '../network/layer.ts';
import type { RegularizerOption } from '../regularizers.ts';
import { addBias, addKernel, BIAS_CHECKS, type BiasOptions, KERNEL_CHECKS, type KernelOptions } from './kernel.ts';

/** Options of every convolution layer. */
export interface WindowLayerOptions extends LayerOptions, BiasOptions {
  /** Height and width of the filters, in pixels. */
  readonly kernelSize: number | Pair;
  /** Step between neighbouring windows, in pixels; default 1. */
  readonly strides?: number | Pair;
  /** Zeros around the image: `valid` (none), `same`, or `[top, left, bottom, right]` in pixels; default `valid`. */
  readonly padding?: Padding;
  /** Distance between neighbouring taps of a filter, in pixels; default 1. */
  readonly dilationRate?: number | Pair;
  /** Applied to the output: a name, or a function that keeps shape and dtype; default `linear`. */
  readonly activation?: ActivationName | Activation;
}

/** Options of the layer `conv2d`. */
export interface Conv2dOptions extends WindowLayerOptions, KernelOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Number of groups of channels, each with its own filters; must divide channels and filters. Default 1. */
  readonly groups?: number;
}

/** Options of the layer `depthwiseConv2d`. */
export interface DepthwiseConv2dOptions extends WindowLayerOptions {
  /** Number of filters, and outputs, per input channel; default 1. */
  readonly depthMultiplier?: number;
  /** Initial filters; default `glorotUniform`. */
  readonly depthwiseInitializer?: Initializer | string;
  /** A penalty on the filters, added to the loss; default none. */
  readonly depthwiseRegularizer?: RegularizerOption;
  /** A projection of the filters after every step; default none. */
  readonly depthwiseConstraint?: ConstraintOption;
}

/** Options of `conv2dTranspose`. */
export interface Conv2dTransposeOptions extends WindowLayerOptions, KernelOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Extra rows and columns of the output at the bottom and right; default 0. Not with `same`. */
  readonly outputPadding?: number | Pair;
}

const WINDOW_CHECKS: Checks<Exclude<keyof WindowLayerOptions, keyof LayerOptions>> = {
  kernelSize: required(lengths),
  strides: lengths,
  padding,
  dilationRate: lengths,
  activation: byName,
  ...BIAS_CHECKS,
};

/** Height, width and channels of samples. */
function imageOf(kind: string, shape: Shape): { size: Pair; channels: number } {
  const [height, width, channels] = shape;
  if (shape.length === 3) return { size: [height, width], channels };
  throw new ShapeError({
    op: kind,
    got: `samples of shape ${formatShape(shape)}`,
    expected: 'rank 3, [height, width, channels]',
    fix: 'Put a reshape() layer before it; greyscale images have 1 channel.',
  });
}

interface Convolution {
  readonly kernel: KernelOptions;
  readonly filterShape: (channels: number) => Shape;
  readonly features: (channels: number) => number;
  /** Height and width of what comes out. */
  readonly outputSize: (size: Pair) => Pair;
  readonly call: (
    x: Tensor,
    filter: Tensor,
    end: { readonly bias?: Tensor; readonly activation?: 'relu' | 'tanh' },
  ) => Tensor;
}

/** A layer that ends with a bias and an activation, fused into the convolution if its kernel has the activation. */
function convolution(
  kind: string,
  { activation = 'linear', ...options }: WindowLayerOptions,
  { kernel, filterShape, features, outputSize, call }: Convolution,
): LayerDefinition {
  const fused = activation === 'relu' || activation === 'tanh' ? { activation } : {};
  const activate = getActivation('activation' in fused ? 'linear' : activation);
  return {
    outputShape: (shape) => {
      const { size, channels } = imageOf(kind, shape);
      return [...outputSize(size), features(channels)];
    },
    build: (addWeight, shape) => {
      const { channels } = imageOf(kind, shape);
      addKernel(addWeight, filterShape(channels), kernel);
      addBias(addWeight, features(channels), options);
    },
    call: (x, { weights }: LayerContext) =>
      activate(call(x, weights.kernel, { ...fused, ...(weights.bias && { bias: weights.bias }) })),
  };
}

const windowOptions = ({ strides = 1, padding = 'valid', dilationRate = 1 }: WindowLayerOptions) => ({
  strides,
  padding,
  dilation: dilationRate,
});

/** The layer `conv2d`, documented in src/overloads.ts. */
export const conv2d = defineLayer<Conv2dOptions>(
  'conv2d',
  { ...WINDOW_CHECKS, ...KERNEL_CHECKS, filters: required(count), groups: count },
  (options) => {
    const { filters, kernelSize, groups = 1 } = options;
    const size = pairOf('conv2d', 'kernelSize', kernelSize);
    const window = windowOptions(options);
    return convolution('conv2d', options, {
      kernel: options,
      filterShape: (channels) => {
        if (channels % groups !== 0 || filters % groups !== 0) {
          throw new ShapeError({
            op: 'conv2d',
            got: `${channels} channels, ${filters} filters and ${groups} groups`,
            expected: 'a number of groups that divides both',
            fix: 'Change filters or groups.',
          });
        }
        return [...size, channels / groups, filters];
      },
      features: () => filters,
      outputSize: (image) => windowsOver('conv2d', image, { ...window, size }).count,
      call: (x, filter, end) => convolve(x, filter, { ...window, groups, ...end }),
    });
  },
);

/** The layer `depthwiseConv2d`, documented in src/overloads.ts. */
export const depthwiseConv2d = defineLayer<DepthwiseConv2dOptions>(
  'depthwiseConv2d',
  {
    ...WINDOW_CHECKS,
    depthMultiplier: count,
    depthwiseInitializer: byName,
    depthwiseRegularizer: byName,
    depthwiseConstraint: byName,
  },
  (options) => {
    const { kernelSize, depthMultiplier = 1 } = options;
    const size = pairOf('depthwiseConv2d', 'kernelSize', kernelSize);
    const window = windowOptions(options);
    return convolution('depthwiseConv2d', options, {
      kernel: {
        ...(options.depthwiseInitializer && { kernelInitializer: options.depthwiseInitializer }),
        ...(options.depthwiseRegularizer && { kernelRegularizer: options.depthwiseRegularizer }),
        ...(options.depthwiseConstraint && { kernelConstraint: options.depthwiseConstraint }),
      },
      filterShape: (channels) => [...size, channels, depthMultiplier],
      features: (channels) => channels * depthMultiplier,
      outputSize: (image) => windowsOver('depthwiseConv2d', image, { ...window, size }).count,
      call: (x, filter, end) => convolveEach(x, filter, { ...window, ...end }),
    });
  },
);

/**
 * A transposed 2D convolution, the gradient of a convolution with respect to its images: upsamples features. Input
 * `[batch, h, w, c]`, output `[batch, rows, columns, filters]`, f32. Weights: `kernel` `[height, width, filters, c]`, as in
 * Keras, `bias` `[filters]`.
 * @throws ValueError if an option is out of range; ShapeError if samples are not images.
 */
export const conv2dTranspose = defineLayer<Conv2dTransposeOptions>(
  'conv2dTranspose',
  { ...WINDOW_CHECKS, ...KERNEL_CHECKS, filters: required(count), outputPadding: lengthsFrom(0) },
  (options) => {
    const { filters, kernelSize, outputPadding } = options;
    const size = pairOf('conv2dTranspose', 'kernelSize', kernelSize);
    const window = { ...windowOptions(options), ...(outputPadding !== undefined && { outputPadding }) };
    return convolution('conv2dTranspose', options, {
      kernel: options,
      filterShape: (channels) => [...size, filters, channels],
      features: () => filters,
      outputSize: (image) => transposedWindows('conv2dTranspose', image, { ...window, size }).image,
      call: (x, filter, end) => convTranspose2d(x, filter, { ...window, ...end }),
    });
  },
);

/** Options of the layer `maxPool2d`. */
export interface MaxPool2dOptions extends LayerOptions, Pick<PoolOptions, 'poolSize' | 'strides' | 'padding'> {}
/** Options of the layer `averagePool2d`. */
export interface AveragePool2dOptions
  extends LayerOptions,
    Pick<AveragePoolOptions, 'poolSize' | 'strides' | 'padding'> {}

const POOL_CHECKS = { poolSize: lengths, strides: lengths, padding };

function pooling(
  kind: string,
  { poolSize = 2, padding = 'valid', strides = poolSize }: MaxPool2dOptions,
  pool: (x: Tensor, options: PoolOptions) => Tensor,
): LayerDefinition {
  const window = { strides, padding };
  const size = pairOf(kind, 'poolSize', poolSize);
  return {
    outputShape: (shape) => {
      const { size: image, channels } = imageOf(kind, shape);
      return [...windowsOver(kind, image, { ...window, size }).count, channels];
    },
    call: (x) => pool(x, { ...window, poolSize }),
  };
}

/** The layer `maxPool2d`, documented in src/overloads.ts. */
export const maxPool2d = defineLayer<MaxPool2dOptions>('maxPool2d', POOL_CHECKS, (options) =>
  pooling('maxPool2d', options, maxPool),
);

/** The layer `averagePool2d`, documented in src/overloads.ts. */
export const averagePool2d = defineLayer<AveragePool2dOptions>('averagePool2d', POOL_CHECKS, (options) =>
  pooling('averagePool2d', options, averagePool),
);

/** Options of `globalAveragePool2d` and `globalMaxPool2d`. */
export interface GlobalPool2dOptions extends LayerOptions {
  /** Whether to keep height and width as axes of length 1; default false. */
  readonly keepDims?: boolean;
}

const globalPooling = /* @__NO_SIDE_EFFECTS__ */ (kind: string, reduce: typeof mean) =>
  defineLayer<GlobalPool2dOptions>(kind, { keepDims: flag }, ({ keepDims = false }) => ({
    outputShape: (shape) => {
      const { channels } = imageOf(kind, shape);
      return keepDims ? [1, 1, channels] : [channels];
    },
    call: (x) => reduce(x, { axis: [1, 2], keepDims }),
  }));

/**
 * The mean of each channel over the image: `[batch, h, w, c]` to `[batch, c]`, f32.
 * @throws ShapeError if samples are not images.
 */
export const globalAveragePool2d = globalPooling('globalAveragePool2d', mean);

/**
 * The maximum of each channel over the image: `[batch, h, w, c]` to `[batch, c]`, f32. Ties share the gradient.
 * @throws ShapeError if samples are not images.
 */
export const globalMaxPool2d = globalPooling('globalMaxPool2d', max);
