import { integer, notNegative } from '../../core/checks.ts';
import { layerNorm } from '../../ops/normalize/layerNorm.ts';
import { checkRank, defineLayer, lengthAlong } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface LayerNormalizationOptions extends LayerOptions {
  /** The axis along which elements are normalised together, counted with the batch axis; default the last. */
  readonly axis?: number;
  /** Added to the variance; default 1e-3 as in Keras, PyTorch has 1e-5. */
  readonly epsilon?: number;
}

/**
 * Normalises along an axis to mean 0 and variance 1, each sample by itself, then scales by gamma and shifts by beta: the
 * same in training and at inference.
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
