import { byName, integer, listOf, notNegative } from '../../core/checks.ts';
import { normalizeAxis } from '../../core/shape.ts';
import { prelu as preluOp } from '../../ops/elementwise/binary.ts';
import { leakyRelu as leakyReluOp } from '../../ops/elementwise/unary.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Options of the layer `prelu`. */
export interface PreluOptions extends LayerOptions {
  /** Initial slopes; default `zeros` as in Keras (PyTorch: 0.25). */
  readonly alphaInitializer?: Initializer | string;
  /** Axes along which slopes are shared, counting the batch axis: `[1, 2]` gives images one slope per channel. Default none. */
  readonly sharedAxes?: readonly number[];
}

/** The layer `prelu`, documented in src/overloads.ts. */
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

/** Options of the layer `leakyRelu`. */
export interface LeakyReluOptions extends LayerOptions {
  /** The slope for x <= 0, 0 or more; default 0.3 as in Keras (PyTorch: 0.01). */
  readonly negativeSlope?: number;
}

/** The layer `leakyRelu`, documented in src/overloads.ts. */
export const leakyRelu = defineLayer<LeakyReluOptions>(
  'leakyRelu',
  { negativeSlope: notNegative },
  ({ negativeSlope = 0.3 }) => ({
    outputShape: (shape) => shape,
    call: (x) => leakyReluOp(x, { negativeSlope }),
  }),
);
