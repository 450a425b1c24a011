import { byName, integer, listOf, notNegative } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import { prelu as preluOp } from '../../ops/elementwise/binary.ts';
import { leakyRelu as leakyReluOp } from '../../ops/elementwise/unary.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface PreluOptions extends LayerOptions {
  /** Makes the first slopes; default `zeros` as in Keras (PyTorch starts at 0.25). */
  readonly alphaInitializer?: Initializer | string;
  /** Axes along which a slope is shared, counted with the batch axis: `[1, 2]` gives images one slope per channel. Default none. */
  readonly sharedAxes?: readonly number[];
}

/**
 * Parametric ReLU: `y = x` for x > 0, else `y = alpha x` with a learned slope. The shape stays, f32. Weight: `alpha` in the
 * shape of a sample, of length 1 along `sharedAxes`.
 * @throws ValueError for axes that are no whole numbers.
 * @see He et al. (2015), "Delving deep into rectifiers".
 */
export const prelu = defineLayer<PreluOptions>(
  'prelu',
  { alphaInitializer: byName, sharedAxes: listOf(integer, 'a list of axes, such as [1, 2]') },
  ({ alphaInitializer = 'zeros', sharedAxes = [] }) => ({
    outputShape: (shape) => shape,
    build: (addWeight, shape) => {
      const shared = sharedAxes.map((axis) => normalizeAxis('prelu', axis, shape.length + 1) - 1);
      const alpha = shape.map((length, axis) => (shared.includes(axis) ? 1 : length));
      addWeight('alpha', alpha, alphaInitializer);
    },
    call: (x, { weights: { alpha } }) => preluOp(x, alpha),
  }),
);

export interface LeakyReluOptions extends LayerOptions {
  /** The slope for x <= 0, 0 or more; default 0.3 as in Keras (PyTorch: 0.01). */
  readonly negativeSlope?: number;
}

/**
 * Leaky ReLU: `y = x` for x > 0, else `y = negativeSlope x`. The shape stays, f32.
 * @throws ValueError for a negative slope.
 * @see Maas et al. (2013), "Rectifier nonlinearities improve neural network acoustic models".
 */
export const leakyRelu = defineLayer<LeakyReluOptions>(
  'leakyRelu',
  { negativeSlope: notNegative },
  ({ negativeSlope = 0.3 }) => ({
    outputShape: (shape) => shape,
    call: (x) => leakyReluOp(x, { negativeSlope }),
  }),
);
