import { sizeOf } from '../../../../core/shape.ts';
import { type NdArray, toInt, zeros } from '../ndarray.ts';
import { eachTap, type Windows } from './windows.ts';

export interface PoolAttributes {
  readonly windows: Windows;
}

export interface AveragePoolAttributes extends PoolAttributes {
  /** Whether padding counts as zeros; otherwise it is left out of the mean. */
  readonly countIncludePad: boolean;
}

/** The result for a window without a pixel: the lowest float32. */
const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/** Calls `visit` with the positions in y and x, and the pixel, of each element of each window. */
function eachElement(x: NdArray, windows: Windows, visit: (to: number, from: number, pixel: number) => void): void {
  const [images, height, width, channels] = x.shape;
  for (let n = 0; n < images; n++) {
    eachTap(windows, [height, width], (window, _, pixel) => {
      const from = (n * height * width + pixel) * channels;
      const to = (n * sizeOf(windows.count) + window) * channels;
      for (let c = 0; c < channels; c++) visit(to + c, from + c, pixel);
    });
  }
}

const pooledShape = (x: NdArray, { count }: Windows): readonly number[] => [x.shape[0], ...count, x.shape[3]];

/** The maximum of each window, or NaN, and the first pixel that has it. */
export const maxPool2d = {
  forward: ([x]: readonly [NdArray], { windows }: PoolAttributes): readonly NdArray[] => {
    const y = zeros(pooledShape(x, windows));
    const pixels = zeros(y.shape);
    y.data.fill(LOWEST);
    pixels.data.fill(-1);
    eachElement(x, windows, (to, from, pixel) => {
      if (pixels.data[to] >= 0 && (Number.isNaN(y.data[to]) || x.data[from] <= y.data[to])) return;
      y.data[to] = x.data[from];
      pixels.data[to] = pixel;
    });
    return [y, toInt(pixels)];
  },
  backward: (
    dy: NdArray,
    { inputs: [x], outputs: [, pixels] }: { readonly inputs: readonly [NdArray]; readonly outputs: readonly NdArray[] },
    { windows }: PoolAttributes,
  ): readonly NdArray[] => {
    const dx = zeros(x.shape);
    eachElement(x, windows, (to, from, pixel) => {
      if (pixels.data[to] === pixel) dx.data[from] += dy.data[to];
    });
    return [dx];
  },
};

/** The number that each window's sum is divided by. */
function divisors(x: NdArray, { windows, countIncludePad }: AveragePoolAttributes): Float64Array {
  const { before, after, ...others } = windows;
  const counts = new Float64Array(sizeOf(windows.count));
  const [, height, width] = x.shape;
  // Treats the padding as part of the image, so that only pixels beyond it are left out.
  const padded: Windows = { ...others, before: [0, 0], after: [0, 0] };
  const image = [before[0] + height + after[0], before[1] + width + after[1]] as const;
  if (countIncludePad) eachTap(padded, image, (window) => counts[window]++);
  else eachTap(windows, [height, width], (window) => counts[window]++);
  return counts.map((count) => Math.max(1, count));
}

/** The mean of each window. */
export const averagePool2d = {
  forward: ([x]: readonly [NdArray], attributes: AveragePoolAttributes): NdArray => {
    const y = zeros(pooledShape(x, attributes.windows));
    const counts = divisors(x, attributes);
    const window = (to: number): number => Math.floor(to / x.shape[3]) % counts.length;
    eachElement(x, attributes.windows, (to, from) => {
      y.data[to] += x.data[from] / counts[window(to)];
    });
    return y;
  },
  backward: (
    dy: NdArray,
    { inputs: [x] }: { readonly inputs: readonly [NdArray] },
    attributes: AveragePoolAttributes,
  ): readonly NdArray[] => {
    const dx = zeros(x.shape);
    const counts = divisors(x, attributes);
    const window = (to: number): number => Math.floor(to / x.shape[3]) % counts.length;
    eachElement(x, attributes.windows, (to, from) => {
      dx.data[from] += dy.data[to] / counts[window(to)];
    });
    return [dx];
  },
};
