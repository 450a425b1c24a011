import linearWgsl from '../../shaders/linear.wgsl';
import patchesWgsl from '../../shaders/windows/patches.wgsl';
import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import type { ConvolutionAttributes } from '../reference/conv.ts';
import { formatShape, type Shape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './binary.ts';
import { ACTIVATIONS, matmulOp } from './product.ts';
import { reshape } from './strided.ts';
import { transpose } from './transpose.ts';
import { relu, tanh } from './unary.ts';
import { slide, sliding } from './windows.ts';

// A convolution is a product: its windows as rows, by the filter. Groups are a batch of products. The rows are made for
// each product anew and not kept: they are larger than the images by as much as a window has taps.

/** Whether each pixel is a window: then the images are rows already. */
const isPointwise = ({ windows: { size, strides, before, after }, groups }: ConvolutionAttributes): boolean =>
  groups === 1 &&
  [...size, ...strides].every((each) => each === 1) &&
  [...before, ...after].every((each) => each === 0);

/** The windows as rows: `[images * windows, taps * channels]`, or one such matrix per group. */
function rowsOf(images: Tensor, attributes: ConvolutionAttributes): Tensor {
  const { windows, groups, image } = attributes;
  const rows = image[0] * sizeOf(windows.count);
  const channels = image[3] / groups;
  if (isPointwise(attributes)) return reshape(images, [rows, channels]);
  const columns = sizeOf(windows.size) * channels;
  return sliding('patches', [patchesWgsl, linearWgsl], images)('gather', [images], {
    shape: groups === 1 ? [rows, columns] : [groups, rows, columns],
    ...slide(windows, image, { groups }).overWindows,
  });
}

/** Refuses images whose windows, as rows, are more than the device can bind. */
export function checkRows(op: string, { info }: Device, { windows, image }: ConvolutionAttributes): void {
  const bytes = 4 * image[0] * sizeOf(windows.count) * sizeOf(windows.size) * image[3];
  const { maxStorageBufferBindingSize: most = Number.POSITIVE_INFINITY } = info.limits;
  if (bytes <= most) return;
  const mebibytes = (n: number): string => `${Math.floor(n / 2 ** 20)} MiB`;
  throw new ShapeError({
    op,
    got: `images ${formatShape(image)} whose windows take ${mebibytes(bytes)}`,
    expected: `at most ${mebibytes(most)}`,
    fix: 'Use a smaller batch.',
  });
}

/** What rows of windows add up to where they overlap, with bias and activation. */
function imagesOf(rows: Tensor, bias: Tensor | undefined, attributes: ConvolutionAttributes): Tensor {
  const { windows, groups, activation, image } = attributes;
  if (isPointwise(attributes) && bias === undefined && activation === undefined) return reshape(rows, image);
  const { overPixels } = slide(windows, image, { groups });
  const end = activation ? ACTIVATIONS[activation] : linearWgsl;
  return sliding('patches', [patchesWgsl, end], rows)('scatter', [rows, bias ?? rows], {
    shape: image,
    ...overPixels,
    constants: { ...overPixels.constants, BIAS: `${bias !== undefined}` },
  });
}

/** A filter or a map as a matrix of its features, or one per group. */
function matrixOf(x: Tensor, groups: number): Tensor {
  const features = x.shape[3];
  if (groups === 1) return reshape(x, [-1, features]);
  return transpose(reshape(x, [-1, groups, features / groups]), [1, 0, 2]);
}

/** The inverse of `matrixOf`. */
const ofMatrix = (matrix: Tensor, shape: Shape): Tensor =>
  reshape(matrix.ndim === 2 ? matrix : transpose(matrix, [1, 0, 2]), shape);

/** Features of images: the sums, with bias and activation. */
export function convolve(
  images: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const { windows, groups, activation } = attributes;
  const shape = [images.shape[0], ...windows.count, filter.shape[3]];
  const product = { transposeA: false, transposeB: false };
  const factors = [rowsOf(images, attributes), matrixOf(filter, groups)];
  if (groups === 1) {
    const ended = { ...product, ...(activation && { activation }) };
    return ofMatrix(matmulOp(...factors, ...(bias ? [bias] : []), ended), shape);
  }
  const y = ofMatrix(matmulOp(...factors, product), shape);
  const z = bias ? add(y, bias) : y;
  return activation ? { relu, tanh }[activation](z) : z;
}

/** The images that features come from: the transposed map, with bias and activation. */
export function deconvolve(
  features: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const { groups } = attributes;
  // The filter is small: turned beforehand, it leaves the product the layout that all kernels are best at.
  const weights = matrixOf(filter, groups);
  const turned = transpose(weights, groups === 1 ? [1, 0] : [0, 2, 1]);
  const rows = matmulOp(matrixOf(features, groups), turned, { transposeA: false, transposeB: false });
  return imagesOf(rows, bias, attributes);
}

/** The gradient of the filter, and the sums of the features per channel where one product gives both. */
export function correlate(
  images: Tensor,
  features: Tensor,
  shape: Shape,
  attributes: ConvolutionAttributes,
): { readonly filter: Tensor; readonly total: Tensor | undefined } {
  const sums = attributes.groups === 1;
  const product = { transposeA: true, transposeB: false, sums };
  const [matrix, total] = matmulOp.outputs(rowsOf(images, attributes), matrixOf(features, attributes.groups), product);
  return { filter: ofMatrix(matrix, shape), total };
}
