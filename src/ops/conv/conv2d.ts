import type { ConvolutionAttributes } from '../../backends/cpu/reference/conv/conv2d.ts';
import type { Pair } from '../../backends/cpu/reference/conv/windows.ts';
import type { ProductActivation } from '../../backends/cpu/reference/matmul/matmul.ts';
import { checkOptions } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, sameShape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor.ts';
import { slope } from '../matmul/multiply.ts';
import { reshape } from '../movement/strided.ts';
import { defineOp } from '../op.ts';
import * as depthwise from './depthwise.ts';
import * as implicitGemm from './implicitGemm.ts';
import { checkImages, transposedWindows, type WindowOptions, windowsOver } from './windows.ts';

/** The algorithm: y from x (convolve), x from y (deconvolve), and the filter from both (correlate). */
const algorithmFor = (filter: Tensor, { groups }: ConvolutionAttributes): typeof implicitGemm =>
  groups > 1 && filter.shape[2] === 1 ? depthwise : implicitGemm;

const linear = ({ activation: _, ...attributes }: ConvolutionAttributes): ConvolutionAttributes => attributes;

const convOp = defineOp<readonly Tensor[], ConvolutionAttributes>({
  name: 'conv2d',
  reference: ({ conv2d }) => conv2d,
  shape: ([x, filter], { windows }) => [x[0], ...windows.count, filter[3]],
  forward: (run, [x, filter, bias], attributes) =>
    algorithmFor(filter, attributes).convolve(run, x, filter, bias, attributes),
  backward: (run, dy, { inputs: [x, filter, bias], y, attributes, needs }) => {
    const { activation } = attributes;
    const dz = activation ? slope(y, dy, { activation }) : dy;
    const { deconvolve, correlate } = algorithmFor(filter, attributes);
    const dx = needs[0] ? deconvolve(run, dz, filter, undefined, linear(attributes)) : undefined;
    const d = needs[1] ? correlate(run, x, dz, filter.shape, attributes) : undefined;
    return [dx, d?.filter, bias && (d?.total ?? dz)];
  },
});

const convTransposeOp = defineOp<readonly Tensor[], ConvolutionAttributes>({
  name: 'convTranspose2d',
  reference: ({ convTranspose2d }) => convTranspose2d,
  shape: (_, { image }) => image,
  forward: (run, [x, filter, bias], attributes) =>
    algorithmFor(filter, attributes).deconvolve(run, x, filter, bias, attributes),
  backward: (run, dy, { inputs: [x, filter, bias], y, attributes, needs }) => {
    const { activation } = attributes;
    const dz = activation ? slope(y, dy, { activation }) : dy;
    const { convolve, correlate } = algorithmFor(filter, attributes);
    return [
      needs[0] ? convolve(run, dz, filter, undefined, linear(attributes)) : undefined,
      needs[1] ? correlate(run, dz, x, filter.shape, attributes).filter : undefined,
      bias && dz,
    ];
  },
});

export interface ConvolutionOptions extends WindowOptions {
  /** Into how many parts the channels are cut, each with filters of its own; default 1. */
  readonly groups?: number;
  /** One number per output channel. */
  readonly bias?: Tensor;
  /** What follows in the same pass; default nothing. */
  readonly activation?: ProductActivation;
}

export interface ConvolutionTransposeOptions extends ConvolutionOptions {
  /** Rows and columns more at the bottom and right, less than a stride or a dilation; default 0. Not with `same`. */
  readonly outputPadding?: number | Pair;
}

function checkFilter(op: string, filter: Tensor, layout: string): void {
  if (filter.ndim === 4 && filter.size > 0) return;
  throw new ShapeError({
    op,
    got: `a filter of shape ${formatShape(filter.shape)}`,
    expected: `rank 4, ${layout}, nothing empty`,
    fix: 'Reshape or transpose it.',
  });
}

function checkBias(op: string, bias: Tensor | undefined, channels: number): void {
  if (bias === undefined || sameShape(bias.shape, [channels])) return;
  throw new ShapeError({
    op,
    got: `a bias of shape ${formatShape(bias.shape)}`,
    expected: `one number per output channel, [${channels}]`,
    fix: 'Add other shapes with add().',
  });
}

