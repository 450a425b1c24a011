import { map, type NdArray, zeros } from './ndarray.ts';
import { logSoftmax } from './softmax.ts';

type Inputs = readonly [logits: NdArray, targets: NdArray];

/** The weight of class j in a row: dense targets hold it, sparse ones (int32) name the one class that has 1. */
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
        loss.data[row] -= weightOf(targets, row, j, length) * logProbabilities.data[row * length + j];
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
