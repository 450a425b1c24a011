import { type Shape, sizeOf } from '../../core/shape.ts';
import type { Accuracy, OperationName } from '../case.ts';

/** No arithmetic: choices, copies, comparisons. */
const EXACT: Accuracy = { roundings: 0, scale: 'value' };
/** One addition or multiplication. */
const ONE_STEP: Accuracy = { roundings: 2, scale: 'value' };

/** Up to four: an operation of that kind needs no entry. */
const FEW_STEPS: Accuracy = { roundings: 4, scale: 'value' };

const DIVISION = 5;
/** exp of |x| up to 2. */
const EXP = 14;
/** exp of |x| up to 4, as differences from a maximum are. */
const EXP_OF_DIFFERENCE = 22;
const LOG = 8;
export const TANH = 168;
/** Ten steps of a polynomial that is 1.5e-7 off, and exp(-x^2). */
const ERF = 20 + EXP_OF_DIFFERENCE;
/** e / (1 + e): the error of e, an addition, a division. */
const SIGMOID = EXP + 2 + DIVISION;

/** Elements that a reduction makes one of. */
const terms = ([x]: readonly Shape[], y: Shape): number => sizeOf(x) / Math.max(1, sizeOf(y));
/** The same as the docs of sum promise it. */
const inChunks = (inputs: readonly Shape[], y: Shape): number => Math.min(terms(inputs, y), 700);
/** The longest of the sums in a matrix product and its gradients: over k, over n, over m and the batches. */
export const longestSum = (inputs: readonly Shape[]): number =>
  Math.max(...inputs.map((shape) => sizeOf(shape) / Math.max(1, Math.min(...shape.slice(-2)))));
const longestAxis = ([x]: readonly Shape[]): number => Math.max(1, ...x);

export const MATMUL: Accuracy = { roundings: longestSum, scale: 'terms' };
/** The longest of the sums in a convolution and its gradients: over taps and channels, over images and windows. */
export const convolutionSum = (inputs: readonly Shape[], y: Shape): number =>
  Math.max(
    ...[...inputs.slice(0, 1), y].map(([n, height, width]) => n * height * width),
    ...inputs.slice(1, 2).map(([height, width, depth, features]) => height * width * Math.max(depth, features)),
  );
export const CONVOLUTION: Accuracy = { roundings: convolutionSum, scale: 'terms' };
const SOFTMAX: Accuracy = {
  roundings: (inputs) => longestAxis(inputs) + 2 * EXP_OF_DIFFERENCE + DIVISION,
  // y * (dy - sum(dy * y)): the error of y twice
  gradient: (inputs) => 2 * (longestAxis(inputs) + 2 * EXP_OF_DIFFERENCE + DIVISION),
  scale: 'value',
};

const LOG_SOFTMAX: Accuracy = {
  roundings: (inputs) => longestAxis(inputs) + EXP_OF_DIFFERENCE + LOG,
  gradient: (inputs) => 2 * longestAxis(inputs) + 2 * EXP_OF_DIFFERENCE + LOG,
  scale: 'unit',
};
/** Elements per channel: those of x by those of gamma. */
const perChannel = ([x, gamma]: readonly Shape[]): number => sizeOf(x) / Math.max(1, sizeOf(gamma));

