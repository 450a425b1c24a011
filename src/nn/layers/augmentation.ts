import type { Amounts } from '../../backends/cpu/reference/data/augment.ts';
import { byName, type Check, count, finite, listOf, lookUp } from '../../core/checks.ts';
import { drawOn } from '../../core/random/state.ts';
import type { Shape } from '../../core/shape.ts';
import { augment, checkImages } from '../../ops/data/augment.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Each amount is a maximum: an image draws its own, uniform from minus to plus that. Default 0. */
export interface AugmentationOptions extends LayerOptions, Partial<Amounts> {
  /** Mirrors half of the images, along each axis named; default `none`. */
  readonly flip?: keyof typeof flips;
  /** The value outside the image and in erased rectangles, in the units of the data; default 0. */
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
 * Augments images at random in training, each by amounts of its own; at inference `y = x`. In this order: mirror, shear, zoom
 * (a share), rotate (degrees), translate (a share of height and width); then `y = (1 + contrast) y + brightness`, brightness in
 * the units of the data; then erase a rectangle. Pixels are interpolated bilinearly. One pass does it all. The shape stays, f32.
 *
 *     augmentation({ translation: 0.1, rotation: 15, zoom: 0.1, flip: 'horizontal', erasing: 0.3 })
 *
 * It passes no gradient on: put it before the first layer with weights. Contrast scales about 0: put a `normalization` before it
 * if the data are not centred.
 * @throws ValueError for amounts out of range; ShapeError for samples that are no images.
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
