import aBlocksWgsl from '../../../shaders/matmul/a_blocks.wgsl';
import aWindowsWgsl from '../../../shaders/matmul/a_windows.wgsl';
import type { ConvolutionAttributes } from '../../backends/cpu/reference/conv/conv2d.ts';
import { type Shape, sizeOf } from '../../core/shape.ts';
import type { Rows } from '../matmul/multiply.ts';

/**
 * The windows of images as the rows of a product's A, `[images * windows, taps * channels]`, or one such matrix per
 * group of channels. Kernels that load A in blocks read them directly from the images.
 */
export function windowRows(
  [images, height, width, channels]: Shape,
  { windows, groups }: Pick<ConvolutionAttributes, 'windows' | 'groups'>,
): Rows {
  const { size, strides, dilation, before, count } = windows;
  return {
    name: 'windows',
    shape: [...(groups > 1 ? [groups] : []), images * sizeOf(count), (sizeOf(size) * channels) / groups],
    windows: {
      blocks: aWindowsWgsl,
      slices: aBlocksWgsl,
      constants: {
        ...{ HEIGHT: height, WIDTH: width, CHANNELS: channels, DEPTH: channels / groups },
        ...{ ROWS: count[0], COLUMNS: count[1], SIZE_W: size[1], STRIDE_H: strides[0], STRIDE_W: strides[1] },
        ...{ DILATION_H: dilation[0], DILATION_W: dilation[1], TOP: before[0], LEFT: before[1] },
      },
    },
  };
}
