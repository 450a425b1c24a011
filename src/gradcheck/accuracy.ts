import { type Shape, sizeOf } from '../core/shape.ts';
import type { Accuracy } from './case.ts';

/** No arithmetic: choices, copies, comparisons. */
export const EXACT: Accuracy = { roundings: 0, scale: 'value' };
export const ONE_STEP: Accuracy = { roundings: 2, scale: 'value' };

/** Up to four: an operation of that kind needs no entry. */
export const FEW_STEPS: Accuracy = { roundings: 4, scale: 'value' };

export const DIVISION = 5;
/** exp of |x| up to 2. */
export const EXP = 14;
/** exp of |x| up to 4, as differences from a maximum are. */
export const EXP_OF_DIFFERENCE = 22;
export const LOG = 8;
export const TANH = 168;
/** Ten steps of a polynomial that is 1.5e-7 off, and exp(-x^2). */
export const ERF = 20 + EXP_OF_DIFFERENCE;
/** e / (1 + e): the error of e, an addition, a division. */
export const SIGMOID = EXP + 2 + DIVISION;

/** Elements that a reduction makes one of. */
export const terms = ([x]: readonly Shape[], y: Shape): number => sizeOf(x) / Math.max(1, sizeOf(y));
/** The same as the docs of sum promise it. */
export const inChunks = (inputs: readonly Shape[], y: Shape): number => Math.min(terms(inputs, y), 700);
/** The longest of the sums in a matrix product and its gradients: over k, over n, over m and the batches. */
export const longestSum = (inputs: readonly Shape[]): number =>
  Math.max(...inputs.map((shape) => sizeOf(shape) / Math.max(1, Math.min(...shape.slice(-2)))));
export const longestAxis = ([x]: readonly Shape[]): number => Math.max(1, ...x);

export const MATMUL: Accuracy = { roundings: longestSum, scale: 'terms' };
/** The longest of the sums in a convolution and its gradients: over taps and channels, over images and windows. */
export const convolutionSum = (inputs: readonly Shape[], y: Shape): number =>
  Math.max(
    ...[...inputs.slice(0, 1), y].map(([n, height, width]) => n * height * width),
    ...inputs.slice(1, 2).map(([height, width, depth, features]) => height * width * Math.max(depth, features)),
  );
export const CONVOLUTION: Accuracy = { roundings: convolutionSum, scale: 'terms' };
export const SOFTMAX: Accuracy = {
  roundings: (inputs) => longestAxis(inputs) + 2 * EXP_OF_DIFFERENCE + DIVISION,
  // y * (dy - sum(dy * y)): the error of y twice
  gradient: (inputs) => 2 * (longestAxis(inputs) + 2 * EXP_OF_DIFFERENCE + DIVISION),
  scale: 'value',
};

export const LOG_SOFTMAX: Accuracy = {
  roundings: (inputs) => longestAxis(inputs) + EXP_OF_DIFFERENCE + LOG,
  gradient: (inputs) => 2 * longestAxis(inputs) + 2 * EXP_OF_DIFFERENCE + LOG,
  scale: 'unit',
};
/** Elements per channel: those of x by those of gamma. */
export const perChannel = ([x, gamma]: readonly Shape[]): number => sizeOf(x) / Math.max(1, sizeOf(gamma));
