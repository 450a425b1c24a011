import type { Amounts } from '../../backends/cpu/reference/data/augment.ts';
import { byName, type Check, count, finite, listOf, lookUp } from '../../core/checks.ts';
import { drawOn } from '../../core/randomState.ts';
import type { Shape } from '../../core/shape.ts';
import { augment, checkImages } from '../../ops/data/augment.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Each amount is the largest there is, and 0 by default: an image gets one between its negative and itself. */
export interface AugmentationOptions extends LayerOptions, Partial<Amounts> {
  /** Which mirror images there are, each half of the time; default `none`. */
  readonly flip?: keyof typeof flips;
  /** The value outside the image and where it is cut out; default 0. */
  readonly fill?: number;
  /** The shape of one image, `[height, width, channels]` or `[height, width]`, if samples have another; default theirs. */
  readonly imageShape?: Shape;
}

const below = (limit: number): Check => [
  (value) => typeof value === 'number' && value >= 0 && value < limit,
  `a number of at least 0 and below ${limit}`,
];

const NONE: Amounts = { translation: 0, rotation: 0, zoom: 0, shear: 0, brightness: 0, contrast: 0, erasing: 0 };

const flips = {
  none: { horizontal: false, vertical: false },
  horizontal: { horizontal: true, vertical: false },
  vertical: { horizontal: false, vertical: true },
  both: { horizontal: true, vertical: true },
};

/**
 * Changes images at random in training, each by amounts of its own, and does nothing at inference: mirrors, shears, scales,
 * turns (degrees) and moves them, then multiplies by a factor near 1 (contrast) and adds a number (brightness, in the units
 * of the data), then cuts out a rectangle of random sides. Values between pixels are bilinear. One pass does it all.
 *
 *     augmentation({ translation: 0.1, rotation: 15, zoom: 0.1, flip: 'horizontal', erasing: 0.3 })
 *
 * No gradient flows through it: it stands before the first layer with weights. Contrast is about 0, so put a
 * `normalization` in front of it where that is not the grey of the data.
 * @see Zhong et al. (2020), "Random erasing data augmentation".
 */
export const augmentation = defineLayer<AugmentationOptions>(
  'augmentation',
  {
    translation: below(1),
    rotation: below(360),
    zoom: below(1),
    shear: below(10),
    brightness: below(Number.POSITIVE_INFINITY),
    contrast: below(1),
    erasing: below(1),
    flip: byName,
    fill: finite,
    imageShape: listOf(count, 'the lengths [height, width] or [height, width, channels]'),
  },
  ({ flip = 'none', fill = 0, imageShape, ...given }) => {
    const amounts = { ...NONE, ...given };
    const mirrors = lookUp('augmentation', flips, flip);
    const shapeOf = (sample: Shape): Shape => imageShape ?? sample;
    return {
      outputShape: (shape) => {
        checkImages('augmentation', shape, shapeOf(shape));
        return shape;
      },
      call: (x, { training, stream }) => {
        if (!training) return x;
        const attributes = { ...amounts, mirrors, fill, imageShape: shapeOf(x.shape.slice(1)), stream };
        return augment(x, drawOn(x.device), attributes);
      },
    };
  },
);
