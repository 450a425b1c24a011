import { convertIndexedToRgb, type DecodedPng, decode, encode } from 'fast-png';
import { ValueError } from '../../core/errors.ts';
import type { Shape } from '../../core/shape.ts';
import { neededParts } from './png.ts';

/** A grey image, row by row, from 0 (black) to 255 (white). */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/**
 * Reads a PNG of any kind as grey: `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601). Transparency shows white.
 * @throws ValueError if the file is damaged.
 */
export function decodeGrey(bytes: Uint8Array, name: string): GreyImage {
  const { width, height, data, channels, largest } = decodePixels(bytes, name);
  const grey = new Float32Array(width * height);
  const hasAlpha = channels === 2 || channels === 4;
  for (let i = 0; i < grey.length; i++) {
    const pixel = data.subarray(i * channels, (i + 1) * channels);
    const level = channels < 3 ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
    const alpha = hasAlpha ? pixel[channels - 1] / largest : 1;
    grey[i] = 255 * (alpha * (level / largest) + 1 - alpha);
  }
  return { width, height, data: grey };
}

function decodePixels(bytes: Uint8Array, name: string) {
  try {
    const png = decode(neededParts(bytes));
    if (png.palette === undefined && png.depth >= 8) return { ...png, largest: 2 ** png.depth - 1 };
    const palette = png.palette ?? greyPalette(png);
    return { ...png, data: convertIndexedToRgb({ ...png, palette }), channels: palette[0].length, largest: 255 };
  } catch (error) {
    throw new ValueError({
      op: name,
      got: `a PNG that can't be read (${error instanceof Error ? error.message : error})`,
      expected: 'a complete PNG of at most 100 million pixels',
      fix: 'Save it again, smaller if it is large.',
    });
  }
}

/** Below 8 bits per pixel, several pixels share a byte. Grey levels are then read like the colours of a palette. */
const greyPalette = ({ depth }: DecodedPng): number[][] =>
  Array.from({ length: 2 ** depth }, (_, level) => [(255 * level) / (2 ** depth - 1)]);

/** The first bytes of other file formats. */
const KINDS: Readonly<Record<string, readonly number[]>> = {
  'a JPEG': [0xff, 0xd8, 0xff],
  'a PNG': [0x89, 0x50, 0x4e, 0x47],
  'a GIF': [0x47, 0x49, 0x46, 0x38],
  'a BMP': [0x42, 0x4d],
  'a RIFF file, such as WebP': [0x52, 0x49, 0x46, 0x46],
  'a zip archive, such as .npz': [0x50, 0x4b, 3, 4],
  'a NumPy file': [0x93, 0x4e, 0x55, 0x4d],
};

/** The format of a file, for a message: `, a JPEG`; empty if unknown. */
export function kindOf(file: Uint8Array): string {
  const kind = Object.keys(KINDS).find((name) => KINDS[name].every((byte, i) => file[i] === byte));
  if (kind !== undefined) return `, ${kind}`;
  return file.subarray(0, 100).every((byte) => byte === 9 || byte === 10 || byte === 13 || byte >= 32)
    ? ', a text file'
    : '';
}

/** An image that is bright on black, as MNIST's digits are, and whether it was inverted for that. */
export interface FittedImage {
  readonly pixels: Uint8Array;
  readonly inverted: boolean;
}

/** Inverts an image with a light border, and scales it to fit `[height, width]`, centred, with its proportions. */
export function fitImage(image: GreyImage, [height, width]: Shape): FittedImage {
  const inverted = borderLevel(image) > 127.5;
  const data = inverted ? Float32Array.from(image.data, (level) => 255 - level) : image.data;
  return { pixels: scale({ ...image, data }, { width, height }), inverted };
}

/** The mean grey of the outermost pixels: the background. */
function borderLevel({ width, height, data }: GreyImage): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) {
      sum += data[y * width + x];
      count++;
    }
  }
  return sum / count;
}

/** Area averaging: each new pixel is the mean of the rectangle that it covers; outside the image it is black. */
function scale({ width, height, data }: GreyImage, target: { width: number; height: number }): Uint8Array {
  const factor = Math.max(width / target.width, height / target.height);
  const columns = coverage(width, target.width, factor);
  const rows = coverage(height, target.height, factor);
  const pixels = new Uint8Array(target.width * target.height);
  rows.forEach((row, i) => {
    columns.forEach((column, j) => {
      let sum = 0;
      for (const [y, weightY] of row) for (const [x, weightX] of column) sum += weightY * weightX * data[y * width + x];
      pixels[i * target.width + j] = Math.round(sum / (factor * factor));
    });
  });
  return pixels;
}

/** For each new pixel along one axis: the old pixels that it covers, each with the covered length. */
function coverage(length: number, targetLength: number, factor: number): [index: number, weight: number][][] {
  const offset = (length - targetLength * factor) / 2;
  return Array.from({ length: targetLength }, (_, i) => {
    const start = Math.max(0, offset + i * factor);
    const end = Math.min(length, offset + (i + 1) * factor);
    const cells: [number, number][] = [];
    for (let cell = Math.floor(start); cell < end; cell++) {
      cells.push([cell, Math.min(end, cell + 1) - Math.max(start, cell)]);
    }
    return cells;
  });
}

/** A grey image as a `data:` URI of a PNG. */
export function pngUri(pixels: Uint8Array, [height, width]: Shape): string {
  const png = encode({ width, height, data: pixels, channels: 1, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
