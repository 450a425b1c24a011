import type { Case, OperationName } from '../case.ts';

/** Where formulas end and the arithmetic of infinities begins. */
const EDGES = [0, -0, 1, -1, Infinity, -Infinity, NaN];
/** Whole numbers and halves around 0, and where float32 has no fractions left. */
const HALVES = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 8388607.5, -8388609];
/** Angles whose multiples of pi/2 float32 can't hold. */
const LONG_ANGLES = [8192, -8191.99, 1e6, 222031363, -1e10, 1e22, -1e38, 3.4e38].map(Math.fround);

/** An operation at EDGES; a function stands for its values there. */
function at(y: readonly number[] | ((x: number) => number), dx: readonly number[]): Case {
  return { values: [EDGES], y: typeof y === 'function' ? EDGES.map((x) => y(x)) : y, dx: [dx] };
}

/** Pairs as columns: a, b, the result, and the gradients if they are stated. */
function pairs(columns: readonly (readonly number[])[], more: Case = {}): Case {
  const [a, b, y, ...dx] = columns[0].map((_, i) => columns.map((row) => row[i]));
  return { ...more, values: [a, b], y, ...(dx.length > 0 && { dx }) };
}

const ROWS = [
  [Infinity, 1, 1, 1],
  [-Infinity, 1, 1, 1],
  [Infinity, -Infinity, 1, 1],
  [1, NaN, Infinity, 1],
];

/** A reduction of each of ROWS; one row of gradients stands for all. */
const alongRows = (y: readonly number[], ...dx: readonly (readonly number[])[]): Case => ({
  values: [ROWS],
  args: [{ axis: 1 }],
  y,
  ...(dx.length > 0 && { dx: [ROWS.map((_, i) => dx[i % dx.length])] }),
});

/** Numbers whose mean is a million times their deviations, of which the variance is 1.3125. */
const FAR = Array.from({ length: 64 }, (_, i) => 1e6 + (i % 8) / 2);
const FAR_MEAN = 1e6 + 1.75;

/** Int32 of which only the low 32 bits of the result count. */
const INTEGERS: Case = { dtypes: ['i32', 'i32'] };

const { E, LN2, PI } = Math;
const SIGMOID = 1 / (1 + 1 / E);
const SELU = 1.0507009873554805;
const SELU_LEFT = SELU * 1.6732632423543772;
const [HIGHEST, LOWEST] = [2 ** 31 - 1, -(2 ** 31)];
/** The slope of the normal distribution function at 0. */
const PHI = 1 / Math.sqrt(2 * PI);
/** The normal distribution function at 1. */
const NORMAL = 0.8413447460685429;
const TANH_SOFTPLUS = Math.tanh(Math.log1p(E));
const TANH_SOFTPLUS_LEFT = Math.tanh(Math.log1p(1 / E));

