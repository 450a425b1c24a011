import { DIVISION, ERF, EXACT, EXP, LOG, ONE_STEP, SIGMOID, TANH } from '../accuracy.ts';
import type { CaseTable } from '../case.ts';
import { comparison, elementwise, integers, pairwise } from '../patterns.ts';

// biome-ignore format: one case per line
export const elementwiseCases = {
  add: [ONE_STEP, ...pairwise(), integers([[45, 65], [65]])],
  sub: [ONE_STEP, ...pairwise(), integers([[45, 65], [65]])],
  mul: [ONE_STEP, ...pairwise(), integers([[45, 65], [65]])],
  div: [
    { roundings: DIVISION, gradient: 2 * DIVISION, scale: 'value' },
    ...pairwise({ ranges: [[-2, 2], [0.25, 2]] }),
    { values: [[7, -7, 7, -7], [2, 2, -2, -2]], dtypes: ['i32', 'i32'], y: [3, -3, -3, 3] },
  ],
  // exp2(b log2(a)) for 0.2 <= a < 3, |b| <= 2: log2 is off by 3 ulp of 2.3, times 2 and ln 2; exp2 by 3 + 2 * 4.6 ulp.
  // The gradient has one power more.
  pow: [
    { roundings: 48, gradient: 80, scale: 'value' },
    ...pairwise({ ranges: [[0.25, 3], [-2, 2]] }),
    { values: [[-2, -2, -2, -3, 4], [2, 3, -1, 0, 0.5]], y: [4, -8, -0.5, 1, 2], dx: [[-4, 12, -0.25, 0, 0.25], [0, 0, 0, 0, 4 * Math.LN2]] },
    { values: [[0, 0, 0], [0, 1, 2]], y: [1, 0, 0], dx: [[0, 1, 0], [0, 0, 0]] },
    { values: [[2, -2, 3, 5, 7, 2], [10, 3, 4, 0, 5, -1]], dtypes: ['i32', 'i32'], y: [1024, -8, 81, 1, 16807, 0] },
    { values: [[46340, 10, 3, -3], [2, 9, 19, 19]], dtypes: ['i32', 'i32'], y: [2147395600, 1e9, 1162261467, -1162261467] }, // beyond 24 bits
  ],
  maximum: [
    EXACT,
    ...pairwise(),
    { values: [[1, 2, 3], [3, 2, 1]], y: [3, 2, 3], dx: [[0, 0.5, 1], [1, 0.5, 0]] },
    integers([[45, 65], [65]]),
  ],
  minimum: [
    EXACT,
    ...pairwise(),
    { values: [[1, 2, 3], [3, 2, 1]], y: [1, 2, 1], dx: [[1, 0.5, 0], [0, 0.5, 1]] },
    integers([[45, 65], [65]]),
  ],
  weigh: [ONE_STEP, ...pairwise(), integers([[45, 65], [65]])],
  prelu: [
    ONE_STEP,
    ...pairwise(), { values: [[-1, 0, 2], [0.5, 0.5, 0.5]], y: [-0.5, 0, 2], dx: [[0.5, 0.5, 1], [-1, 0, 0]] },
  ],
  sigmoidCrossEntropy: [
    { roundings: LOG + EXP + 4, gradient: SIGMOID + 2, scale: 'unit' },
    ...pairwise({ ranges: [[-2, 2], [0, 1]] }), { values: [[300, -300, 0], [0, 0.5, 1]], y: [300, 150, Math.LN2], dx: [[1, -0.5, -0.5], [-300, 300, 0]] },
  ],
  equal: [EXACT, ...comparison, { values: [[0, 1], [1, 1]], y: [0, 1] }],
  notEqual: [EXACT, ...comparison, { values: [[0, 1], [1, 1]], y: [1, 0] }],
  greater: [EXACT, ...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [0, 0, 1] }],
  greaterEqual: [EXACT, ...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [0, 1, 1] }],
  less: [EXACT, ...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [1, 0, 0] }],
  lessEqual: [EXACT, ...comparison, { values: [[0, 1, 2], [1, 1, 1]], y: [1, 1, 0] }],
  logicalAnd: [
    EXACT,
    ...comparison, { values: [[0, 0, 2, -1], [0, 3, 0, 0.5]], y: [0, 0, 0, 1] },
  ],
  logicalOr: [
    EXACT,
    ...comparison, { values: [[0, 0, 2, -1], [0, 3, 0, 0.5]], y: [0, 1, 1, 1] },
  ],
  where: [
    EXACT,
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
  relu: [
    EXACT,
    ...elementwise(), { values: [[-1, 0, 1]], y: [0, 0, 1], dx: [[0, 0, 1]] }, integers([[45, 65]]),
  ],
  neg: [EXACT, ...elementwise(), integers([[45, 65]])],
  abs: [
    EXACT,
    ...elementwise(), { values: [[-1, 0, 2]], y: [1, 0, 2], dx: [[-1, 0, 1]] }, integers([[45, 65]]),
  ],
  sign: [
    EXACT,
    ...elementwise(), { values: [[-3, 0, 2]], y: [-1, 0, 1], dx: [[0, 0, 0]] }, integers([[45, 65]]),
  ],
  square: [ONE_STEP, ...elementwise(), integers([[45, 65]])],
  floor: [
    EXACT,
    ...elementwise(), { values: [[-1.5, -1, 0, 1.5]], y: [-2, -1, 0, 1], dx: [[0, 0, 0, 0]] },
  ],
  ceil: [
    EXACT,
    ...elementwise(), { values: [[-1.5, -1, 0, 1.5]], y: [-1, -1, 0, 2], dx: [[0, 0, 0, 0]] },
  ],
  round: [
    EXACT,
    ...elementwise(), { values: [[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]], y: [-2, -2, 0, 0, 2, 2] },
  ],
  exp: [
    { roundings: EXP, scale: 'value' },
    ...elementwise(), { values: [[0, -200]], y: [1, 0], dx: [[1, 0]] },
  ],
  log: [
    { roundings: LOG, scale: 'unit' },
    ...elementwise({ ranges: [[0.25, 4]] }), { values: [[1, 2 ** -100]], y: [0, -100 * Math.LN2], dx: [[1, 2 ** 100]] },
  ],
  sqrt: [
    { roundings: 9, gradient: 9 + DIVISION, scale: 'value' },
    ...elementwise({ ranges: [[0.25, 4]] }), { values: [[4, 2 ** -100]], y: [2, 2 ** -50], dx: [[0.25, 2 ** 49]] },
  ],
  reciprocal: [
    { roundings: DIVISION, gradient: 2 * DIVISION + 2, scale: 'value' },
    ...elementwise({ ranges: [[0.25, 2]] }), { values: [[-4, 2]], y: [-0.25, 0.5], dx: [[-0.0625, -0.25]] },
  ],
  // WGSL promises 2^-11 for sin and cos, and 4096 ulp for the arc functions.
  sin: [
    { roundings: 2 ** 13, scale: 'unit' },
    ...elementwise(), { values: [[0]], y: [0], dx: [[1]] },
  ],
  cos: [
    { roundings: 2 ** 13, scale: 'unit' },
    ...elementwise(), { values: [[0]], y: [1], dx: [[0]] },
  ],
  // sin / cos with cos of 0.54 or more
  tan: [
    { roundings: 5 * 2 ** 13, gradient: 16 * 2 ** 13, scale: 'unit' },
    ...elementwise({ ranges: [[-1, 1]] }), { values: [[0]], y: [0], dx: [[1]] },
  ],
  asin: [
    { roundings: 2 ** 13, gradient: 20, scale: 'unit' },
    ...elementwise({ ranges: [[-0.75, 0.75]] }), { values: [[0]], y: [0], dx: [[1]] },
  ],
  acos: [
    { roundings: 2 ** 13, gradient: 20, scale: 'unit' },
    ...elementwise({ ranges: [[-0.75, 0.75]] }), { values: [[0, 1]], y: [Math.PI / 2, 0] },
  ],
  atan: [
    { roundings: 2 ** 13, gradient: 10, scale: 'unit' },
    ...elementwise(), { values: [[0, 1]], y: [0, Math.PI / 4], dx: [[1, 0.5]] },
  ],
  sinh: [
    { roundings: 2 * EXP, scale: 'unit' },
    ...elementwise(), { values: [[0]], y: [0], dx: [[1]] },
  ],
  cosh: [
    { roundings: 2 * EXP, scale: 'unit' },
    ...elementwise(), { values: [[0]], y: [1], dx: [[0]] },
  ],
  erf: [
    { roundings: ERF, scale: 'unit' },
    ...elementwise(), { values: [[0, 9, -9]], y: [0, 1, -1], dx: [[2 / Math.sqrt(Math.PI), 0, 0]] },
  ],
  sigmoid: [
    { roundings: SIGMOID, scale: 'value' },
    ...elementwise(), { values: [[0, 300, -300]], y: [0.5, 1, 0], dx: [[0.25, 0, 0]] },
  ],
  // 1e-5 of tanh 0.2, a series below
  tanh: [
    { roundings: TANH / 0.197, gradient: 2 * TANH, scale: 'value' },
    ...elementwise(),
    { values: [[0, 300, -300]], y: [0, 1, -1], dx: [[1, 0, 0]] },
    { values: [[1e-20, -3e-9, 2 ** -10]], y: [1e-20, -3e-9, 2 ** -10 - 2 ** -30 / 3] },
  ],
  silu: [
    { roundings: SIGMOID + 2, gradient: 3 * SIGMOID, scale: 'unit' },
    ...elementwise(), { values: [[0, 300, -300]], y: [0, 300, 0], dx: [[0.5, 1, 0]] },
  ],
  softplus: [
    { roundings: LOG + EXP, gradient: SIGMOID, scale: 'unit' },
    ...elementwise(), { values: [[0, 300, -300]], y: [Math.LN2, 300, 0], dx: [[0.5, 1, 0]] },
  ],
  softsign: [
    { roundings: 2 + DIVISION, gradient: 2 * (2 + DIVISION), scale: 'value' },
    ...elementwise(), { values: [[0, 1, -3]], y: [0, 0.5, -0.75], dx: [[1, 0.25, 0.0625]] },
  ],
  // numerator and denominator hold 2e + e^2
  mish: [
    { roundings: 4 * EXP + DIVISION, gradient: 8 * EXP, scale: 'unit' },
    ...elementwise(), { values: [[0, 300, -300]], y: [0, 300, 0], dx: [[0.6, 1, 0]] },
  ],
  hardSigmoid: [
    { roundings: 4, scale: 'unit' },
    ...elementwise({ ranges: [[-4, 4]] }),
    { values: [[-4, 0, 4]], y: [0, 0.5, 1] },
    { values: [[-2, 0, 2]], args: [{ alpha: 0.25, beta: 0.5 }], y: [0, 0.5, 1], dx: [[0, 0.25, 0]] },
  ],
  leakyRelu: [
    ONE_STEP,
    ...elementwise(),
    { values: [[-2, 0, 1]], y: [-0.6, 0, 1], dx: [[0.3, 0.3, 1]] }, // Keras's slope
    { values: [[-2, 0, 1]], args: [{ negativeSlope: 0.25 }], y: [-0.5, 0, 1], dx: [[0.25, 0.25, 1]] },
  ],
  elu: [
    { roundings: EXP + 4, scale: 'unit' },
    ...elementwise(),
    { shapes: [[45, 65]], args: [{ alpha: 0.5 }] },
    { values: [[-300, 0, 300]], y: [-1, 0, 300], dx: [[0, 1, 1]] },
  ],
  // scale * alpha = 1.76
  selu: [
    { roundings: 2 * (EXP + 4), scale: 'unit' },
    ...elementwise(), { values: [[0, 300]], y: [0, 300 * 1.0507009873554805] },
  ],
  gelu: [
    { roundings: ERF, gradient: 2 * ERF, scale: 'unit' },
    ...elementwise(),
    { shapes: [[45, 65]], args: [{ approximate: true }], roundings: 500 }, // 1e-5 of tanh, twice in the gradient
    { values: [[0, 300, -300]], y: [0, 300, 0], dx: [[0.5, 1, 0]] },
    { values: [[0, 300, -300]], args: [{ approximate: true }], y: [0, 300, 0], dx: [[0.5, 1, 0]] },
  ],
  clip: [
    EXACT,
    { shapes: [[45, 65]], args: [-0.5, 0.75] },
    { shapes: [[0, 3]], args: [0, 1] },
    { values: [[-2, -1, 0, 1, 2]], args: [-1, 1], y: [-1, -1, 0, 1, 1], dx: [[0, 1, 1, 1, 0]] },
    integers([[45, 65]], [-1, 0]),
  ],
  cast: [
    EXACT,
    { shapes: [[45, 65]], args: ['f32'] },
    { values: [[-1.75, -0.5, 0, 1.75]], args: ['i32'], y: [-1, 0, 0, 1] },
    integers([[45, 65]], ['f32']),
    integers([[0, 3]], ['i32']),
  ],
} satisfies CaseTable;
