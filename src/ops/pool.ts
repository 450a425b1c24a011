import averageWgsl from '../../shaders/windows/average_pool.wgsl';
import maxWgsl from '../../shaders/windows/max_pool.wgsl';
import { defineOp } from '../op.ts';
import * as reference from '../reference/pool.ts';
import type { Pair } from '../reference/windows.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { checkImages, pairOf, slide, sliding, type WindowOptions, windowsOver } from './windows.ts';

export interface PoolOptions extends WindowOptions {
  /** Height and width of a window; default 2. */
  readonly poolSize?: number | Pair;
  /** Default: the size of a window, so that they lie side by side. */
  readonly strides?: number | Pair;
  /** Whether a last window may reach past the padding, if it starts before that; default false. */
  readonly ceilMode?: boolean;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros, rather than not at all; default false. */
  readonly countIncludePad?: boolean;
}

const pooledShape = ([images, , , channels]: Shape, { windows }: reference.PoolAttributes): Shape => [
  images,
  ...windows.count,
  channels,
];

function poolWindows(op: string, x: Tensor, { poolSize = 2, ...options }: PoolOptions) {
  checkImages(op, x);
  const size = pairOf(op, 'poolSize', poolSize);
  return windowsOver(op, [x.shape[1], x.shape[2]], { strides: size, ...options, size });
}

const maxPoolOp = defineOp<[x: Tensor], reference.PoolAttributes>({
  name: 'maxPool2d',
  reference: reference.maxPool2d,
  shape: ([x], attributes) => pooledShape(x, attributes),
  forward: (_run, [x], { windows }, shape) => {
    const { vector, params, constants } = slide(windows, x.shape);
    const [y, pixels] = (['f32', 'i32'] as const).map(
      (dtype) =>
        new Tensor(
          x.device,
          x.device.allocate(
            shape.reduce((n, length) => n * length, 1),
            dtype,
          ),
          shape,
          dtype,
        ),
    );
    const grid = { invocations: y.size / vector };
    sliding('maxPool2d', [maxWgsl], x).into('forward', [x], [y, pixels], { params, constants, grid });
    return [y, pixels];
  },
  backward: (_run, dy, { inputs: [x], outputs: [, pixels], attributes: { windows } }) => {
    const { vector, params, constants } = slide(windows, x.shape);
    const options = { shape: x.shape, params, constants, grid: { invocations: x.size / vector } };
    return [sliding('maxPool2d', [maxWgsl], x)('backward', [pixels, dy], options)];
  },
});

const averagePoolOp = defineOp<[x: Tensor], reference.AveragePoolAttributes>({
  name: 'averagePool2d',
  reference: reference.averagePool2d,
  shape: ([x], attributes) => pooledShape(x, attributes),
  forward: (_run, [x], { windows, countIncludePad }, shape) => {
    const { vector, params, constants } = slide(windows, x.shape);
    return sliding('averagePool2d', [averageWgsl], x)('forward', [x], {
      shape,
      params,
      constants: { ...constants, COUNT_PAD: `${countIncludePad}` },
      grid: { invocations: shape.reduce((n, length) => n * length, 1) / vector },
    });
  },
  backward: (_run, dy, { inputs: [x], attributes: { windows, countIncludePad } }) => {
    const { vector, params, constants } = slide(windows, x.shape);
    const options = {
      shape: x.shape,
      params,
      constants: { ...constants, COUNT_PAD: `${countIncludePad}` },
      grid: { invocations: x.size / vector },
    };
    return [sliding('averagePool2d', [averageWgsl], x)('backward', [dy], options)];
  },
});

const maxPoolOutputs = (x: Tensor, options: PoolOptions = {}): readonly Tensor[] =>
  maxPoolOp.outputs(x, { windows: poolWindows('maxPool2d', x, options) });

/**
 * The largest element of each window, for each channel. Of several that are as large the first, row by row, takes the
 * gradient. A window without a pixel gives the lowest float32.
 * @param x images `[batch, height, width, channels]`, f32.
 * @returns `[batch, rows, columns, channels]`; `.outputs` gives the pixel of each largest element too, `row * width +
 * column`, i32.
 * @throws ShapeError if `x` is not of rank 4, or no window fits.
 */
export const maxPool2d = Object.assign(
  (x: Tensor, options: PoolOptions = {}): Tensor => maxPoolOutputs(x, options)[0],
  {
    outputs: maxPoolOutputs,
  },
);

/**
 * The mean of each window, for each channel. Padding is left out, as in Keras; `countIncludePad` counts it as zeros, as
 * PyTorch does by default.
 * @param x images `[batch, height, width, channels]`, f32.
 * @returns `[batch, rows, columns, channels]`.
 * @throws ShapeError if `x` is not of rank 4, or no window fits.
 */
export const averagePool2d = (x: Tensor, { countIncludePad = false, ...options }: AveragePoolOptions = {}): Tensor =>
  averagePoolOp(x, { windows: poolWindows('averagePool2d', x, options), countIncludePad });
