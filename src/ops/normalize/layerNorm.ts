import shader from '../../../shaders/normalize/layer_norm.wgsl';
import type { LayerNormAttributes } from '../../backends/cpu/reference/normalize/layerNorm.ts';
import { checkedLater, checkRange, checkValues, notNegative } from '../../core/checks.ts';
import { ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeAxis } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { reducingRows, rowsAlong } from '../lib/rows.ts';
import { defineOp } from '../op.ts';
import { sum } from '../reduce/reduce.ts';

const constantsOf = ({ epsilon }: LayerNormAttributes) => ({ EPSILON: epsilon });

const layerNormOp = defineOp<[x: Tensor, gamma: Tensor, beta: Tensor], LayerNormAttributes>({
  name: 'layerNorm',
  shader: reducingRows(shader),
  reference: ({ layerNorm }) => layerNorm,
  shape: ([x, ...vectors], { axis }) => {
    const wrong = vectors.find((vector) => vector.length !== 1 || vector[0] !== x[axis]);
    if (wrong === undefined) return x;
    throw new ShapeError({
      op: 'layerNorm',
      got: `x ${formatShape(x)} and a vector of shape ${formatShape(wrong)}`,
      expected: `one number for each element along axis ${axis} of x, ${formatShape([x[axis]])}`,
      fix: 'Correct the vector, or set the option axis to the normalized axis.',
    });
  },
  forward: (run, [x, gamma, beta], attributes) =>
    run('forward', [x, gamma, beta], {
      shape: x.shape,
      ...rowsAlong(x, attributes.axis, constantsOf(attributes)),
    }),
  backward: (run, dy, { inputs: [x, gamma], attributes, needs }) => {
    const shapes = [x.shape, x.shape];
    const rows = rowsAlong(x, attributes.axis, constantsOf(attributes));
    const [dx, dyh] = run.several('backward', [x, gamma, dy], { shapes, ...rows });
    const axis = x.shape.flatMap((_, i) => (i === attributes.axis ? [] : [i]));
    return [dx, needs[1] ? sum(dyh, { axis }) : undefined, needs[2] ? sum(dy, { axis }) : undefined];
  },
});

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** The axis to normalize along; default the last. */
  readonly axis?: number;
  /** Added to the variance; default 1e-3 as in Keras; PyTorch and ONNX have 1e-5. */
  readonly epsilon?: number;
}

/**
 * Layer normalization: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance along one axis,
 * separately for each sample; the variance divides by n.
 * @param x f32, rank 1 or more.
 * @param gamma scale per element along the axis, `[length]`, f32.
 * @param beta shift per element along the axis, `[length]`, f32.
 * @returns y, the shape of `x`. The variance is computed from differences, so a large mean adds no cancellation beyond
 * the rounding of x.
 * @throws ShapeError if `gamma` or `beta` has another shape, or there is no such axis; ValueError if `epsilon` is
 * negative; DTypeError for i32.
 * @see Ba et al. (2016), "Layer normalization".
 */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, options: LayerNormOptions = {}): Tensor {
  const { axis = -1, epsilon = 1e-3 } = checkValues('layerNorm', options, { axis: checkedLater, epsilon: notNegative });
  checkRange('layerNorm', 'epsilon', epsilon, { low: 0, high: Number.POSITIVE_INFINITY });
  return layerNormOp(x, gamma, beta, { axis: normalizeAxis('layerNorm', axis, x.ndim), epsilon });
}
