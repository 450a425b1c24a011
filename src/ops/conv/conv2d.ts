import type { ConvolutionAttributes } from '../../backends/cpu/reference/conv/conv2d.ts';
import type { Pair } from '../../backends/cpu/reference/conv/windows.ts';
import type { ProductActivation } from '../../backends/cpu/reference/matmul/matmul.ts';
import { checkOptions } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, sameShape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { slope } from '../matmul/multiply.ts';
import { reshape } from '../movement/strided.ts';
import { defineOp } from '../op.ts';
import * as depthwise from './depthwise.ts';
import * as implicitGemm from './implicitGemm.ts';
import { checkImages, transposedWindows, type WindowOptions, windowsOver } from './windows.ts';

/**
 * The algorithm, three functions: `convolve` computes y from x, `deconvolve` x from y, `correlate` the filter gradient
 * from both.
 */
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

/** Options of `conv2d` and, without `groups`, `depthwiseConv2d`. */
export interface ConvolutionOptions extends WindowOptions {
  /** Number of groups that the channels are split into, each with its own filters; default 1. */
  readonly groups?: number;
  /** Added to the sums: one number per output channel, `[filters]`, f32; default none. */
  readonly bias?: Tensor;
  /** Applied last, in the same pass; default none. */
  readonly activation?: ProductActivation;
}

/** Options of `convTranspose2d`. */
export interface ConvolutionTransposeOptions extends ConvolutionOptions {
  /**
   * Extra rows and columns at the bottom and right, fewer than the stride or the dilation; default 0. Not with `same`.
   */
  readonly outputPadding?: number | Pair;
}

function checkFilter(op: string, filter: Tensor, layout: string): void {
  if (filter.ndim === 4 && filter.size > 0) return;
  throw new ShapeError({
    op,
    got: `a filter of shape ${formatShape(filter.shape)}`,
    expected: `rank 4, ${layout}, no axis of length 0`,
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

/** Rejects images whose channels do not match the filter and its groups. */
function checkChannels(
  op: string,
  { images, filter, groups, channels }: { images: Tensor; filter: Tensor; groups: number; channels: number },
): void {
  const [, , depth, features] = filter.shape;
  const isDivisor = Number.isInteger(groups) && groups >= 1 && features % groups === 0;
  if (isDivisor && channels === images.shape[3]) return;
  throw new ShapeError({
    op,
    got: `images ${formatShape(images.shape)}, a filter ${formatShape(filter.shape)} and ${groups} groups`,
    expected: isDivisor
      ? `${channels} channels in the images`
      : `a number of groups that divides the length ${features} of the filter's last axis`,
    fix: `Each group reads ${depth} channels; images are [batch, height, width, channels].`,
  });
}

const OPTIONS = ['strides', 'padding', 'dilation', 'groups', 'bias', 'activation'];

const operands = (x: Tensor, filter: Tensor, bias: Tensor | undefined): readonly Tensor[] => [
  x,
  filter,
  ...(bias ? [bias] : []),
];

/** The operation `conv2d`, documented in src/overloads.ts. */
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

/** The operation `depthwiseConv2d`, documented in src/overloads.ts. */
export function depthwiseConv2d(x: Tensor, filter: Tensor, options: Omit<ConvolutionOptions, 'groups'> = {}): Tensor {
  checkOptions('depthwiseConv2d', options, OPTIONS);
  checkImages('depthwiseConv2d', x);
  checkFilter('depthwiseConv2d', filter, '[height, width, channels, multiplier]');
  const [height, width, channels, multiplier] = filter.shape;
  checkChannels('depthwiseConv2d', { images: x, filter, groups: 1, channels });
  return conv2d(x, reshape(filter, [height, width, 1, channels * multiplier]), { ...options, groups: channels });
}

/**
 * The transposed convolution, which computes the gradient of `conv2d` with respect to its images: each pixel of x adds
 * the filter, scaled by the pixel, to the result, and results overlap. Along each axis, `valid` padding returns
 * `(length - 1) * stride + extent` pixels and `same` returns `length * stride`; explicit padding is cropped.
 * @param x images `[batch, height, width, channels]`, f32.
 * @param filter `[height, width, filters / groups, channels]`, as in Keras, f32.
 * @returns `[batch, rows, columns, filters]`.
 * @throws ShapeError if the channels, the filter or the bias do not match, or the padding leaves no pixels; ValueError
 * for a wrong option.
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
