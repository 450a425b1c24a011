import patchesWgsl from '../../../shaders/conv/patches.wgsl';
import linearWgsl from '../../../shaders/matmul/linear.wgsl';
import type { ConvolutionAttributes } from '../../backends/cpu/reference/conv/conv2d.ts';
import type { Windows } from '../../backends/cpu/reference/conv/windows.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add } from '../elementwise/binary.ts';
import { relu, tanh } from '../elementwise/unary.ts';
import { ACTIVATIONS, matmulOp, multiply, type Rows } from '../matmul/multiply.ts';
import { reshape } from '../movement/strided.ts';
import { transpose } from '../movement/transpose.ts';
import type { Run } from '../op.ts';
import { windowRows } from './windowRows.ts';
import { slidingWindows, windowLaunch } from './windows.ts';

// A convolution as a matrix product: the rows of A are the windows, which the kernel reads directly from the images; B
// is the filter. Groups are a batch of products.

/** Whether each window is one pixel and each pixel has a window: then the images already are the rows. */
const isPointwise = ({ size, strides, before, after }: Windows): boolean =>
  [...size, ...strides].every((length) => length === 1) && [...before, ...after].every((pad) => pad === 0);

/** Images as operand A of a product. */
function leftOf(images: Tensor, attributes: ConvolutionAttributes): { readonly left: Tensor; readonly rows?: Rows } {
  const { windows, groups } = attributes;
  if (groups === 1 && isPointwise(windows)) return { left: reshape(images, [-1, images.shape[3]]) };
  return { left: images, rows: windowRows(images.shape, attributes) };
}

/** A filter or a feature map as a matrix with one column per feature, or one such matrix per group. */
function matrixOf(x: Tensor, groups: number): Tensor {
  const features = x.shape[3];
  if (groups === 1) return reshape(x, [-1, features]);
  return transpose(reshape(x, [-1, groups, features / groups]), [1, 0, 2]);
}

const ofMatrix = (matrix: Tensor, shape: Shape): Tensor =>
  reshape(matrix.ndim === 2 ? matrix : transpose(matrix, [1, 0, 2]), shape);

/** The product of each window with the matrix of its group, with bias and activation. */
function sumsOf(
  run: Run,
  images: Tensor,
  matrix: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const { groups, activation, windows } = attributes;
  const { left, rows } = leftOf(images, attributes);
  const shape = [images.shape[0], ...windows.count, groups * matrix.shape[matrix.ndim - 1]];
  const product = { transposeA: false, transposeB: false, ...(rows && { rows }) };
  if (groups === 1) {
    const [y] = multiply(run, [left, matrix, ...(bias ? [bias] : [])], {
      ...product,
      ...(activation && { activation }),
    });
    return ofMatrix(y, shape);
  }
  const y = ofMatrix(multiply(run, [left, matrix], product)[0], shape);
  const z = bias ? add(y, bias) : y;
  return activation ? { relu, tanh }[activation](z) : z;
}

/** Features from images: the sums, with bias and activation. */
export const convolve = (
  run: Run,
  images: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor => sumsOf(run, images, matrixOf(filter, attributes.groups), bias, attributes);

/** Below this number of output channels, a product of windows leaves most of a tile empty. */
const FEW_CHANNELS = 8;

/** Images from features, the transposed convolution, with bias and activation. */
export function deconvolve(
  run: Run,
  features: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const { groups, windows, image } = attributes;
  const weights = matrixOf(filter, groups);
  // The filter is small, so transposing it first is cheap and gives the product the layout that suits every kernel.
  if (sizeOf(windows.strides) === 1 && filter.shape[2] >= FEW_CHANNELS) {
    const depth = filter.shape[2];
    const taps = reshape(weights, [groups, sizeOf(windows.size), depth, -1]);
    const flipped = reshape(transpose(taps, [0, 1, 3, 2]), [...(groups > 1 ? [groups] : []), -1, depth]);
    return sumsOf(run, features, flipped, bias, { ...attributes, windows: reversed(windows, image) });
  }
  checkRows(features, attributes);
  const transposed = transpose(weights, groups === 1 ? [1, 0] : [0, 2, 1]);
  const rows = matmulOp(matrixOf(features, groups), transposed, { transposeA: false, transposeB: false });
  return imagesOf(run, rows, bias, attributes);
}

/**
 * The windows of a feature map that contribute to each pixel, where windows are one pixel apart; taps run backwards.
 */
const reversed = ({ dilation, before, ...windows }: Windows, [, height, width]: Shape): Windows => ({
  ...windows,
  dilation: [-dilation[0], -dilation[1]],
  before: [-before[0], -before[1]],
  count: [height, width],
});

/** The filter gradient and, where the same product computes them, the sums of the features per channel. */
export function correlate(
  run: Run,
  images: Tensor,
  features: Tensor,
  shape: Shape,
  attributes: ConvolutionAttributes,
): { readonly filter: Tensor; readonly total: Tensor | undefined } {
  const { groups } = attributes;
  const { left, rows } = leftOf(images, attributes);
  const product = { transposeA: true, transposeB: false, sums: groups === 1, ...(rows && { rows }) };
  const [matrix, total] = multiply(run, [left, matrixOf(features, groups)], product);
  return { filter: ofMatrix(matrix, shape), total };
}

/** Rejects features whose windows, written as rows, exceed what the device can bind. */
function checkRows({ device }: Tensor, { windows, image }: ConvolutionAttributes): void {
  const bytes = 4 * image[0] * sizeOf(windows.count) * sizeOf(windows.size) * image[3];
  const { maxStorageBufferBindingSize: limit = Number.POSITIVE_INFINITY } = device.info.limits;
  if (bytes <= limit) return;
  const mebibytes = (n: number): string => `${Math.floor(n / 2 ** 20)} MiB`;
  throw new ShapeError({
    op: 'convTranspose2d, or the gradient of conv2d',
    got: `images ${formatShape(image)}, whose windows need ${mebibytes(bytes)}`,
    expected: `at most ${mebibytes(limit)}`,
    fix: 'Use a smaller batch.',
  });
}

/** Adds rows of windows into images, where windows overlap, with bias and activation. */
function imagesOf(run: Run, rows: Tensor, bias: Tensor | undefined, attributes: ConvolutionAttributes): Tensor {
  const { windows, groups, activation, image } = attributes;
  if (groups === 1 && isPointwise(windows) && bias === undefined && activation === undefined) {
    return reshape(rows, image);
  }
  const { overPixels } = windowLaunch(windows, image, { groups });
  const end = activation ? ACTIVATIONS[activation] : linearWgsl;
  return run('scatter', [rows, bias ?? rows], {
    shape: image,
    sources: [...slidingWindows(patchesWgsl), end],
    ...overPixels,
    constants: { ...overPixels.constants, BIAS: `${bias !== undefined}` },
  });
}
