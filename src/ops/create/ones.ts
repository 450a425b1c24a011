import type { Tensor } from '../../core/tensor/tensor.ts';

const seeds = new WeakSet<Tensor>();

/** Marks a tensor that is known to be all ones, such as the gradient of a loss with respect to itself. */
export function markOnes(ones: Tensor): Tensor {
  seeds.add(ones);
  return ones;
}

/** Whether a tensor is marked as all ones, so that multiplying by it can be skipped. */
export const isOne = (t: Tensor): boolean => seeds.has(t);
