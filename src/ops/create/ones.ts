import type { Tensor } from '../../core/tensor.ts';

const seeds = new WeakSet<Tensor>();

/** Marks a tensor that holds nothing but 1, as the gradient of a loss for itself does. */
export function markOnes(ones: Tensor): Tensor {
  seeds.add(ones);
  return ones;
}

/** Whether multiplying by this tensor changes nothing. */
export const isOne = (t: Tensor): boolean => seeds.has(t);
