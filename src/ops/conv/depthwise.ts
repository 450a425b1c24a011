import depthwiseWgsl from '../../../shaders/conv/depthwise.wgsl';
import linearWgsl from '../../../shaders/matmul/linear.wgsl';
import type { ConvolutionAttributes } from '../../backends/cpu/reference/conv/conv2d.ts';
import { type Shape, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { ACTIVATIONS } from '../matmul/multiply.ts';
import { reshape } from '../movement/strided.ts';
import type { Run } from '../op.ts';
import { sum } from '../reduce/reduce.ts';
import { slidingWindows, windowLaunch } from './windows.ts';

// Depthwise convolution, one group per channel. It reads each element about once and its sums are only as long as a
// window, so a matrix product would not pay. Exports the same three functions as implicitGemm.ts.

/** Sources, constants and grids of the kernels, for filters `[height, width, 1, channels * multiplier]`. */
function launch({ windows, groups, image, activation }: ConvolutionAttributes, features: number, bias?: Tensor) {
  const multiplier = features / groups;
  const { overWindows, overPixels } = windowLaunch(windows, image, { singly: multiplier > 1 });
  const constants = {
    ...overWindows.constants,
    ...(multiplier > 1 && { MULTIPLIER: multiplier }),
    ...(bias && { BIAS: 'true' }),
  };
  const sources = [...slidingWindows(depthwiseWgsl), activation ? ACTIVATIONS[activation] : linearWgsl];
  return {
    overWindows: { ...overWindows, constants, sources },
    overPixels: { ...overPixels, constants, sources },
  };
}

/** Features from images: the sums, with bias and activation. */
export function convolve(
  run: Run,
  images: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const features = filter.shape[3];
  const shape = [attributes.image[0], ...attributes.windows.count, features];
  const { overWindows } = launch(attributes, features, bias);
  return run('convolve', [images, filter, bias ?? filter], { shape, ...overWindows });
}

/** Images from features, the transposed convolution, with bias and activation. */
export function deconvolve(
  run: Run,
  features: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  attributes: ConvolutionAttributes,
): Tensor {
  const { overPixels } = launch(attributes, filter.shape[3], bias);
  return run('deconvolve', [features, filter, bias ?? filter], { shape: attributes.image, ...overPixels });
}

/** The filter gradient: one partial sum per row of windows, then their sum. */
export function correlate(
  run: Run,
  images: Tensor,
  features: Tensor,
  shape: Shape,
  attributes: ConvolutionAttributes,
): { readonly filter: Tensor; readonly total: Tensor | undefined } {
  const rows = attributes.image[0] * attributes.windows.count[0];
  const { overWindows } = launch(attributes, shape[3]);
  const parts = run('correlate', [images, features], { shape: [rows, sizeOf(shape)], ...overWindows });
  return { filter: reshape(sum(parts, { axis: 0 }), shape), total: undefined };
}
