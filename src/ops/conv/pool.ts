import averageWgsl from '../../../shaders/conv/average_pool.wgsl';
import maxWgsl from '../../../shaders/conv/max_pool.wgsl';
import type { AveragePoolAttributes, PoolAttributes } from '../../backends/cpu/reference/conv/pool.ts';
import type { Pair } from '../../backends/cpu/reference/conv/windows.ts';
import { checkOptions } from '../../core/checks.ts';
import type { Shape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { defineOp } from '../op.ts';
import {
  areDisjoint,
  checkImages,
  pairOf,
  slidingWindows,
  type WindowOptions,
  windowLaunch,
  windowsOver,
} from './windows.ts';

/** Options of `maxPool2d` and `averagePool2d`. */
export interface PoolOptions extends WindowOptions {
  /** Height and width of a window, in pixels; default 2. */
  readonly poolSize?: number | Pair;
  /** Distance between neighbouring windows, in pixels; default `poolSize`, so that windows do not overlap. */
  readonly strides?: number | Pair;
  /** Whether the last window may extend beyond the padding if it starts inside; default false. */
  readonly ceilMode?: boolean;
}

/** Options of `averagePool2d`. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros; default false: it is left out of the mean. */
  readonly countIncludePad?: boolean;
}

const pooledShape = ([images, , , channels]: Shape, { windows }: PoolAttributes): Shape => [
  images,
  ...windows.count,
  channels,
];

const POOL_OPTIONS = ['poolSize', 'strides', 'padding', 'dilation', 'ceilMode'];

function poolWindows(op: string, x: Tensor, poolOptions: PoolOptions, known = POOL_OPTIONS) {
  const { poolSize = 2, strides, ...options } = checkOptions(op, poolOptions, known);
  checkImages(op, x);
  const size = pairOf(op, 'poolSize', poolSize);
  return windowsOver(op, [x.shape[1], x.shape[2]], { ...options, strides: strides ?? size, size });
}

const maxPoolOp = defineOp<[x: Tensor], PoolAttributes>({
  name: 'maxPool2d',
  shader: slidingWindows(maxWgsl),
  reference: ({ maxPool2d }) => maxPool2d,
  shape: ([x], attributes) => pooledShape(x, attributes),
  forward: (run, [x], { windows }, shape) =>
    run.several('forward', [x], {
      shapes: [shape, shape],
      dtypes: ['f32', 'i32'],
      ...windowLaunch(windows, x.shape).overWindows,
    }),
  backward: (run, dy, { inputs: [x], outputs: [, pixels], attributes: { windows } }) => {
    const { overPixels, overBlocks } = windowLaunch(windows, x.shape);
    return areDisjoint(windows)
      ? [run('backward_apart', [pixels, dy], { shape: x.shape, ...overBlocks })]
      : [run('backward', [pixels, dy], { shape: x.shape, ...overPixels })];
  },
});

/** Parameters, constants and grids of the average-pool kernels. */
function averageLaunch({ shape }: Tensor, { windows, countIncludePad }: AveragePoolAttributes) {
  const { overWindows, overPixels } = windowLaunch(windows, shape);
  const constants = { ...overWindows.constants, COUNT_PAD: `${countIncludePad}` };
  return {
    overWindows: { ...overWindows, constants },
    overPixels: { ...overPixels, constants },
  };
}

const averagePoolOp = defineOp<[x: Tensor], AveragePoolAttributes>({
  name: 'averagePool2d',
  shader: slidingWindows(averageWgsl),
  reference: ({ averagePool2d }) => averagePool2d,
  shape: ([x], attributes) => pooledShape(x, attributes),
  forward: (run, [x], attributes, shape) => run('forward', [x], { shape, ...averageLaunch(x, attributes).overWindows }),
  backward: (run, dy, { inputs: [x], attributes }) => [
    run('backward', [dy], { shape: x.shape, ...averageLaunch(x, attributes).overPixels }),
  ],
});

const maxPoolOutputs = (x: Tensor, options: PoolOptions = {}): readonly Tensor[] =>
  maxPoolOp.outputs(x, { windows: poolWindows('maxPool2d', x, options) });

/** The operation `maxPool2d`, documented in src/overloads.ts. */
export const maxPool2d = Object.assign(
  (x: Tensor, options: PoolOptions = {}): Tensor => maxPoolOutputs(x, options)[0],
  {
    outputs: maxPoolOutputs,
  },
);

/** The operation `averagePool2d`, documented in src/overloads.ts. */
export function averagePool2d(x: Tensor, options: AveragePoolOptions = {}): Tensor {
  const windows = poolWindows('averagePool2d', x, options, [...POOL_OPTIONS, 'countIncludePad']);
  return averagePoolOp(x, { windows, countIncludePad: options.countIncludePad ?? false });
}
