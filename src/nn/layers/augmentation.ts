import type { Amounts } from '../../backends/cpu/reference/data/augment.ts';
import { byName, type Check, count, finite, listOf, lookUp } from '../../core/checks.ts';
import { drawOn } from '../../core/random/state.ts';
import type { Shape } from '../../core/shape.ts';
import { augment, checkImages } from '../../ops/data/augment.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Options of `augmentation`. Each amount is a maximum: every image draws its own from `-amount .. amount`. Default 0. */
export interface AugmentationOptions extends LayerOptions, Partial<Amounts> {
  /** Flips half of the images along each named axis; default `none`. */
  readonly flip?: keyof typeof flips;
  /** The value of pixels from outside the image and of erased rectangles, in the units of the data; default 0. */
  readonly fill?: number;
  /** The shape of one image, `[height, width]` or `[height, width, channels]`; default: the shape of the samples. */
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
 * Augments each image by random amounts in training; at inference `y = x`. In one pass, in this order: flip, shear, zoom (a
 * fraction), rotate (degrees), translate (a fraction of height and width); `y = (1 + contrast) y + brightness`, brightness in the
 * units of the data; erase a rectangle. Interpolates bilinearly. Keeps the shape; f32.
 *
 *     augmentation({ translation: 0.1, rotation: 15, zoom: 0.1, flip: 'horizontal', erasing: 0.3 })
 *
 * No gradient flows through it: put it before the first layer with weights. Contrast scales around 0: put a `normalization`
 * before it if the data are not centred.
 * @throws ValueError if an amount is out of range; ShapeError if samples are not images.
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
