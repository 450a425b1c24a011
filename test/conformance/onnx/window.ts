// ONNX's convolutions and pools. Channels are axis 1 there, and last here; one dimension is an image of one row. Three
// are not offered: the engine's windows slide along height and width.
import {
  add,
  arange,
  averagePool2d,
  conv2d,
  convTranspose2d,
  globalAveragePool2d,
  globalMaxPool2d,
  maxPool2d,
  mul,
  reshape,
  sequential,
  type Tensor,
  transpose,
} from '../../../src/node.ts';
import type { Case } from '../case.ts';
import type { Rules } from './rules.ts';

type Pair = readonly [height: number, width: number];
type Pads = readonly [top: number, left: number, bottom: number, right: number];

/** Rank 4: `[n, c, l]` becomes `[n, c, 1, l]`. */
const asImages = (x: Tensor): Tensor => (x.ndim === 3 ? reshape(x, [...x.shape.slice(0, 2), 1, x.shape[2]]) : x);

const channelsLast = (x: Tensor): Tensor => transpose(asImages(x), [0, 2, 3, 1]);

/** Back to the axes of ONNX, in as many dimensions as the input has. */
function channelsFirst(y: Tensor, { ndim }: Tensor): Tensor {
  const images = transpose(y, [0, 3, 1, 2]);
  return ndim === 3 ? reshape(images, [images.shape[0], images.shape[1], images.shape[3]]) : images;
}

/** A list among the attributes as height and width; one number is the width's. */
function pair(c: Case, name: string, otherwise: number): Pair {
  const [first, second] = c.list(name) ?? [otherwise, otherwise];
  return second === undefined ? [otherwise, first] : [first, second];
}

function padsOf(c: Case): Pads {
  const pads = c.list('pads') ?? [0, 0, 0, 0];
  return pads.length === 2 ? [0, pads[0], 0, pads[1]] : [pads[0], pads[1], pads[2], pads[3]];
}

/** Strides, gaps and padding; of padding that is odd SAME_LOWER has more at the start. */
function windowOf(c: Case, x: Tensor, size: Pair) {
  const strides = pair(c, 'strides', 1);
  const dilation = pair(c, 'dilations', 1);
  const automatic = c.text('auto_pad');
  if (automatic === 'SAME_UPPER') return { strides, dilation, padding: 'same' as const };
  if (automatic !== 'SAME_LOWER') return { strides, dilation, padding: padsOf(c) };
  const [height, width] = x.shape.slice(-2).map((length, axis) => {
    const windows = Math.ceil(length / strides[axis]);
    return Math.max(0, (windows - 1) * strides[axis] + (size[axis] - 1) * dilation[axis] + 1 - length);
  });
  const padding: Pads = [Math.ceil(height / 2), Math.ceil(width / 2), Math.floor(height / 2), Math.floor(width / 2)];
  return { strides, dilation, padding };
}

/** Padding that an output shape asks for; where it is less than nothing, the output is padded. */
function paddingFor(c: Case, x: Tensor, size: Pair) {
  const strides = pair(c, 'strides', 1);
  const dilation = pair(c, 'dilations', 1);
  const wanted = c.list('output_shape');
  const outputPadding = pair(c, 'output_padding', 0);
  if (wanted === undefined) {
    return c.text('auto_pad') === 'SAME_UPPER'
      ? { strides, dilation, padding: 'same' as const }
      : { strides, dilation, padding: padsOf(c), outputPadding };
  }
  const [height, width] = wanted.map(
    (length, axis) => (x.shape[2 + axis] - 1) * strides[axis] + (size[axis] - 1) * dilation[axis] + 1 - length,
  );
  const half = (total: number): number => Math.floor(Math.max(0, total) / 2);
  const rest = (total: number): number => Math.ceil(Math.max(0, total) / 2);
  const padding: Pads = [rest(height), rest(width), half(height), half(width)];
  return { strides, dilation, padding, outputPadding: [Math.max(0, -height), Math.max(0, -width)] as const };
}

const bias = (c: Case) => (c.has('B') ? { bias: c.tensor('B') } : {});

function convolution(c: Case): Record<string, Tensor> | null {
  const x = c.tensor('X');
  if (x.ndim > 4) return null;
  const filter = transpose(asImages(c.tensor('W')), [2, 3, 1, 0]);
  const size = [filter.shape[0], filter.shape[1]] as const;
  const options = { ...windowOf(c, x, size), ...bias(c), groups: c.number('group') };
  return { Y: channelsFirst(conv2d(channelsLast(x), filter, options), x) };
}

function transposed(c: Case): Record<string, Tensor> | null {
  const x = c.tensor('X');
  if (x.ndim > 4) return null;
  const filter = transpose(asImages(c.tensor('W')), [2, 3, 1, 0]);
  const size = [filter.shape[0], filter.shape[1]] as const;
  const options = { ...paddingFor(c, x, size), ...bias(c), groups: c.number('group') };
  return { Y: channelsFirst(convTranspose2d(channelsLast(x), filter, options), x) };
}

function poolOf(c: Case, x: Tensor) {
  const poolSize = pair(c, 'kernel_shape', 1);
  return { ...windowOf(c, x, poolSize), poolSize, ceilMode: c.flag('ceil_mode') };
}

function averagePool(c: Case): Record<string, Tensor> | null {
  const x = c.tensor('X');
  if (x.ndim > 4) return null;
  const options = { ...poolOf(c, x), countIncludePad: c.flag('count_include_pad') };
  return { Y: channelsFirst(averagePool2d(channelsLast(x), options), x) };
}

/** Where the largest elements are, counted over the whole input. */
function placesIn([batch, channels, height, width]: Tensor['shape'], pixels: Tensor): Tensor {
  const planes = mul(
    reshape(arange(0, batch * channels, 1, { dtype: 'i32' }), [batch, channels, 1, 1]),
    height * width,
  );
  return add(planes, transpose(pixels, [0, 3, 1, 2]));
}

function maxPool(c: Case): Record<string, Tensor> | null {
  const x = c.tensor('X');
  if (x.ndim > 4) return null;
  const options = poolOf(c, x);
  const [y, pixels] = maxPool2d.outputs(channelsLast(x), options);
  const Y = channelsFirst(y, x);
  if (x.ndim < 4) return { Y };
  if (!c.flag('storage_order')) return { Y, Indices: placesIn(x.shape, pixels) };
  // Column by column is row by row in images turned on their side; the windows of these cases are squares.
  const [, onSide] = maxPool2d.outputs(transpose(x, [0, 3, 2, 1]), options);
  return { Y, Indices: transpose(placesIn(x.shape, onSide), [0, 1, 3, 2]) };
}

const global =
  (layer: typeof globalAveragePool2d) =>
  (c: Case): Record<string, Tensor> => {
    const x = c.tensor('X');
    return { Y: channelsFirst(sequential([layer({ keepDims: true })]).call(channelsLast(x)), x) };
  };

export const windows: Rules = {
  AveragePool: averagePool,
  Conv: convolution,
  ConvTranspose: transposed,
  GlobalAveragePool: global(globalAveragePool2d),
  GlobalMaxPool: global(globalMaxPool2d),
  MaxPool: maxPool,
};
