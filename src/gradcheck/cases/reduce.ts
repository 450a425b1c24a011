import { DIVISION, EXACT, EXP_OF_DIFFERENCE, inChunks, LOG, longestAxis, terms } from '../accuracy.ts';
import type { CaseTable } from '../case.ts';
import { alongAxis, chunked, integers, reduction } from '../patterns.ts';

// biome-ignore format: one case per line
export const reduceCases = {
  sum: [
    { roundings: inChunks, scale: 'terms' },
    ...reduction(),
    ...chunked,
    integers([[45, 65]], [{ axis: 0 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [0, 0], dx: [[[], []]] },
  ],
  mean: [
    { roundings: (inputs, y) => inChunks(inputs, y) + 3, scale: 'terms' },
    ...reduction(), ...chunked,
  ],
  // dy divided by the number of ties
  max: [
    { roundings: 0, gradient: DIVISION, scale: 'value' },
    ...reduction(),
    ...chunked,
    { values: [[[1, 3, 3], [-5, -7, -6]]], args: [{ axis: 1 }], y: [3, -5], dx: [[[0, 0.5, 0.5], [1, 0, 0]]] },
    integers([[45, 65]], [{ axis: 1 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [-Infinity, -Infinity], dx: [[[], []]] },
    { shapes: [[2, 0]], dtypes: ['i32'], args: [{ axis: 1 }], throws: /max: got shape \[2, 0\] of dtype i32; expected at least one element/ },
  ],
  min: [
    { roundings: 0, gradient: DIVISION, scale: 'value' },
    ...reduction(),
    ...chunked,
    { values: [[[1, 3, 1], [5, 7, 6]]], args: [{ axis: 1 }], y: [1, 5], dx: [[[0.5, 0, 0.5], [1, 0, 0]]] },
    integers([[45, 65]], [{ axis: 1 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [Infinity, Infinity], dx: [[[], []]] },
    { shapes: [[2, 0]], dtypes: ['i32'], args: [{ axis: 1 }], throws: /min: got shape \[2, 0\] of dtype i32; expected at least one element/ },
  ],
  prod: [
    {
      roundings: (inputs, y) => 2 * terms(inputs, y),
      gradient: (inputs, y) => 2 * terms(inputs, y) + DIVISION + 4,
      scale: 'value',
    },
    ...reduction({ ranges: [[0.75, 1.25]] }),
    { values: [[[0, 2, 3], [0, 0, 3], [1, 2, 3]]], args: [{ axis: 1 }], y: [0, 0, 6], dx: [[[6, 0, 0], [0, 0, 0], [6, 3, 2]]] },
    integers([[5, 4]], [{ axis: 1 }]),
    { values: [[[], []]], args: [{ axis: 1 }], y: [1, 1] },
  ],
  // The deviations carry the error of the mean, but it cancels in the sum of their squares.
  variance: [
    { roundings: (inputs, y) => terms(inputs, y) + 12, scale: 'value' },
    ...reduction(),
    ...chunked,
    { shapes: [[45, 65]], args: [{ axis: 0, correction: 1 }] },
    { values: [[1, 2, 3, 6]], y: 3.5, dx: [[-1, -0.5, 0, 1.5]] },
    // The mean is 2,000 times the deviations, and its rounding stays in their gradient.
    { shapes: [[45, 65]], ranges: [[1000, 1001]], args: [{ axis: 0 }], roundings: 2000 * 57 },
  ],
  logSumExp: [
    { roundings: (inputs, y) => terms(inputs, y) + EXP_OF_DIFFERENCE + LOG, scale: 'unit' },
    ...reduction(),
    { shapes: [[3, 4097]], args: [{ axis: 1 }] },
    { values: [[300, 0, -300]], y: 300, dx: [[1, 0, 0]] },
    { values: [[-300, -300]], y: -300 + Math.LN2, dx: [[0.5, 0.5]] },
  ],
  cumsum: [
    { roundings: longestAxis, scale: 'terms' },
    ...alongAxis(),
    { shapes: [[45, 65]], args: [{ exclusive: true }] },
    { shapes: [[45, 65]], args: [{ axis: 0, reverse: true }] },
    { shapes: [[5, 0]] },
    { values: [[1, 2, 3]], args: [{ exclusive: true, reverse: true }], y: [5, 3, 0], dx: [[0, 1, 2]] },
    integers([[45, 65]]),
  ],
  argMax: [
    EXACT,
    ...alongAxis(),
    integers([[45, 65]], [{ axis: 0, keepDims: true }]),
    integers([[45, 65]], [{ selectLast: true }]),
    { values: [[[1, 3, 3], [-5, -7, -6]]], y: [1, 0] },
    { shapes: [[2, 0]], throws: /argMax: got shape \[2, 0\]; expected at least one element along axis 1/ },
  ],
  argMin: [
    EXACT,
    ...alongAxis(),
    integers([[45, 65]], [{ axis: 0, keepDims: true }]),
    { values: [[[3, 1, 1], [-5, -7, -6]]], args: [{ selectLast: true }], y: [2, 1] },
    { shapes: [[2, 0]], throws: /argMin: got shape \[2, 0\]; expected at least one element along axis 1/ },
  ],
} satisfies CaseTable;
