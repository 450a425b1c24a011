import { byName, type Checks, checkValues, count, finite, listOf, required } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, sizeOf } from '../../core/shape.ts';
import type { HostArray } from '../../core/tensor/tensor.ts';
import { sub } from '../../ops/elementwise/binary.ts';
import { matmul } from '../../ops/matmul/matmul.ts';
import type { Initializer } from '../initializers.ts';
import { checkRank, defineLayer, LAYER_CHECKS } from '../network/defineLayer.ts';
import type { Layer, LayerOptions } from '../network/layer.ts';

/** Options of `whitening`: what `whiteningStatistics` returns. */
export interface WhiteningOptions extends LayerOptions {
  /** The mean of each feature. */
  readonly mean: readonly number[];
  /** `[features, components]`. */
  readonly matrix: HostArray;
  /** Ignored, so that the statistics can be passed unchanged. */
  readonly variance?: readonly number[];
}

interface ProjectionOptions extends LayerOptions {
  readonly components: number;
  readonly meanInitializer?: Initializer;
  readonly matrixInitializer?: Initializer;
}

/** The layer that `whitening` makes; the kind names it in files. Mean and matrix are weights, so files hold them once. */
export const whiteningLayer = defineLayer<ProjectionOptions>(
  'whitening',
  { components: required(count), meanInitializer: byName, matrixInitializer: byName },
  ({ components, meanInitializer = 'zeros', matrixInitializer = 'zeros' }) => ({
    outputShape: (shape) => {
      checkRank('whitening', shape, 1);
      return [...shape.slice(0, -1), components];
    },
    build: (addWeight, shape) => {
      const features = shape[shape.length - 1];
      addWeight('mean', [features], meanInitializer, { trainable: false });
      addWeight('matrix', [features, components], matrixInitializer, { trainable: false });
    },
    call: (x, { weights: { mean, matrix } }) => matmul(sub(x, mean), matrix),
  }),
);

const numbers = listOf(finite, 'a list of finite numbers');
const CHECKS: Checks<keyof WhiteningOptions> = {
  mean: required(numbers),
  matrix: [isMatrix, 'a matrix { data, shape: [features, components] }', true],
  variance: numbers,
  ...LAYER_CHECKS,
};

function isMatrix(value: unknown): boolean {
  const { data, shape } = Object(value);
  return numbers[0](data) && Array.isArray(shape) && shape.length === 2 && data.length === sizeOf(shape);
}

/**
 * Whitens inputs: `y = (x - mean) matrix` over the last axis, which makes the features of the training set uncorrelated, each
 * with variance 1. `whiteningStatistics(trainingData, { kind })` of 'dawngrad/data' computes mean and matrix.
 * Input `[batch, ..., features]`, output `[batch, ..., components]`, f32. Mean and matrix are non-trainable weights.
 *
 *     whitening({ ...(await whiteningStatistics(xTrain, { kind: 'zca' })), inputShape: [784] })
 *
 * @throws ValueError if `matrix` is not a matrix; ShapeError, when the model is built, if the number of features differs.
 */
export function whitening(options: WhiteningOptions): Layer {
  checkValues('whitening', options, CHECKS);
  const { mean, matrix, variance: _, ...others } = options;
  const [features, components] = matrix.shape;
  const holds =
    (values: ArrayLike<number>): Initializer =>
    ([length]) => {
      if (length === features && mean.length === features) return Float32Array.from(values);
      throw new ShapeError({
        op: 'whitening',
        got: `a mean of ${mean.length} numbers and a matrix ${formatShape(matrix.shape)} for ${length} features`,
        expected: `${length} numbers and a matrix [${length}, components]`,
        fix: 'Compute the statistics from data of this shape; for images put a flatten() before the whitening.',
      });
    };
  return whiteningLayer({
    ...others,
    components,
    meanInitializer: holds(mean),
    matrixInitializer: holds(matrix.data),
  });
}
