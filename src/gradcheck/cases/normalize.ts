import { sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add, div, mul, sub } from '../../ops/elementwise/binary.ts';
import { relu, sqrt } from '../../ops/elementwise/unary.ts';
import { reshape } from '../../ops/movement/strided.ts';
import { mean, variance } from '../../ops/reduce/reduce.ts';
import { perChannel } from '../accuracy.ts';
import type { CaseTable } from '../case.ts';

/** What batch normalisation fuses, for channels along `axis`. */
function normalised(
  x: Tensor,
  [gamma, beta, m, v]: readonly Tensor[],
  { axis = x.ndim - 1, epsilon = 1e-3 } = {},
): Tensor {
  const perChannel = x.shape.map((length, i) => (i === axis ? length : 1));
  const spread = (vector: Tensor): Tensor => reshape(vector, perChannel);
  const h = div(sub(x, spread(m)), sqrt(add(spread(v), epsilon)));
  return add(mul(h, spread(gamma)), spread(beta));
}

/** The same with the statistics of x. */
function normalisedByBatch(
  x: Tensor,
  vectors: readonly Tensor[],
  options: { axis?: number; epsilon?: number } = {},
): Tensor {
  const { axis = x.ndim - 1 } = options;
  const others = x.shape.flatMap((_, i) => (i === axis ? [] : [i]));
  return normalised(x, [...vectors, mean(x, { axis: others }), variance(x, { axis: others })], options);
}

/** What layer normalisation fuses: the statistics are those of each row along `axis`. */
function normalisedByRow(
  x: Tensor,
  [gamma, beta]: readonly Tensor[],
  { axis = x.ndim - 1, epsilon = 1e-3 } = {},
): Tensor {
  const along = x.shape.map((length, i) => (i === axis ? length : 1));
  const of = { axis, keepDims: true };
  const h = div(sub(x, mean(x, of)), sqrt(add(variance(x, of), epsilon)));
  return add(mul(h, reshape(gamma, along)), reshape(beta, along));
}

// biome-ignore format: one case per line
export const normalizeCases = {
  batchNormTraining: [
    { roundings: (inputs) => perChannel(inputs) + 20, scale: 'unit' },
    { shapes: [[45, 65], [65], [65]], composed: (x, ...vectors) => normalisedByBatch(x, vectors) },
    { shapes: [[45, 65], [65], [65]], args: [{ activation: 'relu' }], composed: (x, ...vectors) => relu(normalisedByBatch(x, vectors)) },
    { shapes: [[3, 5, 4, 2], [5], [5]], args: [{ axis: 1, epsilon: 0.5 }], composed: (x, ...vectors) => normalisedByBatch(x, vectors, { axis: 1, epsilon: 0.5 }) },
    { shapes: [[2, 4, 4, 3], [3], [3]] },
    { shapes: [[9001, 3], [3], [3]], args: [{ activation: 'relu' }] }, // in chunks
    { shapes: [[7, 5, 600], [5], [5]], args: [{ axis: 1 }] },
    { shapes: [[1, 5], [5], [5]] },
    { shapes: [[65], [65], [65]] },
    { shapes: [[5, 0], [0], [0]] },
    // The mean is 1,000 times the deviation: so are its rounding errors.
    { shapes: [[45, 5], [5], [5]], ranges: [[1000, 1002]], roundings: 2000 * 65 },
    { shapes: [[4, 5], [4], [5]], throws: /batchNormTraining: got x \[4, 5\] and a vector of shape \[4\]; expected one number per channel, \[5\]/ },
  ],
  batchNorm: [
    { roundings: 20, gradient: (inputs) => perChannel(inputs) + 20, scale: 'unit' },
    { shapes: [[45, 65], [65], [65], [65], [65]], ranges: [[-2, 2], [-2, 2], [-2, 2], [-2, 2], [0.25, 2]], composed: (x, ...vectors) => normalised(x, vectors) },
    { shapes: [[45, 65], [65], [65], [65], [65]], ranges: [[-2, 2], [-2, 2], [-2, 2], [-2, 2], [0.25, 2]], args: [{ activation: 'relu' }], composed: (x, ...vectors) => relu(normalised(x, vectors)) },
    { shapes: [[3, 5, 4], [5], [5], [5], [5]], ranges: [[-2, 2], [-2, 2], [-2, 2], [-2, 2], [0.25, 2]], args: [{ axis: 1, epsilon: 0.5 }], composed: (x, ...vectors) => normalised(x, vectors, { axis: 1, epsilon: 0.5 }) },
    { values: [[[1, 3]], [2, 2], [1, 1], [1, 1], [3, 3]], args: [{ epsilon: 1 }], y: [[1, 3]], dx: [[[1, 1]], [0, 1], [1, 1], [-1, -1], [0, -0.25]] },
  ],
  // Mean, variance, a root and a division; the vectors' gradients sum over the rows.
  layerNorm: [
    {
      roundings: ([, gamma]) => 2 * sizeOf(gamma) + 20,
      gradient: (inputs) => 4 * sizeOf(inputs[1]) + perChannel(inputs) + 40,
      scale: 'unit',
    },
    { shapes: [[45, 65], [65], [65]], composed: (x, ...vectors) => normalisedByRow(x, vectors) },
    { shapes: [[45, 33], [33], [33]], composed: (x, ...vectors) => normalisedByRow(x, vectors) }, // an invocation each
    { shapes: [[3, 1030], [1030], [1030]], args: [{ epsilon: 0.5 }], composed: (x, ...vectors) => normalisedByRow(x, vectors, { epsilon: 0.5 }) },
    { shapes: [[3, 5, 4, 2], [5], [5]], args: [{ axis: 1, epsilon: 1 }], composed: (x, ...vectors) => normalisedByRow(x, vectors, { axis: 1, epsilon: 1 }) },
    { shapes: [[2, 70, 3], [70], [70]], args: [{ axis: -2 }], composed: (x, ...vectors) => normalisedByRow(x, vectors, { axis: 1 }) },
    { shapes: [[70001, 2], [2], [2]], args: [{ epsilon: 1 }] },
    { shapes: [[65], [65], [65]] },
    { shapes: [[0, 5], [5], [5]] },
    { shapes: [[5, 0], [0], [0]] },
    // The mean is 1,000 times the deviation: so are its rounding errors.
    { shapes: [[45, 65], [65], [65]], ranges: [[1000, 1002]], roundings: 2000 * 65 },
    { values: [[[1, 3], [2, 2]], [1, 2], [0, 1]], args: [{ epsilon: 3 }], y: [[-0.5, 2], [0, 1]], dx: [[[-0.1875, 0.1875], [-1 / Math.sqrt(12), 1 / Math.sqrt(12)]], [-0.5, 0.5], [2, 2]] },
    { shapes: [[4, 5], [4], [5]], throws: /layerNorm: got x \[4, 5\] and a vector of shape \[4\]; expected one number for each element along axis 1 of x, \[5\]/ },
  ],
} satisfies CaseTable;
