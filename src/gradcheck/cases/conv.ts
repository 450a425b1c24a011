import type { Tensor } from '../../core/tensor/tensor.ts';
import { type ConvolutionOptions, conv2d, convTranspose2d } from '../../ops/conv/conv2d.ts';
import { add } from '../../ops/elementwise/binary.ts';
import { relu, tanh } from '../../ops/elementwise/unary.ts';
import { CONVOLUTION, convolutionSum, DIVISION, TANH } from '../accuracy.ts';
import type { Case, CaseTable, Suite } from '../case.ts';

// Few kinds of windows, as each is a variant of the kernels, of one channel and of four.
const ODD = { strides: [2, 1], padding: 'same' } as const;
const WIDE = { dilation: [1, 2], strides: 2, padding: [1, 0, 2, 1] } as const;

/** Filters of one tap and several; strides, padding, gaps, groups; one channel, odd and vectors of them; nothing. */
// biome-ignore format: one case per line
const convolutions: readonly Case[] = [
  { shapes: [[2, 6, 5, 1], [3, 3, 1, 2]] },
  { shapes: [[3, 12, 13, 8], [3, 3, 8, 20]], args: [{ padding: 'same' }] },
  { shapes: [[2, 6, 7, 3], [3, 2, 3, 5]], args: [ODD] },
  { shapes: [[2, 6, 7, 4], [3, 2, 4, 4]], args: [WIDE] },
  { shapes: [[2, 5, 4, 6], [1, 1, 6, 7]] },
  { shapes: [[2, 5, 4, 3], [1, 1, 3, 2]], args: [{ strides: 2 }] },
  { shapes: [[2, 5, 5, 6], [3, 3, 3, 4]], args: [{ groups: 2 }] },
  { shapes: [[2, 5, 5, 8], [3, 3, 4, 6]], args: [{ groups: 2 }] },
  { shapes: [[2, 5, 5, 3], [3, 3, 1, 6]], args: [{ groups: 3 }] },
  { shapes: [[0, 5, 5, 1], [3, 3, 1, 2]] },
];

/** Filters that take each channel by itself. */
// biome-ignore format: one case per line
const depthwise: readonly Case[] = [
  { shapes: [[2, 6, 5, 3], [3, 3, 3, 2]] },
  { shapes: [[2, 6, 5, 8], [3, 3, 8, 1]], args: [{ padding: 'same' }] },
  { shapes: [[2, 6, 7, 4], [3, 2, 4, 1]], args: [WIDE] },
  { shapes: [[0, 5, 5, 1], [3, 3, 1, 2]] },
];

/** The same as for a convolution, the other way. */
// biome-ignore format: one case per line
const transposed: readonly Case[] = [
  { shapes: [[2, 4, 3, 2], [3, 3, 1, 2]] },
  { shapes: [[2, 4, 3, 8], [3, 3, 8, 8]], args: [{ padding: [1, 1, 1, 1] }] },
  { shapes: [[2, 3, 7, 5], [3, 2, 3, 5]], args: [ODD] },
  { shapes: [[2, 3, 4, 4], [3, 2, 4, 4]], args: [{ ...WIDE, outputPadding: [0, 1] }] },
  { shapes: [[2, 5, 4, 7], [1, 1, 6, 7]] },
  { shapes: [[2, 3, 2, 2], [1, 1, 3, 2]], args: [{ strides: 2 }] },
  { shapes: [[2, 3, 3, 4], [3, 3, 3, 4]], args: [{ groups: 2 }] },
  { shapes: [[0, 3, 3, 2], [3, 3, 1, 2]] },
];

/** Windows side by side, overlapping, in the padding, reaching past it. */
// biome-ignore format: one case per line
const pools: readonly Case[] = [
  { shapes: [[2, 6, 5, 3]] },
  { shapes: [[2, 6, 5, 8]] },
  { shapes: [[2, 6, 8, 3]], args: [{ poolSize: 2, strides: 3, padding: [1, 0, 1, 0] }] },
  { shapes: [[2, 5, 6, 3]], args: [{ poolSize: 3, strides: 2, padding: 'same' }] },
  { shapes: [[2, 6, 6, 4]], args: [{ poolSize: 3, strides: 2, ceilMode: true }] },
  { shapes: [[2, 7, 6, 3]], args: [{ poolSize: [3, 2], ...WIDE }] },
  { shapes: [[0, 6, 5, 3]] },
];

/** Sums stay below 1, where tanh is not flat yet and rounds as its argument does. */
const SMALL: readonly [number, number] = [-0.125, 0.125];

/** A convolution without bias and activation, followed by both as separate operations. */
const composed =
  (convolution: typeof conv2d, { activation = 'relu', ...options }: ConvolutionOptions) =>
  (...[x, filter, bias]: Tensor[]): Tensor =>
    ({ relu, tanh })[activation](add(convolution(x, filter, options), bias));

