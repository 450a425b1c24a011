import { philox, type Words } from '../../../../core/random/philox.ts';
import { type Shape, sizeOf } from '../../../../core/shape.ts';
import { eachIndex, type NdArray, zeros } from '../ndarray.ts';

/** The largest changes to an image. */
export interface Amounts {
  /** Shift, as a fraction of the image's height and width. */
  readonly translation: number;
  /** Rotation about the centre, in degrees. */
  readonly rotation: number;
  /** Deviation of the scale from 1. */
  readonly zoom: number;
  /** Sideways shift of a row, in pixels per row of distance from the centre. */
  readonly shear: number;
  /** Added to the pixels, in the units of the data. */
  readonly brightness: number;
  /** Deviation of the values' factor from 1. */
  readonly contrast: number;
  /** The sides of the erased rectangle, as a fraction of the image's height and width. */
  readonly erasing: number;
}

export interface AugmentAttributes extends Amounts {
  /** How the elements of a sample form an image: `[height, width, channels]`, or `[height, width]`. */
  readonly imageShape: Shape;
  /** Whether the image is mirrored left to right, or top to bottom, half of the time. */
  readonly mirrors: { readonly horizontal: boolean; readonly vertical: boolean };
  /** The value outside the image and in the erased rectangle. */
  readonly fill: number;
  readonly stream: number;
}

/** A multiple of 2^-23 in [-1, 1), from 32 random bits. */
const signed = (bits: number): number => (bits >>> 8) * 2 ** -23 - 1;

/** A whole number below `count`, from 32 random bits. */
const below = (bits: number, count: number): number => Math.floor((bits * count) / 2 ** 32);

/** One number along each side of an image. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Draws the changes to one image from its three blocks of random words: where each pixel comes from, and whether it is
 * erased.
 */
function draw([place, look, cut]: readonly Words[], attributes: AugmentAttributes) {
  const { imageShape, translation, rotation, zoom, shear, mirrors, brightness, contrast, erasing } = attributes;
  const [height, width] = imageShape;
  const centre = { x: (width - 1) / 2, y: (height - 1) / 2 };
  const shift = { x: width * translation * signed(place[0]), y: height * translation * signed(place[1]) };
  const angle = (rotation / 180) * Math.PI * signed(place[2]);
  const scale = 1 + zoom * signed(place[3]);
  const slope = shear * signed(look[0]);
  const sign = (mayFlip: boolean, bit: number): number => (mayFlip && ((look[1] >>> bit) & 1) === 1 ? -1 : 1);
  const mirror = { x: sign(mirrors.horizontal, 31), y: sign(mirrors.vertical, 30) };
  const sides = {
    x: below(cut[0], Math.floor(width * erasing) + 1),
    y: below(cut[1], Math.floor(height * erasing) + 1),
  };
  const start = { x: below(cut[2], width - sides.x + 1), y: below(cut[3], height - sides.y + 1) };
  return {
    offset: brightness * signed(look[2]),
    gain: 1 + contrast * signed(look[3]),
    sourceOf: (pixel: Point): Point => {
      const p = { x: pixel.x - centre.x - shift.x, y: pixel.y - centre.y - shift.y };
      const turned = {
        x: Math.cos(angle) * p.x + Math.sin(angle) * p.y,
        y: Math.cos(angle) * p.y - Math.sin(angle) * p.x,
      };
      return {
        x: (mirror.x * (turned.x - slope * turned.y)) / scale + centre.x,
        y: (mirror.y * turned.y) / scale + centre.y,
      };
    },
    isCut: ({ x, y }: Point): boolean => x >= start.x && x < start.x + sides.x && y >= start.y && y < start.y + sides.y,
  };
}

/**
 * The bilinear interpolation between an image's four pixels around a point; `at` returns the value of a pixel, also
 * outside.
 */
function bilinear({ x, y }: Point, at: (pixel: Point) => number): number {
  let sum = 0;
  for (const row of [Math.floor(y), Math.floor(y) + 1]) {
    for (const column of [Math.floor(x), Math.floor(x) + 1]) {
      sum += (1 - Math.abs(x - column)) * (1 - Math.abs(y - row)) * at({ x: column, y: row });
    }
  }
  return sum;
}

/** Transforms each image of a batch at random; `state` is [seed, step]. */
export const augment = {
  forward: ([x, { data: state }]: readonly [x: NdArray, state: NdArray], attributes: AugmentAttributes): NdArray => {
    const { imageShape, fill, stream } = attributes;
    const [height, width, channels = 1] = imageShape;
    const [seed, step] = [state[0] >>> 0, state[1] >>> 0];
    const size = sizeOf(imageShape);
    const y = zeros(x.shape);
    for (let image = 0; image < x.shape[0]; image++) {
      const words = [0, 1, 2].map((block) => philox([3 * image + block, step, stream, 0], [seed, 0]));
      const { offset, gain, sourceOf, isCut } = draw(words, attributes);
      eachIndex([height, width, channels], ([row, column, channel], i) => {
        const pixel = { x: column, y: row };
        const at = (p: Point): number =>
          p.x < 0 || p.y < 0 || p.x >= width || p.y >= height
            ? fill
            : x.data[image * size + (p.y * width + p.x) * channels + channel];
        y.data[image * size + i] = isCut(pixel) ? fill : gain * bilinear(sourceOf(pixel), at) + offset;
      });
    }
    return y;
  },
};
