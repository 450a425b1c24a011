import depthwiseWgsl from '../../../shaders/conv/depthwise.wgsl';
import linearWgsl from '../../../shaders/matmul/linear.wgsl';
import type { ConvolutionAttributes } from '../../backends/cpu/reference/conv/conv2d.ts';
import { type Shape, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor.ts';
import { ACTIVATIONS } from '../matmul/multiply.ts';
import { reshape } from '../movement/strided.ts';
import { sum } from '../reduce/reduce.ts';
import { slide, sliding } from './windows.ts';

// A convolution of each channel by itself is no product that would pay: it reads each element about once, and the sums are
// as long as a window. What convProducts.ts has, for as many groups as channels.

/** What the kernels are told: the entry's grid with its ending, for filters `[height, width, 1, channels * multiplier]`. */
function telling({ windows, groups, image, activation }: ConvolutionAttributes, features: number, bias?: Tensor) {
  const multiplier = features / groups;
  const { overWindows, overPixels } = slide(windows, image, { singly: multiplier > 1 });
  const constants = {
    ...overWindows.constants,
    ...(multiplier > 1 && { MULTIPLIER: multiplier }),
    ...(bias && { BIAS: 'true' }),
  };
  return {
    sources: [depthwiseWgsl, activation ? ACTIVATIONS[activation] : linearWgsl],
    overWindows: { ...overWindows, constants },
    overPixels: { ...overPixels, constants },
  };
}

/** Features of images: the sums, with bias and activation. */
export function convolve(
  images: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const features = filter.shape[3];
  const { sources, overWindows } = telling(attributes, features, bias);
  const shape = [attributes.image[0], ...attributes.windows.count, features];
  return sliding('depthwise', sources, images)('convolve', [images, filter, bias ?? filter], { shape, ...overWindows });
}

/** The images that features come from: the transposed map, with bias and activation. */
export function deconvolve(
  features: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const { sources, overPixels } = telling(attributes, filter.shape[3], bias);
  const reads = [features, filter, bias ?? filter];
  return sliding('depthwise', sources, features)('deconvolve', reads, { shape: attributes.image, ...overPixels });
}

/** The gradient of the filter: that of each row of windows, and their sum. */
export function correlate(
  images: Tensor,
  features: Tensor,
  shape: Shape,
  attributes: ConvolutionAttributes,
): { readonly filter: Tensor; readonly total: Tensor | undefined } {
  const { sources, overWindows } = telling(attributes, shape[3]);
  const rows = attributes.image[0] * attributes.windows.count[0];
  const parts = sliding('depthwise', sources, images)('correlate', [images, features], {
    shape: [rows, sizeOf(shape)],
    ...overWindows,
  });
  return { filter: reshape(sum(parts, { axis: 0 }), shape), total: undefined };
}
