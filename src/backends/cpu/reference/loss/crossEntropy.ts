import { map, type NdArray, zeros, zeroWins } from '../ndarray.ts';
import { logSoftmax } from './softmax.ts';

type Inputs = readonly [logits: NdArray, targets: NdArray];

/**
 * The weight of class j in a row, which dense targets hold; sparse targets (int32) give weight 1 to the class they
 * name.
 */
function weightOf(targets: NdArray, row: number, j: number, length: number): number {
  if (targets.data instanceof Int32Array) return Number(targets.data[row] === j);
  return targets.data[row * length + j];
}

/** The loss per row, -sum_j t_j log p_j, and the probabilities p. */
export const softmaxCrossEntropy = {
  forward: ([logits, targets]: Inputs): readonly [loss: NdArray, probabilities: NdArray] => {
    const length = logits.shape[logits.shape.length - 1];
    const logProbabilities = logSoftmax.forward([logits], { axis: logits.shape.length - 1 });
    const loss = zeros(logits.shape.slice(0, -1));
    for (let row = 0; row < loss.data.length; row++) {
      for (let j = 0; j < length; j++) {
        loss.data[row] -= zeroWins(weightOf(targets, row, j, length), logProbabilities.data[row * length + j]);
      }
    }
    return [loss, map(logProbabilities, Math.exp)];
  },
  backward: (
    dy: NdArray,
    { inputs: [, targets], outputs: [, p] }: { readonly inputs: Inputs; readonly outputs: readonly NdArray[] },
  ): readonly (NdArray | undefined)[] => {
    const length = p.shape[p.shape.length - 1];
    const dlogits = zeros(p.shape);
    for (let row = 0; row < dy.data.length; row++) {
      let total = 0;
      for (let j = 0; j < length; j++) total += weightOf(targets, row, j, length);
      for (let j = 0; j < length; j++) {
        const i = row * length + j;
        dlogits.data[i] = dy.data[row] * (p.data[i] * total - weightOf(targets, row, j, length));
      }
    }
    return [dlogits, undefined];
  },
};

/** The position of the first maximum of a row. */
function largest(length: number, at: (j: number) => number): number {
  let best = 0;
  for (let j = 1; j < length; j++) if (at(j) > at(best)) best = j;
  return best;
}

/**
 * The mean loss, its gradient with respect to the logits, and the fraction of rows whose largest logit has the largest
 * target.
 */
export const meanCrossEntropy = {
  forward: ([logits, targets]: Inputs): readonly NdArray[] => {
    const length = logits.shape[logits.shape.length - 1];
    const [losses, p] = softmaxCrossEntropy.forward([logits, targets]);
    const rows = losses.data.length;
    const dy = { data: new Float64Array(rows).fill(1 / rows), shape: losses.shape };
    const [gradient] = softmaxCrossEntropy.backward(dy, { inputs: [logits, targets], outputs: [losses, p] });
    let hits = 0;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      total += losses.data[row];
      const weight = (j: number): number => weightOf(targets, row, j, length);
      const target = largest(length, weight);
      hits += Number(weight(target) > 0 && target === largest(length, (j) => logits.data[row * length + j]));
    }
    const scalar = (value: number): NdArray => ({ data: Float64Array.of(value), shape: [] });
    return [scalar(total / rows), gradient ?? zeros(logits.shape), scalar(hits / rows)];
  },
  backward: (
    dy: NdArray,
    { outputs: [, gradient] }: { readonly outputs: readonly NdArray[] },
  ): readonly (NdArray | undefined)[] => [map(gradient, (value) => value * dy.data[0]), undefined],
};
