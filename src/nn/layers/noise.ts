import { fraction, notNegative, required } from '../../core/checks.ts';
import { fullOn } from '../../ops/create/fill.ts';
import { mul } from '../../ops/elementwise/binary.ts';
import { dropout } from '../../ops/random/dropout.ts';
import { gaussianNoise as gaussianNoiseOp } from '../../ops/random/gaussianNoise.ts';
import { checkRank, defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface GaussianNoiseLayerOptions extends LayerOptions {
  /** Standard deviation of the noise, in the units of x, 0 or more. */
  readonly stddev: number;
}

/**
 * Adds noise in training: `y = x + stddev z`, z standard normal, new in each step. At inference `y = x`. The shape stays, f32.
 * @throws ValueError for a negative `stddev`.
 */
export const gaussianNoise = defineLayer<GaussianNoiseLayerOptions>(
  'gaussianNoise',
  { stddev: required(notNegative) },
  ({ stddev }) => ({
    outputShape: (shape) => shape,
    call: (x, { training, stream }) => (training ? gaussianNoiseOp(x, { stddev, stream }) : x),
  }),
);

export interface SpatialDropout2dOptions extends LayerOptions {
  /** The share of channels set to 0 in training, at least 0 and below 1. */
  readonly rate: number;
}

/**
 * Dropout of whole channels, drawn for each image. In training a channel becomes 0 with probability `rate`, and is scaled by
 * `1 / (1 - rate)` otherwise; at inference `y = x`. Neighbouring pixels are alike, so that dropping single ones would hide
 * little. Input and output `[batch, height, width, channels]`, f32.
 * @throws ValueError for a rate outside `0 <= rate < 1`; ShapeError for samples of rank below 3.
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
