import type { Tensor } from '../../core/tensor/tensor.ts';
import { type ConvolutionOptions, conv2d, convTranspose2d } from '../../ops/conv/conv2d.ts';
import { add } from '../../ops/elementwise/binary.ts';
import { relu, tanh } from '../../ops/elementwise/unary.ts';
import type { Case, Suite } from '../case.ts';
import { CONVOLUTION, convolutionSum, TANH } from './accuracy.ts';

// Few kinds of windows, as each is a variant of the kernels, of one channel and of four.
const ODD = { strides: [2, 1], padding: 'same' } as const;
const WIDE = { dilation: [1, 2], strides: 2, padding: [1, 0, 2, 1] } as const;

/** Filters of one tap and several; strides, padding, gaps, groups; one channel, odd and vectors of them; nothing. */
// biome-ignore format: one case per line
export const convolutions: readonly Case[] = [
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
export const depthwise: readonly Case[] = [
  { shapes: [[2, 6, 5, 3], [3, 3, 3, 2]] },
  { shapes: [[2, 6, 5, 8], [3, 3, 8, 1]], args: [{ padding: 'same' }] },
  { shapes: [[2, 6, 7, 4], [3, 2, 4, 1]], args: [WIDE] },
  { shapes: [[0, 5, 5, 1], [3, 3, 1, 2]] },
];

/** The same as for a convolution, the other way. */
// biome-ignore format: one case per line
export const transposed: readonly Case[] = [
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
export const pools: readonly Case[] = [
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

/** A convolution without an end, and the end as operations of their own. */
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