/** Rows at the edges of numbers, with the answers of IEEE 754, C and NumPy, or the limit where a formula has none. */
// biome-ignore format: one case per line
export const edges: { readonly [Name in OperationName]?: readonly Case[] } = {
  relu: [at([0, 0, 1, 0, Infinity, 0, NaN], [0, 0, 1, 0, 1, 0, 0])],
  neg: [at((x) => -x, [-1, -1, -1, -1, -1, -1, -1]), { values: [[LOWEST, HIGHEST]], dtypes: ['i32'], y: [LOWEST, -HIGHEST] }],
  abs: [at(Math.abs, [0, 0, 1, -1, 1, -1, NaN]), { values: [[LOWEST, -5]], dtypes: ['i32'], y: [LOWEST, 5] }],
  sign: [at(Math.sign, [0, 0, 0, 0, 0, 0, 0]), { values: [[LOWEST, HIGHEST]], dtypes: ['i32'], y: [-1, 1] }],
  exp: [at(Math.exp, [1, 1, E, 1 / E, Infinity, 0, NaN])],
  log: [at(Math.log, [Infinity, -Infinity, 1, -1, 0, 0, NaN])],
  sqrt: [at(Math.sqrt, [Infinity, Infinity, 0.5, NaN, 0, NaN, NaN])],
  square: [at((x) => x * x, [0, 0, 2, -2, Infinity, -Infinity, NaN]), { values: [[46341, 123456789]], dtypes: ['i32'], y: [-2147479015, -1757895751] }],
  reciprocal: [at((x) => 1 / x, [-Infinity, -Infinity, -1, -1, 0, 0, NaN])],
  tanh: [at(Math.tanh, [1, 1, 1 - Math.tanh(1) ** 2, 1 - Math.tanh(1) ** 2, 0, 0, NaN])],
  sigmoid: [at((x) => 1 / (1 + Math.exp(-x)), [0.25, 0.25, SIGMOID * (1 - SIGMOID), SIGMOID * (1 - SIGMOID), 0, 0, NaN])],
  silu: [at([0, 0, SIGMOID, SIGMOID - 1, Infinity, 0, NaN], [0.5, 0.5, SIGMOID * (2 - SIGMOID), (1 - SIGMOID) ** 2, 1, 0, NaN])],
  softplus: [at([LN2, LN2, Math.log1p(E), Math.log1p(1 / E), Infinity, 0, NaN], [0.5, 0.5, SIGMOID, 1 - SIGMOID, 1, 0, NaN])],
  softsign: [at([0, 0, 0.5, -0.5, 1, -1, NaN], [1, 1, 0.25, 0.25, 0, 0, NaN]), { values: [[1e38, -1e12]], y: [1, -1 + 1e-12] }],
  mish: [at([0, 0, TANH_SOFTPLUS, -TANH_SOFTPLUS_LEFT, Infinity, 0, NaN], [0.6, 0.6, TANH_SOFTPLUS + (1 - TANH_SOFTPLUS ** 2) * SIGMOID, TANH_SOFTPLUS_LEFT - (1 - TANH_SOFTPLUS_LEFT ** 2) * (1 - SIGMOID), 1, 0, NaN])],
  erf: [at([0, 0, 0.8427007929497149, -0.8427007929497149, 1, -1, NaN], [2 / Math.sqrt(PI), 2 / Math.sqrt(PI), 2 / Math.sqrt(PI) / E, 2 / Math.sqrt(PI) / E, 0, 0, NaN])],
  gelu: [
    at([0, 0, NORMAL, NORMAL - 1, Infinity, 0, NaN], [0.5, 0.5, NORMAL + PHI / Math.sqrt(E), 1 - NORMAL - PHI / Math.sqrt(E), 1, 0, NaN]),
    { values: [[Infinity, -Infinity, NaN]], args: [{ approximate: true }], y: [Infinity, 0, NaN], dx: [[1, 0, NaN]] },
  ],
  sin: [at(Math.sin, [1, 1, Math.cos(1), Math.cos(1), NaN, NaN, NaN]), { values: [LONG_ANGLES], y: LONG_ANGLES.map(Math.sin), dx: [LONG_ANGLES.map(Math.cos)] }],
  cos: [at(Math.cos, [0, 0, -Math.sin(1), Math.sin(1), NaN, NaN, NaN]), { values: [LONG_ANGLES], y: LONG_ANGLES.map(Math.cos), dx: [LONG_ANGLES.map((x) => -Math.sin(x))] }],
  tan: [at(Math.tan, [1, 1, 1 + Math.tan(1) ** 2, 1 + Math.tan(1) ** 2, NaN, NaN, NaN])],
  asin: [at(Math.asin, [1, 1, Infinity, Infinity, NaN, NaN, NaN]), { values: [[1.5, -2]], y: [NaN, NaN] }],
  acos: [at(Math.acos, [-1, -1, -Infinity, -Infinity, NaN, NaN, NaN]), { values: [[1.5, -2]], y: [NaN, NaN] }],
  atan: [at(Math.atan, [1, 1, 0.5, 0.5, 0, 0, NaN])],
  sinh: [at(Math.sinh, [1, 1, Math.cosh(1), Math.cosh(1), Infinity, Infinity, NaN]), { values: [[89, -89]], y: [Math.sinh(89), -Math.sinh(89)], roundings: 400 }], // e^89 is no float32
  cosh: [at(Math.cosh, [0, 0, Math.sinh(1), -Math.sinh(1), Infinity, -Infinity, NaN]), { values: [[89, -89]], y: [Math.cosh(89), Math.cosh(89)], roundings: 400 }],
  floor: [at((x) => x, [0, 0, 0, 0, 0, 0, 0]), { values: [HALVES], y: HALVES.map(Math.floor) }],
  ceil: [at((x) => x, [0, 0, 0, 0, 0, 0, 0]), { values: [HALVES], y: HALVES.map(Math.ceil) }],
  round: [at((x) => x, [0, 0, 0, 0, 0, 0, 0]), { values: [HALVES], y: [-2, -2, 0, 0, 2, 2, 8388608, -8388609] }],
  leakyRelu: [at([0, 0, 1, -0.3, Infinity, -Infinity, NaN], [0.3, 0.3, 1, 0.3, 1, 0.3, 0.3]), { values: [[-Infinity, Infinity]], args: [{ negativeSlope: 0 }], y: [0, Infinity], dx: [[0, 1]] }],
  elu: [at([0, 0, 1, 1 / E - 1, Infinity, -1, NaN], [1, 1, 1, 1 / E, 1, 0, NaN])],
  selu: [at([0, 0, SELU, SELU_LEFT * (1 / E - 1), Infinity, -SELU_LEFT, NaN], [SELU_LEFT, SELU_LEFT, SELU, SELU_LEFT / E, SELU, 0, NaN])],
  hardSigmoid: [at([0.5, 0.5, 2 / 3, 1 / 3, 1, 0, NaN], [1 / 6, 1 / 6, 1 / 6, 1 / 6, 0, 0, 0])],
  clip: [
    { values: [EDGES], args: [-2, 2], y: [0, 0, 1, -1, 2, -2, NaN], dx: [[1, 1, 1, 1, 0, 0, 0]] },
    { values: [EDGES], args: [-Infinity, 0], y: [0, 0, 0, -1, 0, -Infinity, NaN], dx: [[1, 1, 0, 1, 0, 1, 0]] },
    { values: [[-2, 0, 2]], args: [1, -1], y: [-1, -1, -1] }, // the upper bound wins
  ],

  add: [
    pairs([[Infinity, -Infinity, NaN], [-Infinity, 1, -Infinity], [NaN, 1, NaN]]),
    pairs([[HIGHEST, 1, LOWEST], [LOWEST, -1, HIGHEST]], INTEGERS),
  ],
  sub: [pairs([[Infinity, Infinity, NaN], [0, -0, 0]]), pairs([[LOWEST, 1, HIGHEST], [0, LOWEST, LOWEST]], INTEGERS)],
  mul: [
    pairs([[0, Infinity, NaN, Infinity, 0], [-Infinity, -1, Infinity, -1, -Infinity], [NaN, 0, NaN, 0, NaN]]),
    pairs([[123456789, 123456789, -1757895751], [123456789, 65536, -854261760], [LOWEST, -1, LOWEST]], INTEGERS),
  ],
  weigh: [pairs([[Infinity, 0, 0, 0, Infinity], [-Infinity, -0, 0, 0, -Infinity], [NaN, 0, NaN, 0, NaN], [Infinity, 2, Infinity, 2, Infinity], [0, Infinity, 0, Infinity, 0]])],
  div: [
    pairs([[1, 0, Infinity, Infinity, -Infinity], [-1, 0, -Infinity, Infinity, Infinity], [0, 0, NaN, Infinity, NaN], [1, -0, -Infinity, -Infinity, -Infinity], [1, Infinity, 0, 0, 0], [Infinity, Infinity, NaN, 0, NaN]]),
    pairs([[5, 0, 0], [-5, 0, 0], [0, 0, 0], [LOWEST, -1, LOWEST], [-7, 2, -3], [HIGHEST, LOWEST, 0]], INTEGERS),
  ],
  pow: [
    pairs([
      [0, 0, 1], [NaN, 0, 1], [1, NaN, 1], [1, Infinity, 1], [-1, Infinity, 1], [-1, -Infinity, 1], [2, NaN, NaN], [NaN, 2, NaN],
      [0, -1, Infinity], [-0, -1, -Infinity], [-0, -2, Infinity], [0, 0.5, 0], [0, -0.5, Infinity], [-0, 3, 0], [-2, 0.5, NaN], [-2, -0.5, NaN],
      [Infinity, -1, 0], [Infinity, 0.5, Infinity], [-Infinity, 3, -Infinity], [-Infinity, 2, Infinity], [-Infinity, -3, 0], [-Infinity, 0.5, Infinity],
      [0.5, Infinity, 0], [-0.5, -Infinity, Infinity], [2, Infinity, Infinity], [-2, Infinity, Infinity], [-2, -Infinity, 0],
    ]),
    { values: [[0, 0, 0, 4], [0.5, -1, 1, 0.5]], y: [0, Infinity, 0, 2], dx: [[Infinity, -Infinity, 1, 0.25], [0, 0, 0, 4 * LN2]] },
    { values: [[Infinity, Infinity, 1], [-1, 2, Infinity]], y: [0, Infinity, 1], dx: [[0, Infinity, Infinity], [0, Infinity, 0]] },
    pairs([[0, -1, 0], [1, -5, 1], [-1, -3, -1], [-1, -4, 1], [2, -1, 0], [0, 0, 1], [3, 21, 1870418611], [-3, 23, 346101685], [2, 31, LOWEST], [2, HIGHEST, 0], [10, 10, 1410065408]], INTEGERS),
  ],
  maximum: [pairs([[Infinity, -Infinity, Infinity, 1, 0], [NaN, Infinity, NaN, 0, 0], [-Infinity, NaN, NaN, 0, 0], [Infinity, Infinity, Infinity, 0.5, 0.5]])],
  minimum: [pairs([[Infinity, -Infinity, -Infinity, 0, 1], [NaN, Infinity, NaN, 0, 0], [-Infinity, NaN, NaN, 0, 0], [-Infinity, -Infinity, -Infinity, 0.5, 0.5]])],
  prelu: [pairs([[-Infinity, 0, 0, 0, -Infinity], [-Infinity, 0.5, -Infinity, 0.5, -Infinity], [Infinity, 0, Infinity, 1, 0], [NaN, 1, NaN, 1, NaN]])],
  sigmoidCrossEntropy: [
    pairs([[Infinity, 1, 0, 0, -Infinity], [-Infinity, 0, 0, 0, Infinity], [Infinity, 0, Infinity, 1, -Infinity], [-Infinity, 1, Infinity, -1, Infinity], [0, 0.5, LN2, 0, 0], [300, 0.25, 225, 0.75, -300], [NaN, 1, NaN, NaN, NaN]]),
  ],
  equal: [pairs([[Infinity, Infinity, 1], [Infinity, -Infinity, 0], [0, -0, 1], [NaN, NaN, 0]])],
  notEqual: [pairs([[Infinity, Infinity, 0], [Infinity, -Infinity, 1], [0, -0, 0], [NaN, NaN, 1]])],
  greater: [pairs([[Infinity, Infinity, 0], [Infinity, 1e38, 1], [0, -0, 0], [NaN, 0, 0], [0, NaN, 0]])],
  greaterEqual: [pairs([[Infinity, Infinity, 1], [-Infinity, -1e38, 0], [-0, 0, 1], [NaN, 0, 0], [0, NaN, 0]])],
  less: [pairs([[-Infinity, -Infinity, 0], [-Infinity, -1e38, 1], [-0, 0, 0], [NaN, 0, 0], [0, NaN, 0]])],
  lessEqual: [pairs([[-Infinity, -Infinity, 1], [Infinity, 1e38, 0], [0, -0, 1], [NaN, 0, 0], [0, NaN, 0]])],
  logicalAnd: [pairs([[Infinity, NaN, 1], [0, NaN, 0], [-0, 1, 0]])],
  logicalOr: [pairs([[0, NaN, 1], [0, -0, 0], [-Infinity, 0, 1]])],

  sum: [
    alongRows([Infinity, -Infinity, NaN, NaN], [1, 1, 1, 1]),
    { values: [[[HIGHEST, 1], [-HIGHEST, -HIGHEST]]], dtypes: ['i32'], args: [{ axis: 1 }], y: [LOWEST, 2] },
  ],
  mean: [alongRows([Infinity, -Infinity, NaN, NaN], [0.25, 0.25, 0.25, 0.25])],
  max: [alongRows([Infinity, 1, Infinity, NaN], [1, 0, 0, 0], [0, 1 / 3, 1 / 3, 1 / 3], [1, 0, 0, 0], [NaN, NaN, NaN, NaN])],
  min: [alongRows([1, -Infinity, -Infinity, NaN], [0, 1 / 3, 1 / 3, 1 / 3], [1, 0, 0, 0], [0, 1, 0, 0], [NaN, NaN, NaN, NaN])],
  prod: [
    { ...alongRows([Infinity, -Infinity, -Infinity, NaN]), fixed: [0] },
    { values: [[123456789, 123456789]], dtypes: ['i32'], y: -1757895751 },
  ],
  variance: [
    alongRows([NaN, NaN, NaN, NaN], [NaN, NaN, NaN, NaN]),
    { values: [FAR], y: 1.3125 },
    { values: [[5]], args: [{ correction: 1 }], y: NaN },
    { values: [[5]], y: 0, dx: [[0]] },
  ],
  logSumExp: [
    alongRows([Infinity, 1 + Math.log(3), Infinity, NaN], [1, 0, 0, 0], [0, 1 / 3, 1 / 3, 1 / 3], [1, 0, 0, 0], [NaN, NaN, NaN, NaN]),
    { values: [[[-Infinity, -Infinity], [-Infinity, 5]]], args: [{ axis: 1 }], y: [-Infinity, 5], dx: [[[0, 0], [0, 1]]] },
    { values: [[[], []]], args: [{ axis: 1 }], y: [-Infinity, -Infinity] },
  ],
  cumsum: [
    { values: [[1, Infinity, -Infinity, 2]], y: [1, Infinity, NaN, NaN], dx: [[4, 3, 2, 1]] },
    { values: [[HIGHEST, 1, HIGHEST]], dtypes: ['i32'], y: [HIGHEST, LOWEST, -1] },
  ],
  argMax: [alongRows([0, 1, 0, 1]), { values: [[[0, 1e-40], [-1e-40, -0], [-0, 0]]], y: [1, 1, 0] }],
  argMin: [alongRows([1, 0, 1, 1]), { values: [[[0, -1e-40], [1e-40, 0], [0, -0]]], y: [1, 1, 0] }],

  maxPool2d: [
    { values: [[[[[-Infinity], [-Infinity]], [[-Infinity], [-Infinity]]]]], y: [[[[-Infinity]]]], dx: [[[[[1], [0]], [[0], [0]]]]] },
    { values: [[[[[Infinity], [1]], [[NaN], [-Infinity]]]]], args: [{ poolSize: 1 }], y: [[[[Infinity], [1]], [[NaN], [-Infinity]]]] },
    { values: [[[[[-Infinity], [1]], [[2], [-Infinity]]]]], args: [{ padding: 'same', strides: 1 }], y: [[[[2], [1]], [[2], [-Infinity]]]] },
  ],
  averagePool2d: [
    { values: [[[[[-Infinity], [1], [Infinity], [-Infinity]]]]], args: [{ poolSize: [1, 2] }], y: [[[[-Infinity], [NaN]]]], dx: [[[[[0.5], [0.5], [0.5], [0.5]]]]] },
    { values: [[[[[Infinity], [1]]]]], args: [{ poolSize: [1, 2], padding: 'same', strides: 1 }], y: [[[[Infinity], [1]]]] },
  ],

  softmax: [{ values: [[[-Infinity, 0, -Infinity], [-Infinity, -Infinity, -Infinity], [Infinity, 0, 0]]], y: [[0, 1, 0], [NaN, NaN, NaN], [NaN, NaN, NaN]] }],
  logSoftmax: [{ values: [[[-Infinity, 0], [-Infinity, -Infinity]]], y: [[-Infinity, 0], [NaN, NaN]], dx: [[[1, -1], [NaN, NaN]]] }],
  softmaxCrossEntropy: [
    // Classes that are masked out; the last row's is the one that is wanted.
    { values: [[[-Infinity, 1, 2], [0, -Infinity, 1], [0, -Infinity, 0]], [2, 0, 1]], dtypes: ['f32', 'i32'], y: [Math.log1p(1 / E), Math.log1p(E), Infinity], dx: [[[0, 1 - SIGMOID, SIGMOID - 1], [-SIGMOID, 0, SIGMOID], [0.5, -1, 0.5]]] },
    { values: [[[-Infinity, 1, 2], [0, -Infinity, 1]], [[0, 0, 1], [0.5, 0, 0.5]]], fixed: [1], y: [Math.log1p(1 / E), (Math.log1p(E) + Math.log1p(1 / E)) / 2], dx: [[[0, 1 - SIGMOID, SIGMOID - 1], [0.5 - SIGMOID, 0, SIGMOID - 0.5]]] },
    { values: [[[-Infinity, 1], [NaN, 1]], [-1, 1]], dtypes: ['f32', 'i32'], y: [0, NaN], dx: [[[0, 0], [NaN, NaN]]] },
  ],
  layerNorm: [{ values: [[FAR], FAR.map(() => 1), FAR.map(() => 0)], y: [FAR.map((x) => (x - FAR_MEAN) / Math.sqrt(1.3125 + 1e-3))] }],

  cast: [{ values: [[3e9, -3e9, NaN, Infinity, -Infinity, 2147483520, LOWEST, -0.5]], args: ['i32'], y: [HIGHEST, LOWEST, 0, HIGHEST, LOWEST, 2147483520, LOWEST, 0] }],
};
