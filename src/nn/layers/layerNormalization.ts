import { integer, notNegative } from '../../core/checks.ts';
import { layerNorm } from '../../ops/normalize/layerNorm.ts';
import { checkRank, defineLayer, lengthAlong } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Options of `layerNormalization`. */
export interface LayerNormalizationOptions extends LayerOptions {
  /** The axis to normalize, counting the batch axis; default the last. */
  readonly axis?: number;
  /** Added to the variance, 0 or more; default 1e-3 as in Keras (PyTorch: 1e-5). */
  readonly epsilon?: number;
}

/**
 * Layer normalization: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and biased variance along one axis
 * of each sample, in training and at inference alike. Keeps the shape; f32.
 * Weights, each as long as the axis: `gamma` (starts at 1), `beta` (0).
 * @throws ValueError if an option is out of range; ShapeError if `axis` is the batch axis.
 * @see Ba et al. (2016), "Layer normalization".
 */
export const layerNormalization = defineLayer<LayerNormalizationOptions>(
  'layerNormalization',
  { axis: integer, epsilon: notNegative },
  ({ axis = -1, epsilon = 1e-3 }) => ({
    outputShape: (shape) => {
      checkRank('layerNormalization', shape, 1);
      return shape;
    },
    build: (addWeight, shape) => {
      const length = lengthAlong('layerNormalization', shape, axis);
      addWeight('gamma', [length], 'ones');
      addWeight('beta', [length], 'zeros');
    },
    call: (x, { weights: { gamma, beta } }) => layerNorm(x, gamma, beta, { axis, epsilon }),
  }),
);