/** Refuses channels that the filter's groups do not take. */
function checkChannels(
  op: string,
  { images, filter, groups, channels }: { images: Tensor; filter: Tensor; groups: number; channels: number },
): void {
  const [, , depth, features] = filter.shape;
  const whole = Number.isInteger(groups) && groups >= 1 && features % groups === 0;
  if (whole && channels === images.shape[3]) return;
  throw new ShapeError({
    op,
    got: `images ${formatShape(images.shape)}, a filter ${formatShape(filter.shape)} and ${groups} groups`,
    expected: whole
      ? `${channels} channels in the images`
      : `a number of groups that divides the ${features} of the filter's last axis`,
    fix: `Each group takes ${depth} of the channels; images are [batch, height, width, channels].`,
  });
}

const OPTIONS = ['strides', 'padding', 'dilation', 'groups', 'bias', 'activation'];

const operands = (x: Tensor, filter: Tensor, bias: Tensor | undefined): readonly Tensor[] => [
  x,
  filter,
  ...(bias ? [bias] : []),
];

/**
 * The convolution (correlation, as networks have it) of images with a filter:
 * `y[n, r, c, f] = activation(sum over taps and channels of x[n, r s + i d - pad, c s + j d - pad, k] filter[i, j, k, f] + bias[f])`.
 * @param x images `[batch, height, width, channels]`, f32.
 * @param filter `[height, width, channels / groups, filters]`.
 * @returns `[batch, rows, columns, filters]`; each sum of K products within `K 2^-24 sum |x filter|` of the exact one.
 * @throws ShapeError if the channels do not match, or no window fits.
 */
export function conv2d(x: Tensor, filter: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { groups = 1, bias, activation, ...window } = checkOptions('conv2d', options, OPTIONS);
  checkImages('conv2d', x);
  checkFilter('conv2d', filter, '[height, width, channels / groups, filters]');
  const [height, width, depth, features] = filter.shape;
  checkChannels('conv2d', { images: x, filter, groups, channels: depth * groups });
  checkBias('conv2d', bias, features);
  const windows = windowsOver('conv2d', [x.shape[1], x.shape[2]], { ...window, size: [height, width] });
  const attributes = { windows, groups, image: x.shape, ...(activation && { activation }) };
  return convOp(...operands(x, filter, bias), attributes);
}

/**
 * A convolution of each channel by itself.
 * @param x images `[batch, height, width, channels]`, f32.
 * @param filter `[height, width, channels, multiplier]`.
 * @returns `[batch, rows, columns, channels * multiplier]`, the outputs of a channel next to each other.
 * @throws ShapeError if the channels do not match, or no window fits.
 */
export function depthwiseConv2d(x: Tensor, filter: Tensor, options: Omit<ConvolutionOptions, 'groups'> = {}): Tensor {
  checkOptions('depthwiseConv2d', options, OPTIONS);
  checkImages('depthwiseConv2d', x);
  checkFilter('depthwiseConv2d', filter, '[height, width, channels, multiplier]');
  const [height, width, channels, multiplier] = filter.shape;
  checkChannels('depthwiseConv2d', { images: x, filter, groups: 1, channels });
  return conv2d(x, reshape(filter, [height, width, 1, channels * multiplier]), { ...options, groups: channels });
}

/**
 * The transposed convolution, which is the gradient of `conv2d` by its images: each pixel adds a filter's worth to the
 * result. `valid` makes `(length - 1) * stride + extent`, `same` makes `length * stride`, explicit padding is cut off.
 * @param x images `[batch, height, width, channels]`, f32.
 * @param filter `[height, width, filters / groups, channels]`, as in Keras.
 * @returns `[batch, rows, columns, filters]`.
 * @throws ShapeError if the channels do not match, or the padding leaves nothing.
 */
export function convTranspose2d(x: Tensor, filter: Tensor, options: ConvolutionTransposeOptions = {}): Tensor {
  const known = [...OPTIONS, 'outputPadding'];
  const { groups = 1, bias, activation } = checkOptions('convTranspose2d', options, known);
  checkImages('convTranspose2d', x);
  checkFilter('convTranspose2d', filter, '[height, width, filters / groups, channels]');
  checkChannels('convTranspose2d', { images: x, filter, groups, channels: filter.shape[3] });
  const features = filter.shape[2] * groups;
  checkBias('convTranspose2d', bias, features);
  const size = [filter.shape[0], filter.shape[1]] as const;
  const { windows, image } = transposedWindows('convTranspose2d', [x.shape[1], x.shape[2]], { ...options, size });
  const attributes = { windows, groups, image: [x.shape[0], ...image, features], ...(activation && { activation }) };
  return convTransposeOp(...operands(x, filter, bias), attributes);
}
