import type { Tensor } from '../../core/tensor/tensor.ts';
import * as exported from '../../ops/index.ts';
import type { Case, OperationName, Suite } from '../case.ts';
import { accuracyOf } from './accuracy.ts';
import { convolutions, depthwise, pools, transposed } from './convolutions.ts';
import { edges } from './edges.ts';
import { alongAxis, chunked, comparison, elementwise, integers, pairwise, reduction } from './families.ts';
import { products } from './products.ts';

const ops = { ...exported };

const { add, div, logSoftmax, mean, mul, neg, oneHot, relu, reshape, sqrt, sub, sum, variance } = ops;

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
const table = {
  add: [...pairwise(), integers([[45, 65], [65]])],
  sub: [...pairwise(), integers([[45, 65], [65]])],
  mul: [...pairwise(), integers([[45, 65], [65]])],
  div: [
    ...pairwise({ ranges: [[-2, 2], [0.25, 2]] }),
    { values: [[7, -7, 7, -7], [2, 2, -2, -2]], dtypes: ['i32', 'i32'], y: [3, -3, -3, 3] },
  ],
  pow: [
    ...pairwise({ ranges: [[0.25, 3], [-2, 2]] }),
    { values: [[-2, -2, -2, -3, 4], [2, 3, -1, 0, 0.5]], y: [4, -8, -0.5, 1, 2], dx: [[-4, 12, -0.25, 0, 0.25], [0, 0, 0, 0, 4 * Math.LN2]] },
    { values: [[0, 0, 0], [0, 1, 2]], y: [1, 0, 0], dx: [[0, 1, 0], [0, 0, 0]] },
    { values: [[2, -2, 3, 5, 7, 2], [10, 3, 4, 0, 5, -1]], dtypes: ['i32', 'i32'], y: [1024, -8, 81, 1, 16807, 0] },
    { values: [[46340, 10, 3, -3], [2, 9, 19, 19]], dtypes: ['i32', 'i32'], y: [2147395600, 1e9, 1162261467, -1162261467] }, // beyond 24 bits
  ],
  maximum: [
    ...pairwise(),
    { values: [[1, 2, 3], [3, 2, 1]], y: [3, 2, 3], dx: [[0, 0.5, 1], [1, 0.5, 0]] },
    integers([[45, 65], [65]]),
  ],
  minimum: [
    ...pairwise(),
    { values: [[1, 2, 3], [3, 2, 1]], y: [1, 2, 1], dx: [[1, 0.5, 0], [0, 0.5, 1]] },
    integers([[45, 65], [65]]),
  ],
  weigh: [...pairwise(), integers([[45, 65], [65]])],
  prelu: [...pairwise(), { values: [[-1, 0, 2], [0.5, 0.5, 0.5]], y: [-0.5, 0, 2], dx: [[0.5, 0.5, 1], [-1, 0, 0]] }],
  sigmoidCrossEntropy: [...pairwise({ ranges: [[-2, 2], [0, 1]] }), { values: [[300, -300, 0], [0, 0.5, 1]], y: [300, 150, Math.LN2], dx: [[1, -0.5, -0.5], [-300, 300, 0]] }],
  equal: [...comparison, { values: [[0, 1], [1, 1]], y: [0, 1] }],
  notEqual: [...comparison, { values: [[0, 1], [1, 1]], y: [1, 0] }],
  greater: [...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [0, 0, 1] }],
  greaterEqual: [...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [0, 1, 1] }],
  less: [...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [1, 0, 0] }],
  lessEqual: [...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [1, 1, 0] }],
  logicalAnd: [...comparison, { values: [[0, 0, 2, -1], [0, 3, 0, 0.5]], y: [0, 0, 0, 1] }],
  logicalOr: [...comparison, { values: [[0, 0, 2, -1], [0, 3, 0, 0.5]], y: [0, 1, 1, 1] }],
  where: [
    { shapes: [[45, 65], [45, 65], [45, 65]], dtypes: ['i32'] },
    { shapes: [[65], [45, 65], [45, 1]], dtypes: ['i32'] },
    { shapes: [[3, 1, 2], [4, 1], []], dtypes: ['i32'] },
    { shapes: [[0, 3], [3], [1]], dtypes: ['i32'] },
    { shapes: [[5, 7], [5, 7]], dtypes: ['i32'], args: [-1] },
    integers([[5, 7], [7], [5, 1]]),
    { values: [[0, 1, -1], [1, 2, 3], [4, 5, 6]], dtypes: ['i32'], y: [4, 2, 3], dx: [[0, 1, 1], [1, 0, 0]] },
    { shapes: [[2], [2], [2]], dtypes: ['i32', 'i32', 'f32'], throws: /where: got dtypes i32 and f32 for a and b; expected one dtype/ },
    { shapes: [[2], [2], [2]], throws: /where: got dtype f32 for input 0; expected i32/ },
  ],

  relu: [...elementwise(), { values: [[-1, 0, 1]], y: [0, 0, 1], dx: [[0, 0, 1]] }, integers([[45, 65]])],
  neg: [...elementwise(), integers([[45, 65]])],
  abs: [...elementwise(), { values: [[-1, 0, 2]], y: [1, 0, 2], dx: [[-1, 0, 1]] }, integers([[45, 65]])],
  sign: [...elementwise(), { values: [[-3, 0, 2]], y: [-1, 0, 1], dx: [[0, 0, 0]] }, integers([[45, 65]])],
  square: [...elementwise(), integers([[45, 65]])],
  floor: [...elementwise(), { values: [[-1.5, -1, 0, 1.5]], y: [-2, -1, 0, 1], dx: [[0, 0, 0, 0]] }],
  ceil: [...elementwise(), { values: [[-1.5, -1, 0, 1.5]], y: [-1, -1, 0, 2], dx: [[0, 0, 0, 0]] }],
  round: [...elementwise(), { values: [[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]], y: [-2, -2, 0, 0, 2, 2] }],
  exp: [...elementwise(), { values: [[0, -200]], y: [1, 0], dx: [[1, 0]] }],
  log: [...elementwise({ ranges: [[0.25, 4]] }), { values: [[1, 2 ** -100]], y: [0, -100 * Math.LN2], dx: [[1, 2 ** 100]] }],
  sqrt: [...elementwise({ ranges: [[0.25, 4]] }), { values: [[4, 2 ** -100]], y: [2, 2 ** -50], dx: [[0.25, 2 ** 49]] }],
  reciprocal: [...elementwise({ ranges: [[0.25, 2]] }), { values: [[-4, 2]], y: [-0.25, 0.5], dx: [[-0.0625, -0.25]] }],
  sin: [...elementwise(), { values: [[0]], y: [0], dx: [[1]] }],
  cos: [...elementwise(), { values: [[0]], y: [1], dx: [[0]] }],
  tan: [...elementwise({ ranges: [[-1, 1]] }), { values: [[0]], y: [0], dx: [[1]] }],
  asin: [...elementwise({ ranges: [[-0.75, 0.75]] }), { values: [[0]], y: [0], dx: [[1]] }],
  acos: [...elementwise({ ranges: [[-0.75, 0.75]] }), { values: [[0, 1]], y: [Math.PI / 2, 0] }],
  atan: [...elementwise(), { values: [[0, 1]], y: [0, Math.PI / 4], dx: [[1, 0.5]] }],
  sinh: [...elementwise(), { values: [[0]], y: [0], dx: [[1]] }],
  cosh: [...elementwise(), { values: [[0]], y: [1], dx: [[0]] }],
  erf: [...elementwise(), { values: [[0, 9, -9]], y: [0, 1, -1], dx: [[2 / Math.sqrt(Math.PI), 0, 0]] }],
  sigmoid: [...elementwise(), { values: [[0, 300, -300]], y: [0.5, 1, 0], dx: [[0.25, 0, 0]] }],
  tanh: [
    ...elementwise(),
    { values: [[0, 300, -300]], y: [0, 1, -1], dx: [[1, 0, 0]] },
    { values: [[1e-20, -3e-9, 2 ** -10]], y: [1e-20, -3e-9, 2 ** -10 - 2 ** -30 / 3] },
  ],
  silu: [...elementwise(), { values: [[0, 300, -300]], y: [0, 300, 0], dx: [[0.5, 1, 0]] }],
  softplus: [...elementwise(), { values: [[0, 300, -300]], y: [Math.LN2, 300, 0], dx: [[0.5, 1, 0]] }],
  softsign: [...elementwise(), { values: [[0, 1, -3]], y: [0, 0.5, -0.75], dx: [[1, 0.25, 0.0625]] }],
  mish: [...elementwise(), { values: [[0, 300, -300]], y: [0, 300, 0], dx: [[0.6, 1, 0]] }],
  hardSigmoid: [
    ...elementwise({ ranges: [[-4, 4]] }),
    { values: [[-4, 0, 4]], y: [0, 0.5, 1] },
    { values: [[-2, 0, 2]], args: [{ alpha: 0.25, beta: 0.5 }], y: [0, 0.5, 1], dx: [[0, 0.25, 0]] },
  ],
  leakyRelu: [
    ...elementwise(),
    { values: [[-2, 0, 1]], y: [-0.6, 0, 1], dx: [[0.3, 0.3, 1]] }, // Keras's slope
    { values: [[-2, 0, 1]], args: [{ negativeSlope: 0.25 }], y: [-0.5, 0, 1], dx: [[0.25, 0.25, 1]] },
  ],
  elu: [
    ...elementwise(),
    { shapes: [[45, 65]], args: [{ alpha: 0.5 }] },
    { values: [[-300, 0, 300]], y: [-1, 0, 300], dx: [[0, 1, 1]] },
  ],
  selu: [...elementwise(), { values: [[0, 300]], y: [0, 300 * 1.0507009873554805] }],
  gelu: [
    ...elementwise(),
    { shapes: [[45, 65]], args: [{ approximate: true }], roundings: 500 }, // 1e-5 of tanh, twice in the gradient
    { values: [[0, 300, -300]], y: [0, 300, 0], dx: [[0.5, 1, 0]] },
    { values: [[0, 300, -300]], args: [{ approximate: true }], y: [0, 300, 0], dx: [[0.5, 1, 0]] },
  ],
  clip: [
    { shapes: [[45, 65]], args: [-0.5, 0.75] },
    { shapes: [[0, 3]], args: [0, 1] },
    { values: [[-2, -1, 0, 1, 2]], args: [-1, 1], y: [-1, -1, 0, 1, 1], dx: [[0, 1, 1, 1, 0]] },
    integers([[45, 65]], [-1, 0]),
  ],

  sum: [
    ...reduction(),
    ...chunked,
    integers([[45, 65]], [{ axis: 0 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [0, 0], dx: [[[], []]] },
  ],
  mean: [...reduction(), ...chunked],
  max: [
    ...reduction(),
    ...chunked,
    { values: [[[1, 3, 3], [-5, -7, -6]]], args: [{ axis: 1 }], y: [3, -5], dx: [[[0, 0.5, 0.5], [1, 0, 0]]] },
    integers([[45, 65]], [{ axis: 1 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [-Infinity, -Infinity], dx: [[[], []]] },
    { shapes: [[2, 0]], dtypes: ['i32'], args: [{ axis: 1 }], throws: /max: got shape \[2, 0\] of dtype i32; expected at least one element/ },
  ],
  min: [
    ...reduction(),
    ...chunked,
    { values: [[[1, 3, 1], [5, 7, 6]]], args: [{ axis: 1 }], y: [1, 5], dx: [[[0.5, 0, 0.5], [1, 0, 0]]] },
    integers([[45, 65]], [{ axis: 1 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [Infinity, Infinity], dx: [[[], []]] },
    { shapes: [[2, 0]], dtypes: ['i32'], args: [{ axis: 1 }], throws: /min: got shape \[2, 0\] of dtype i32; expected at least one element/ },
  ],
  prod: [
    ...reduction({ ranges: [[0.75, 1.25]] }),
    { values: [[[0, 2, 3], [0, 0, 3], [1, 2, 3]]], args: [{ axis: 1 }], y: [0, 0, 6], dx: [[[6, 0, 0], [0, 0, 0], [6, 3, 2]]] },
    integers([[5, 4]], [{ axis: 1 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [1, 1] },
  ],
  variance: [
    ...reduction(),
    ...chunked,
    { shapes: [[45, 65]], args: [{ axis: 0, correction: 1 }] },
    { values: [[1, 2, 3, 6]], y: 3.5, dx: [[-1, -0.5, 0, 1.5]] },
    // The mean is 2,000 times the deviations, and its rounding stays in their gradient.
    { shapes: [[45, 65]], ranges: [[1000, 1001]], args: [{ axis: 0 }], roundings: 2000 * 57 },
  ],
  logSumExp: [
    ...reduction(),
    { shapes: [[3, 4097]], args: [{ axis: 1 }] },
    { values: [[300, 0, -300]], y: 300, dx: [[1, 0, 0]] },
    { values: [[-300, -300]], y: -300 + Math.LN2, dx: [[0.5, 0.5]] },
  ],
  cumsum: [
    ...alongAxis(),
    { shapes: [[45, 65]], args: [{ exclusive: true }] },
    { shapes: [[45, 65]], args: [{ axis: 0, reverse: true }] },
    { shapes: [[5, 0]] },
    { values: [[1, 2, 3]], args: [{ exclusive: true, reverse: true }], y: [5, 3, 0], dx: [[0, 1, 2]] },
    integers([[45, 65]]),
  ],
  argMax: [
    ...alongAxis(),
    integers([[45, 65]], [{ axis: 0, keepDims: true }]),
    integers([[45, 65]], [{ selectLast: true }]),
    { values: [[[1, 3, 3], [-5, -7, -6]]], y: [1, 0] },
    { shapes: [[2, 0]], throws: /argMax: got shape \[2, 0\]; expected at least one element along axis 1/ },
  ],
  argMin: [
    ...alongAxis(),
    integers([[45, 65]], [{ axis: 0, keepDims: true }]),
    { values: [[[3, 1, 1], [-5, -7, -6]]], args: [{ selectLast: true }], y: [2, 1] },
    { shapes: [[2, 0]], throws: /argMin: got shape \[2, 0\]; expected at least one element along axis 1/ },
  ],

  matmul: [
    ...products,
    { shapes: [[3], [3, 2]], throws: /matmul: got a \[3\] and b \[3, 2\]; expected rank 2 or more for both/ },
    { shapes: [[32, 784], [128, 10]], throws: /the last axis of a \(784\) to equal the second-to-last of b \(128\)/ },
  ],

  conv2d: [
    ...convolutions,
    { values: [[[[[1], [2]], [[3], [4]]]], [[[[10]], [[1]]]]], y: [[[[12]], [[34]]]], dx: [[[[[10], [1]], [[10], [1]]]], [[[[4]], [[6]]]]] },
    { shapes: [[5, 5, 1], [3, 3, 1, 2]], throws: /conv2d: got images of shape \[5, 5, 1\]; expected rank 4, \[batch, height, width, channels\]/ },
    { shapes: [[1, 5, 5, 3], [3, 3, 4, 2]], throws: /conv2d: got images \[1, 5, 5, 3\], a filter \[3, 3, 4, 2\] and 1 groups; expected 4 channels in the images/ },
    { shapes: [[1, 5, 5, 4], [3, 3, 2, 3]], args: [{ groups: 2 }], throws: /expected a number of groups that divides the length 3 of the filter's last axis/ },
    { shapes: [[1, 2, 5, 1], [3, 3, 1, 2]], throws: /conv2d: got images of 2 x 5 and windows of 3 x 3; expected images that hold at least one window/ },
    { shapes: [[1, 5, 5, 1], [3, 3, 1, 2]], args: [{ padding: [1, 1] }], throws: /conv2d: got padding \[1, 1\]; expected 'same', 'valid', or \[top, left, bottom, right\]/ },
    { shapes: [[1, 5, 5, 1], [3, 3, 1, 2]], args: [{ strides: 0 }], throws: /conv2d: got strides 0; expected a whole number of 1 or more/ },
  ],
  depthwiseConv2d: [
    ...depthwise,
    { shapes: [[1, 5, 5, 3], [3, 3, 4, 2]], throws: /depthwiseConv2d: got images \[1, 5, 5, 3\], a filter \[3, 3, 4, 2\]/ },
  ],
  convTranspose2d: [
    ...transposed,
    { values: [[[[[1], [2]]]], [[[[10]], [[1]]]]], y: [[[[10], [21], [2]]]], dx: [[[[[11], [11]]]], [[[[3]], [[3]]]]] },
    { shapes: [[1, 5, 5, 3], [3, 3, 4, 2]], throws: /convTranspose2d: got images \[1, 5, 5, 3\], a filter \[3, 3, 4, 2\] and 1 groups; expected 2 channels in the images/ },
    { shapes: [[1, 1, 1, 1], [1, 1, 1, 1]], args: [{ padding: [1, 0, 1, 0] }], throws: /convTranspose2d: .*; expected padding that leaves at least one row and column/ },
  ],
  maxPool2d: [
    ...pools,
    { values: [[[[[1], [3]], [[3], [2]]]]], y: [[[[3]]]], dx: [[[[[0], [1]], [[0], [0]]]]] }, // the first of two takes the gradient
    { values: [[[[[-1], [-3]], [[-2], [-4]]]]], args: [{ poolSize: 3, padding: 'same', strides: 2 }], y: [[[[-1]]]] },
    { shapes: [[2, 2, 1]], throws: /maxPool2d: got images of shape \[2, 2, 1\]; expected rank 4/ },
    { shapes: [[1, 1, 4, 1]], throws: /maxPool2d: got images of 1 x 4 and windows of 2 x 2; expected images that hold at least one window/ },
  ],
  averagePool2d: [
    ...pools,
    ...pools.map(({ args: [options] = [{}], ...row }) => ({ ...row, args: [{ ...Object(options), countIncludePad: true }] })),
    { values: [[[[[1], [3]], [[3], [5]]]]], args: [{ padding: [1, 1, 1, 1] }], y: [[[[1], [3]], [[3], [5]]]] },
    { values: [[[[[1], [3]], [[3], [5]]]]], args: [{ padding: [1, 1, 1, 1], countIncludePad: true }], y: [[[[0.25], [0.75]], [[0.75], [1.25]]]] },
  ],

  softmax: [...alongAxis(), { shapes: [[5, 0]] }, { values: [[300, 0, -300]], y: [1, 0, 0], dx: [[0, 0, 0]] }],
  logSoftmax: [...alongAxis(), { shapes: [[5, 0]] }, { values: [[300, 0, -300]], y: [0, -300, -600], dx: [[-2, 1, 1]] }],
  softmaxCrossEntropy: [
    { shapes: [[45, 65], [45]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 65]], composed: (x, t) => neg(sum(mul(logSoftmax(x), oneHot(t, 65)), { axis: -1 })) },
    { shapes: [[3, 4097], [3]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 4097]] },
    { shapes: [[2, 3, 5], [2, 3]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [-1, 6]] }, // -1 and 5 are no classes
    { shapes: [[5], []], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 5]] },
    { shapes: [[45, 65], [45, 65]], ranges: [[-2, 2], [0, 1]], fixed: [1], composed: (x, t) => neg(sum(mul(logSoftmax(x), t), { axis: -1 })) },
    { shapes: [[0, 5], [0, 5]], fixed: [1] },
    { values: [[[300, 0, -300], [0, 0, 0]], [2, 7]], dtypes: ['f32', 'i32'], y: [600, 0], dx: [[[1, 0, -1], [0, 0, 0]]] },
    { shapes: [[4, 5], [5]], dtypes: ['f32', 'i32'], throws: /softmaxCrossEntropy: got logits \[4, 5\] and i32 targets \[5\]; expected targets of shape \[4\]/ },
    { shapes: [[4, 0], [4]], dtypes: ['f32', 'i32'], throws: /at least one class along the last axis/ },
  ],
  batchNormTraining: [
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
    { shapes: [[45, 65], [65], [65], [65], [65]], ranges: [[-2, 2], [-2, 2], [-2, 2], [-2, 2], [0.25, 2]], composed: (x, ...vectors) => normalised(x, vectors) },
    { shapes: [[45, 65], [65], [65], [65], [65]], ranges: [[-2, 2], [-2, 2], [-2, 2], [-2, 2], [0.25, 2]], args: [{ activation: 'relu' }], composed: (x, ...vectors) => relu(normalised(x, vectors)) },
    { shapes: [[3, 5, 4], [5], [5], [5], [5]], ranges: [[-2, 2], [-2, 2], [-2, 2], [-2, 2], [0.25, 2]], args: [{ axis: 1, epsilon: 0.5 }], composed: (x, ...vectors) => normalised(x, vectors, { axis: 1, epsilon: 0.5 }) },
    { values: [[[1, 3]], [2, 2], [1, 1], [1, 1], [3, 3]], args: [{ epsilon: 1 }], y: [[1, 3]], dx: [[[1, 1]], [0, 1], [1, 1], [-1, -1], [0, -0.25]] },
  ],
  layerNorm: [
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
  gaussianNoise: [
    { shapes: [[45, 65]], args: [{ stddev: 0.5, stream: 7 }] },
    { shapes: [[3]], args: [{ stddev: 2, stream: 9 }] },
    { shapes: [[0, 3]], args: [{ stddev: 0.5, stream: 9 }] },
    { values: [[1, 2, 3]], args: [{ stddev: 0 }], y: [1, 2, 3], dx: [[1, 1, 1]] },
    { shapes: [[3]], args: [{ stddev: -1 }], throws: /gaussianNoise: got stddev -1; expected a finite number of 0 or more/ },
  ],
  dropout: [
    { shapes: [[45, 65]], args: [{ rate: 0.5, stream: 7 }] },
    { shapes: [[45, 65]], args: [{ rate: 0.3, stream: 8 }] },
    { shapes: [[3]], args: [{ rate: 0.9, stream: 9 }] },
    { shapes: [[0, 3]], args: [{ rate: 0.5, stream: 9 }] },
    { values: [[1, 2, 3]], args: [{ rate: 0 }], y: [1, 2, 3], dx: [[1, 1, 1]] },
    { shapes: [[3]], args: [{ rate: 1 }], throws: /dropout: got rate 1; expected a number from 0 to below 1/ },
  ],

  cast: [
    { shapes: [[45, 65]], args: ['f32'] },
    { values: [[-1.75, -0.5, 0, 1.75]], args: ['i32'], y: [-1, 0, 0, 1] },
    integers([[45, 65]], ['f32']),
    integers([[0, 3]], ['i32']),
  ],
  transpose: [
    { shapes: [[45, 65]] },
    { shapes: [[45, 65]], args: [[1, 0]] },
    { shapes: [[]] },
    { shapes: [[0, 3]] },
    { shapes: [[36, 68]] },
    { shapes: [[2, 33, 5, 7]], args: [[0, 2, 3, 1]] },
    { shapes: [[3, 4, 2, 40]], args: [[0, 3, 1, 2]] },
    { shapes: [[2, 1, 3, 4, 2, 5]], args: [[5, 0, 3, 1, 4, 2]] },
    { values: [[[1, 2, 3], [4, 5, 6]]], y: [[1, 4], [2, 5], [3, 6]] },
    integers([[5, 7]]),
    integers([[8, 12]]),
    { shapes: [[2, 3]], args: [[0, 0]], throws: /permutation \[0, 0\].*each of the 2 axes once/ },
  ],
  broadcastTo: [
    { shapes: [[65]], args: [[45, 65]] },
    { shapes: [[45, 1]], args: [[45, 65]] },
    { shapes: [[]], args: [[2, 3]] },
    { shapes: [[2, 1, 1, 5]], args: [[2, 3, 2, 4, 1, 5]] },
    { shapes: [[1]], args: [[0]] },
    integers([[5]], [[3, 5]]),
    { shapes: [[2, 3]], args: [[3]], throws: /broadcastTo: got shape \[2, 3\]; expected one that broadcasts to \[3\]/ },
  ],
  reshape: [
    { shapes: [[45, 65]], args: [[65, -1]] },
    { shapes: [[6]], args: [[1, 2, 1, 3, 1, 1]] },
    { shapes: [[1]], args: [[]] },
    { shapes: [[0, 3]], args: [[3, 0]] },
    integers([[6]], [[2, 3]]),
    { shapes: [[6]], args: [[4, -1]], throws: /reshape: got the shape \[4, -1\] for a tensor of shape \[6\]; expected 6 elements/ },
  ],
  slice: [
    { shapes: [[45, 65]], args: [[{ start: 3, stop: 40 }, { start: -60 }]] },
    { shapes: [[45, 65]], args: [[{}, { step: -1 }]] },
    { shapes: [[45, 65]], args: [[{ step: 7 }, { start: 60, stop: 2, step: -3 }]] },
    { shapes: [[2, 1, 3, 4, 2, 5]], args: [[{ start: 1 }, {}, { step: 2 }, { stop: -1 }, { step: -1 }, { start: 4, stop: 5 }]] },
    { shapes: [[5]], args: [[{ start: 4, stop: 2 }]] },
    { shapes: [[0, 3]], args: [[{}, { stop: 2 }]] },
    { values: [[0, 1, 2, 3, 4]], args: [[{ start: 1, stop: -1, step: 2 }]], y: [1, 3], dx: [[0, 1, 0, 1, 0]] },
    integers([[5, 7]], [[{ start: 2 }]]),
    { shapes: [[5]], args: [[{}, {}]], throws: /slice: got 2 ranges for shape \[5\]; expected at most 1/ },
    { shapes: [[5]], args: [[{ step: 0 }]], throws: /slice: got step 0/ },
    { shapes: [[5]], args: [[1]], throws: /slice: got the range 1; expected an object { start, stop, step }/ },
    { shapes: [[5]], args: [[{ start: 0.5 }]], throws: /slice: got the range \{"start":0.5\}/ },
  ],
  pad: [
    { shapes: [[45, 65]], args: [[[1, 2], [0, 3]]] },
    { shapes: [[2, 3, 4]], args: [[[0, 0], [1, 0], [0, 2]], 7] },
    { shapes: [[]], args: [[]] },
    { shapes: [[0, 2]], args: [[[1, 1], [0, 1]]] },
    { values: [[1, 2]], args: [[[1, 2]], 9], y: [9, 1, 2, 9, 9], dx: [[1, 1]] },
    integers([[2, 3]], [[[1, 1], [1, 1]], -1]),
    { shapes: [[2]], args: [[[-1, 0]]], throws: /pad: got widths \[\[-1,0\]\] for shape \[2\]/ },
  ],
  concat: [
    { shapes: [[45, 65], [3, 65]] },
    { shapes: [[45, 5], [45, 1], [45, 7]], args: [{ axis: -1 }] },
    { shapes: [[2, 1, 3], [2, 4, 3]], args: [{ axis: 1 }] },
    { shapes: [[0, 3], [2, 3]] },
    { shapes: [[3]] },
    integers([[2, 3], [1, 3]]),
    { shapes: [], throws: /concat: got no tensors/ },
    { shapes: [[2, 3], [2, 4]], throws: /concat: got shapes \[2, 3\], \[2, 4\]; expected shapes that differ along axis 0 alone/ },
  ],
  gather: [
    { shapes: [[45, 65], [90]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [-45, 45]] },
    { shapes: [[45, 65], [3, 4]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 65]], args: [{ axis: -1 }] },
    { shapes: [[2, 5, 3], []], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 5]], args: [{ axis: 1 }] },
    { shapes: [[5, 3], [0]], dtypes: ['f32', 'i32'] },
    integers([[5, 3], [7]]),
    { values: [[1, 2, 3], [0, -1, 2, 7, -9]], dtypes: ['f32', 'i32'], y: [1, 3, 3, 3, 1], dx: [[2, 0, 3]] }, // out of range: the nearest end
    { shapes: [[0, 3], [2]], dtypes: ['f32', 'i32'], throws: /gather: got x of shape \[0, 3\]; expected at least one element along axis 0/ },
  ],
  oneHot: [
    { shapes: [[45]], dtypes: ['i32'], ranges: [[-1, 66]], args: [65] },
    { shapes: [[2, 3]], dtypes: ['i32'], ranges: [[0, 5]], args: [5, { axis: 1, on: 2, off: -0.5 }] },
    { shapes: [[0]], dtypes: ['i32'], args: [5] },
    { values: [2], dtypes: ['i32'], args: [3], y: [0, 0, 1] },
    { shapes: [[2]], dtypes: ['i32'], args: [-1], throws: /oneHot: got depth -1; expected a whole number of 0 or more/ },
  ],

  tensor: [
    { args: [[[1, 2], [3, 4]]], y: [[1, 2], [3, 4]] },
    { args: [5], y: 5 },
    { args: [[[], []]], y: [[], []] },
    { args: [[1, 2, 3], { dtype: 'i32' }], y: [1, 2, 3] },
    { args: [[1, 2, 3, 4], { shape: [2, 2] }], y: [[1, 2], [3, 4]] },
  ],
  full: [{ args: [[2, 2], 7], y: [[7, 7], [7, 7]] }, { args: [[3], -7, { dtype: 'i32' }], y: [-7, -7, -7] }],
  zeros: [{ args: [[2, 1]], y: [[0], [0]] }, { args: [[0]], y: [] }],
  ones: [{ args: [[]], y: 1 }],
  eye: [{ args: [2], y: [[1, 0], [0, 1]] }],
  arange: [{ args: [0, 5, 2], y: [0, 2, 4] }, { args: [3, 0, -1], y: [3, 2, 1] }, { args: [0, 0], y: [] }],
} satisfies Record<OperationName, readonly Case[]>; // an operation without a row does not compile

type Operation = ((...given: readonly unknown[]) => Tensor) & {
  readonly outputs?: (...given: readonly unknown[]) => readonly Tensor[];
};

/** Calls an operation by name; its by-products are results too. */
function call(name: OperationName, inputs: readonly Tensor[], args: readonly unknown[]): Tensor | readonly Tensor[] {
  // A row holds what its operation takes. The compiler can't match them by name; a wrong row fails its check.
  const operation = ops[name] as Operation;
  const given = name === 'concat' ? [inputs, ...args] : [...inputs, ...args];
  return (operation.outputs ?? operation)(...given);
}

/** All operations with their cases. */
export const operations: readonly Suite[] = (Object.keys(table) as OperationName[]) // the keys of the table, as its type says
  .map((name) => ({
    name,
    call: (inputs, args) => call(name, inputs, args),
    accuracy: accuracyOf(name),
    cases: [...table[name], ...(edges[name] ?? [])],
  }));