const ended = (name: string, convolution: typeof conv2d, cases: readonly Case[]): Suite => ({
  name,
  call: ([x, filter, bias], [options]) => convolution(x, filter, { ...(options as ConvolutionOptions), bias }), // its own cases
  accuracy: { ...CONVOLUTION, roundings: (inputs, y) => convolutionSum(inputs, y) + TANH },
  cases: cases.map((row) => ({
    ...row,
    ranges: [SMALL, SMALL, SMALL],
    composed: composed(convolution, Object(row.args?.[0])),
  })),
});

/** Convolutions that end with a bias and an activation. */
// biome-ignore format: one case per line
export const convolutionFamily: readonly Suite[] = [
  ended('conv2d with bias', conv2d, [
    { shapes: [[3, 12, 13, 8], [3, 3, 8, 20], [20]], args: [{ padding: 'same', activation: 'relu' }] },
    { shapes: [[2, 6, 7, 3], [3, 2, 3, 5], [5]], args: [{ ...ODD, activation: 'tanh' }] },
    { shapes: [[2, 5, 5, 6], [3, 3, 3, 4], [4]], args: [{ groups: 2, activation: 'relu' }] },
    { shapes: [[2, 5, 5, 3], [3, 3, 1, 6], [6]], args: [{ groups: 3, activation: 'relu' }] },
    { shapes: [[2, 6, 5, 8], [3, 3, 1, 8], [8]], args: [{ groups: 8, padding: 'same', activation: 'tanh' }] },
  ]),
  ended('convTranspose2d with bias', convTranspose2d, [
    { shapes: [[2, 4, 3, 8], [3, 3, 8, 8], [8]], args: [{ padding: [1, 1, 1, 1], activation: 'relu' }] },
    { shapes: [[2, 3, 7, 5], [3, 2, 3, 5], [3]], args: [{ ...ODD, activation: 'tanh' }] },
    { shapes: [[2, 4, 3, 4], [3, 3, 1, 4], [4]], args: [{ groups: 4, activation: 'relu' }] },
  ]),
];

// biome-ignore format: one case per line
export const convCases = {
  conv2d: [
    CONVOLUTION,
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
    CONVOLUTION,
    ...depthwise,
    { shapes: [[1, 5, 5, 3], [3, 3, 4, 2]], throws: /depthwiseConv2d: got images \[1, 5, 5, 3\], a filter \[3, 3, 4, 2\]/ },
  ],
  convTranspose2d: [
    CONVOLUTION,
    ...transposed,
    { values: [[[[[1], [2]]]], [[[[10]], [[1]]]]], y: [[[[10], [21], [2]]]], dx: [[[[[11], [11]]]], [[[[3]], [[3]]]]] },
    { shapes: [[1, 5, 5, 3], [3, 3, 4, 2]], throws: /convTranspose2d: got images \[1, 5, 5, 3\], a filter \[3, 3, 4, 2\] and 1 groups; expected 2 channels in the images/ },
    { shapes: [[1, 1, 1, 1], [1, 1, 1, 1]], args: [{ padding: [1, 0, 1, 0] }], throws: /convTranspose2d: .*; expected padding that leaves at least one row and column/ },
  ],
  // as many windows may reach an element
  maxPool2d: [
    { roundings: 0, gradient: 9, scale: 'value' },
    ...pools,
    { values: [[[[[1], [3]], [[3], [2]]]]], y: [[[[3]]]], dx: [[[[[0], [1]], [[0], [0]]]]] }, // the first of two takes the gradient
    { values: [[[[[-1], [-3]], [[-2], [-4]]]]], args: [{ poolSize: 3, padding: 'same', strides: 2 }], y: [[[[-1]]]] },
    { shapes: [[2, 2, 1]], throws: /maxPool2d: got images of shape \[2, 2, 1\]; expected rank 4/ },
    { shapes: [[1, 1, 4, 1]], throws: /maxPool2d: got images of 1 x 4 and windows of 2 x 2; expected images that hold at least one window/ },
  ],
  averagePool2d: [
    { roundings: 9 + DIVISION, scale: 'terms' },
    ...pools,
    ...pools.map(({ args: [options] = [{}], ...row }) => ({ ...row, args: [{ ...Object(options), countIncludePad: true }] })),
    { values: [[[[[1], [3]], [[3], [5]]]]], args: [{ padding: [1, 1, 1, 1] }], y: [[[[1], [3]], [[3], [5]]]] },
    { values: [[[[[1], [3]], [[3], [5]]]]], args: [{ padding: [1, 1, 1, 1], countIncludePad: true }], y: [[[[0.25], [0.75]], [[0.75], [1.25]]]] },
  ],
} satisfies CaseTable;
