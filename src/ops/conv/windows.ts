import scaffold from '../../../shaders/conv/windows.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import type { Pair, Windows } from '../../backends/cpu/reference/conv/windows.ts';
import { type Check, checkValue } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import type { Source } from '../../core/kernel.ts';
import { formatShape, type Shape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { constantOf } from '../../core/wgsl.ts';
import { vectorsOf } from '../lib/vectors.ts';

/**
 * Padding around images. `valid` adds none. `same` adds enough for ceil(length / stride) windows, split evenly, with
 * the odd pixel at the end. A list gives the number of pixels on each side.
 */
export type Padding = 'valid' | 'same' | readonly [top: number, left: number, bottom: number, right: number];

/** How windows slide over images. One number applies to height and width. */
export interface WindowOptions {
  /** Distance between neighbouring windows, in pixels; default 1. */
  readonly strides?: number | Pair;
  /** Padding around the images; default `valid`. */
  readonly padding?: Padding;
  /** Distance between neighbouring taps of a window, in pixels; default 1. */
  readonly dilation?: number | Pair;
}

/**
 * WebGPU's limit of workgroups per grid dimension. Images and rows take a dimension each; columns get the same limit.
 */
const MAX_LENGTH = 65535;

/** Rejects anything but images `[batch, height, width, channels]`. */
export function checkImages(op: string, { shape }: Tensor): void {
  if (shape.length === 4 && Math.max(...shape.slice(0, 3)) <= MAX_LENGTH) return;
  throw new ShapeError({
    op,
    got: `images of shape ${formatShape(shape)}`,
    expected: `rank 4, [batch, height, width, channels], at most ${MAX_LENGTH} images, rows and columns`,
    fix: shape.length === 4 ? 'Slice them.' : 'Reshape them; greyscale images have 1 channel.',
  });
}

/** Accepts a whole number of at least `least`, or a pair of them for height and width. */
export const lengthsFrom = /* @__NO_SIDE_EFFECTS__ */ (least: number): Check => [
  (value) =>
    (Array.isArray(value) ? value.length === 2 : true) &&
    [value].flat().every((length) => Number.isInteger(length) && Number(length) >= least),
  `a whole number of ${least} or more, or a pair of them, for height and width`,
];
export const lengths = lengthsFrom(1);

/** Returns the lengths for height and width. @throws ValueError for anything but lengths. */
export function pairOf(op: string, name: string, value: number | Pair, check = lengths): Pair {
  checkValue(op, name, value, check);
  return typeof value === 'number' ? [value, value] : value;
}

export const padding: Check = [
  (value) =>
    value === 'valid' ||
    value === 'same' ||
    (Array.isArray(value) && value.length === 4 && value.every((pad) => Number.isInteger(pad) && pad >= 0)),
  "'same', 'valid', or [top, left, bottom, right], whole numbers of 0 or more",
];

/** The extent of a window in pixels, gaps between taps included. */
const extentOf = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** The padding at both ends of an axis that fits `count` windows, with the odd pixel at the end. */
function samePadding(length: number, count: number, stride: number, extent: number): Pair {
  const total = Math.max(0, (count - 1) * stride + extent - length);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The padding before and after an axis (0 for height, 1 for width). */
function paddingAlong(
  op: string,
  amount: Padding,
  axis: 0 | 1,
  { length, stride, extent }: { readonly length: number; readonly stride: number; readonly extent: number },
): Pair {
  checkValue(op, 'padding', amount, padding);
  if (amount === 'valid') return [0, 0];
  if (amount === 'same') return samePadding(length, Math.ceil(length / stride), stride, extent);
  return [amount[axis], amount[axis + 2]];
}

interface Sliding extends WindowOptions {
  readonly size: Pair;
  /** Whether the last window may extend beyond the padding if it starts inside. */
  readonly ceilMode?: boolean;
}

/** The windows over images of a given height and width. @throws ShapeError if no window fits. */
export function windowsOver(
  op: string,
  image: Pair,
  { size, strides = 1, padding: amount = 'valid', dilation = 1, ceilMode = false }: Sliding,
): Windows {
  const steps = pairOf(op, 'strides', strides);
  const gaps = pairOf(op, 'dilation', dilation);
  const along = ([0, 1] as const).map((axis) => {
    const [length, stride, extent] = [image[axis], steps[axis], extentOf(size[axis], gaps[axis])];
    const [before, after] = paddingAlong(op, amount, axis, { length, stride, extent });
    const room = before + length + after - extent;
    const whole = Math.floor(room / stride) + 1;
    const reaching = ceilMode && room % stride !== 0 && whole * stride < length + before;
    return { before, after, count: reaching ? whole + 1 : whole };
  });
  const pair = (field: 'before' | 'after' | 'count'): Pair => [along[0][field], along[1][field]];
  if (along.some(({ count }) => count < 1)) {
    throw new ShapeError({
      op,
      got: `images of ${image[0]} x ${image[1]} and windows of ${size[0]} x ${size[1]}`,
      expected: 'images that hold at least one window, padding included',
      fix: "Use smaller windows, or padding: 'same'.",
    });
  }
  return { size, strides: steps, dilation: gaps, before: pair('before'), after: pair('after'), count: pair('count') };
}

/**
 * The height and width that a transposed convolution returns, and the windows over that result, one per pixel of the
 * input.
 */
export function transposedWindows(
  op: string,
  count: Pair,
  { size, ...options }: WindowOptions & { readonly size: Pair; readonly outputPadding?: number | Pair },
) {
  const { padding = 'valid', outputPadding } = options;
  const strides = pairOf(op, 'strides', options.strides ?? 1);
  const dilation = pairOf(op, 'dilation', options.dilation ?? 1);
  const extra = pairOf(op, 'outputPadding', outputPadding ?? 0, lengthsFrom(0));
  if (outputPadding !== undefined && padding === 'same') {
    throw new ShapeError({
      op,
      got: `outputPadding ${JSON.stringify(outputPadding)} and padding 'same'`,
      expected: "one of them, because 'same' fixes the size at length * stride",
      fix: 'Give the padding as [top, left, bottom, right].',
    });
  }
  if (extra.some((length, axis) => length > 0 && length >= Math.max(strides[axis], dilation[axis]))) {
    throw new ShapeError({
      op,
      got: `outputPadding ${JSON.stringify(outputPadding)}, strides ${JSON.stringify(strides)} and dilation ${JSON.stringify(dilation)}`,
      expected: 'outputPadding below the stride or the dilation, as more would be the size of a larger input',
      fix: 'Use a smaller outputPadding, or pad the result.',
    });
  }
  const along = ([0, 1] as const).map((axis) => {
    const [stride, extent] = [strides[axis], extentOf(size[axis], dilation[axis])];
    const length = count[axis] * stride;
    const [before, after] = paddingAlong(op, padding, axis, { length, stride, extent });
    const whole = (count[axis] - 1) * stride + extent;
    if (padding === 'same') return { before, after, length };
    // Without padding, a stride longer than the filter leaves a gap after the last pixel too, as in Keras.
    const gap = padding === 'valid' && outputPadding === undefined ? Math.max(0, stride - extent) : extra[axis];
    return { before, after, length: whole - before - after + gap };
  });
  if (along.some(({ length }) => length < 1)) {
    throw new ShapeError({
      op,
      got: `images of ${count[0]} x ${count[1]} and padding ${JSON.stringify(padding)}`,
      expected: 'padding that leaves at least one row and column',
      fix: 'Use less padding.',
    });
  }
  const pair = (field: 'before' | 'after' | 'length'): Pair => [along[0][field], along[1][field]];
  const windows: Windows = { size, strides, dilation, before: pair('before'), after: pair('after'), count };
  return { windows, image: pair('length') };
}

const WORKGROUP_SIZE = constantOf(scaffold.text, 'WORKGROUP_SIZE');

/**
 * Parameters, constants and grids of the kernels joined to windows.wgsl, for images
 * `[images, height, width, channels]`. An invocation computes a window with `overWindows`, a pixel with `overPixels`,
 * and with `overBlocks` the pixels from a window's first tap to that of the next. `singly` disables vectors of four
 * channels.
 */
export function windowLaunch(
  { size, strides, dilation, before, after, count }: Windows,
  [images, height, width, channels]: Shape,
  { groups = 1, singly = false }: { readonly groups?: number; readonly singly?: boolean } = {},
) {
  const vector = !singly && (channels / groups) % 4 === 0 ? 4 : 1;
  const common = {
    params: {
      ...{ height, width, channels: channels / vector, rows: count[0], columns: count[1] },
      ...{ top: before[0], left: before[1], bottom: after[0], right: after[1] },
    },
    constants: {
      ...vectorsOf(vector),
      ...{ SIZE_H: size[0], SIZE_W: size[1], STRIDE_H: strides[0], STRIDE_W: strides[1] },
      ...{ DILATION_H: dilation[0], DILATION_W: dilation[1] },
      ...(groups > 1 && { GROUPS: groups }),
    },
  };
  const over = (rows: number, columns: number) => ({
    ...common,
    grid: { workgroups: [Math.ceil((columns * channels) / vector / WORKGROUP_SIZE), rows, images] as const },
  });
  return {
    overWindows: over(count[0], count[1]),
    overPixels: over(height, width),
    overBlocks: over(Math.ceil((height + before[0]) / strides[0]), Math.ceil((width + before[1]) / strides[1])),
  };
}

/** Whether no two windows share a pixel. */
export const areDisjoint = ({ size, strides, dilation }: Windows): boolean =>
  [0, 1].every((axis) => extentOf(size[axis], dilation[axis]) <= strides[axis]);

/** The sources of a kernel that slides windows over images. */
export const slidingWindows = (shader: Source): readonly Source[] => [scaffold, specialWgsl, shader];
