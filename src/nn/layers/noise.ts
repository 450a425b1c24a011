import { fraction, notNegative, required } from '../../core/checks.ts';
import { fullOn } from '../../ops/create/fill.ts';
import { mul } from '../../ops/elementwise/binary.ts';
import { dropout } from '../../ops/random/dropout.ts';
import { gaussianNoise as gaussianNoiseOp } from '../../ops/random/gaussianNoise.ts';
import { checkRank, defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Options of the layer `gaussianNoise`. */
export interface GaussianNoiseLayerOptions extends LayerOptions {
  /** Standard deviation of the noise, in the units of x, 0 or more. */
  readonly stddev: number;
}

/** The layer `gaussianNoise`, documented in src/overloads.ts. */
export const gaussianNoise = defineLayer<GaussianNoiseLayerOptions>(
  'gaussianNoise',
  { stddev: required(notNegative) },
  ({ stddev }) => ({
    outputShape: (shape) => shape,
    call: (x, { training, stream }) => (training ? gaussianNoiseOp(x, { stddev, stream }) : x),
  }),
);

/** Options of `spatialDropout2d`. */
export interface SpatialDropout2dOptions extends LayerOptions {
  /** The probability that a channel is set to 0 in training, at least 0 and below 1. */
  readonly rate: number;
}

/**
 * Dropout of whole channels of each image: in training a channel becomes 0 with probability `rate`, and is scaled by
 * `1 / (1 - rate)` otherwise; at inference `y = x`. Dropping single pixels would hide little, because neighbours are similar.
 * Input and output `[batch, height, width, channels]`, f32.
 * @throws ValueError unless `0 <= rate < 1`; ShapeError if samples have a rank below 3.
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
