import { fraction, notNegative, required } from '../../core/checks.ts';
import { fullOn } from '../../ops/create/fill.ts';
import { mul } from '../../ops/elementwise/binary.ts';
import { dropout } from '../../ops/random/dropout.ts';
import { gaussianNoise as gaussianNoiseOp } from '../../ops/random/gaussianNoise.ts';
import { checkRank, defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface GaussianNoiseLayerOptions extends LayerOptions {
  /** The standard deviation of the noise, 0 or more. */
  readonly stddev: number;
}

/** Adds normal noise of mean 0 in training, does nothing at inference. */
export const gaussianNoise = defineLayer<GaussianNoiseLayerOptions>(
  'gaussianNoise',
  { stddev: required(notNegative) },
  ({ stddev }) => ({
    outputShape: (shape) => shape,
    call: (x, { training, stream }) => (training ? gaussianNoiseOp(x, { stddev, stream }) : x),
  }),
);

export interface SpatialDropout2dOptions extends LayerOptions {
  /** The share of channels set to 0 in training, at least 0 and below 1; the others are scaled by `1 / (1 - rate)`. */
  readonly rate: number;
}

/**
 * Sets whole channels of images `[height, width, channels]` to 0 at random in training, for each sample others: neighbours
 * in an image are so alike that dropping single elements would hide little.
 * @see Tompson et al. (2015), "Efficient object localization using convolutional networks".
 */
export const spatialDropout2d = defineLayer<SpatialDropout2dOptions>(
  'spatialDropout2d',
  { rate: required(fraction) },
  ({ rate }) => ({
    outputShape: (shape) => {
      checkRank('spatialDropout2d', shape, 3);
      return shape;
    },
    call: (x, { training, stream }) => {
      if (!training || rate === 0) return x;
      const [batch, , , channels] = x.shape;
      return mul(x, dropout(fullOn(x.device, [batch, 1, 1, channels], 1, 'f32'), { rate, stream }));
    },
  }),
);