const accuracy: { readonly [Name in OperationName]?: Accuracy } = {
  add: ONE_STEP,
  sub: ONE_STEP,
  mul: ONE_STEP,
  div: { roundings: DIVISION, gradient: 2 * DIVISION, scale: 'value' },
  // exp2(b log2(a)) for 0.2 <= a < 3, |b| <= 2: log2 is off by 3 ulp of 2.3, times 2 and ln 2; exp2 by 3 + 2 * 4.6 ulp.
  // The gradient has one power more.
  pow: { roundings: 48, gradient: 80, scale: 'value' },
  maximum: EXACT,
  minimum: EXACT,
  weigh: ONE_STEP,
  prelu: ONE_STEP,
  sigmoidCrossEntropy: { roundings: LOG + EXP + 4, gradient: SIGMOID + 2, scale: 'unit' },
  equal: EXACT,
  notEqual: EXACT,
  greater: EXACT,
  greaterEqual: EXACT,
  less: EXACT,
  lessEqual: EXACT,
  logicalAnd: EXACT,
  logicalOr: EXACT,
  where: EXACT,

  relu: EXACT,
  neg: EXACT,
  abs: EXACT,
  sign: EXACT,
  clip: EXACT,
  floor: EXACT,
  ceil: EXACT,
  round: EXACT,
  square: ONE_STEP,
  leakyRelu: ONE_STEP,
  exp: { roundings: EXP, scale: 'value' },
  log: { roundings: LOG, scale: 'unit' },
  sqrt: { roundings: 9, gradient: 9 + DIVISION, scale: 'value' },
  reciprocal: { roundings: DIVISION, gradient: 2 * DIVISION + 2, scale: 'value' },
  sigmoid: { roundings: SIGMOID, scale: 'value' },
  silu: { roundings: SIGMOID + 2, gradient: 3 * SIGMOID, scale: 'unit' },
  softplus: { roundings: LOG + EXP, gradient: SIGMOID, scale: 'unit' },
  softsign: { roundings: 2 + DIVISION, gradient: 2 * (2 + DIVISION), scale: 'value' },
  mish: { roundings: 4 * EXP + DIVISION, gradient: 8 * EXP, scale: 'unit' }, // numerator and denominator hold 2e + e^2
  hardSigmoid: { roundings: 4, scale: 'unit' },
  tanh: { roundings: TANH / 0.197, gradient: 2 * TANH, scale: 'value' }, // 1e-5 of tanh 0.2, a series below
  elu: { roundings: EXP + 4, scale: 'unit' },
  selu: { roundings: 2 * (EXP + 4), scale: 'unit' }, // scale * alpha = 1.76
  gelu: { roundings: ERF, gradient: 2 * ERF, scale: 'unit' },
  erf: { roundings: ERF, scale: 'unit' },
  // WGSL promises 2^-11 for sin and cos, and 4096 ulp for the arc functions.
  sin: { roundings: 2 ** 13, scale: 'unit' },
  cos: { roundings: 2 ** 13, scale: 'unit' },
  tan: { roundings: 5 * 2 ** 13, gradient: 16 * 2 ** 13, scale: 'unit' }, // sin / cos with cos of 0.54 or more
  asin: { roundings: 2 ** 13, gradient: 20, scale: 'unit' },
  acos: { roundings: 2 ** 13, gradient: 20, scale: 'unit' },
  atan: { roundings: 2 ** 13, gradient: 10, scale: 'unit' },
  sinh: { roundings: 2 * EXP, scale: 'unit' },
  cosh: { roundings: 2 * EXP, scale: 'unit' },

  sum: { roundings: inChunks, scale: 'terms' },
  mean: { roundings: (inputs, y) => inChunks(inputs, y) + 3, scale: 'terms' },
  max: { roundings: 0, gradient: DIVISION, scale: 'value' }, // dy divided by the number of ties
  min: { roundings: 0, gradient: DIVISION, scale: 'value' },
  prod: {
    roundings: (inputs, y) => 2 * terms(inputs, y),
    gradient: (inputs, y) => 2 * terms(inputs, y) + DIVISION + 4,
    scale: 'value',
  },
  // The deviations carry the error of the mean, but it cancels in the sum of their squares.
  variance: { roundings: (inputs, y) => terms(inputs, y) + 12, scale: 'value' },
  logSumExp: { roundings: (inputs, y) => terms(inputs, y) + EXP_OF_DIFFERENCE + LOG, scale: 'unit' },
  cumsum: { roundings: longestAxis, scale: 'terms' },
  argMax: EXACT,
  argMin: EXACT,

  matmul: MATMUL,

  conv2d: CONVOLUTION,
  depthwiseConv2d: CONVOLUTION,
  convTranspose2d: CONVOLUTION,
  maxPool2d: { roundings: 0, gradient: 9, scale: 'value' }, // as many windows may reach an element
  averagePool2d: { roundings: 9 + DIVISION, scale: 'terms' },

  softmax: SOFTMAX,
  logSoftmax: LOG_SOFTMAX,
  softmaxCrossEntropy: LOG_SOFTMAX,
  batchNormTraining: { roundings: (inputs) => perChannel(inputs) + 20, scale: 'unit' },
  batchNorm: { roundings: 20, gradient: (inputs) => perChannel(inputs) + 20, scale: 'unit' },
  // Mean, variance, a root and a division; the vectors' gradients sum over the rows.
  layerNorm: {
    roundings: ([, gamma]) => 2 * sizeOf(gamma) + 20,
    gradient: (inputs) => 4 * sizeOf(inputs[1]) + perChannel(inputs) + 40,
    scale: 'unit',
  },
  dropout: { roundings: 4, scale: 'value' },
  // log is 2^-21 off near 1, where the radius is its root; 8 deviations of 2^-22 for the angle.
  gaussianNoise: { roundings: 2 ** 10, gradient: 0, scale: 'unit' },

  cast: EXACT,
  transpose: EXACT,
  broadcastTo: EXACT,
  reshape: EXACT,
  slice: EXACT,
  pad: EXACT,
  concat: EXACT,
  gather: { roundings: 0, gradient: ([, indices]) => sizeOf(indices), scale: 'value' }, // sums what was picked repeatedly
  oneHot: EXACT,

  tensor: EXACT,
  full: EXACT,
  zeros: EXACT,
  ones: EXACT,
  eye: EXACT,
  arange: ONE_STEP,
};

/** What an operation's results may be off by: its entry here, or that of a few additions and multiplications. */
export const accuracyOf = (name: OperationName): Accuracy => accuracy[name] ?? FEW_STEPS;
