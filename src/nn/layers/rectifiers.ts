import { byName, integer, listOf, notNegative } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import { prelu as preluOp } from '../../ops/elementwise/binary.ts';
import { leakyRelu as leakyReluOp } from '../../ops/elementwise/unary.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface PreluOptions extends LayerOptions {
  /** Default `zeros` as in Keras; PyTorch starts at 0.25. */
  readonly alphaInitializer?: Initializer | string;
  /** Axes, counted with the batch axis, along which a slope is shared: `[1, 2]` gives images a slope per channel. */
  readonly sharedAxes?: readonly number[];
}

/**
 * `x` for x > 0, else `alpha x` with a learned slope for each element of a sample, or fewer.
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
  /** The slope for x <= 0, 0 or more; default 0.3 as in Keras, PyTorch has 0.01. */
  readonly negativeSlope?: number;
}

/** `x` for x > 0, else `negativeSlope x`. */
export const leakyRelu = defineLayer<LeakyReluOptions>(
  'leakyRelu',
  { negativeSlope: notNegative },
  ({ negativeSlope = 0.3 }) => ({
    outputShape: (shape) => shape,
    call: (x) => leakyReluOp(x, { negativeSlope }),
  }),
);
