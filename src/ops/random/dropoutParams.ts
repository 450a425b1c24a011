import type { DropoutAttributes } from '../../backends/cpu/reference/random/dropout.ts';

/** The parameters of random/kept.wgsl. */
export const dropoutParams = ({ rate, stream }: DropoutAttributes) => ({
  stream,
  threshold: Math.floor(rate * 2 ** 32),
  scale: 1 / (1 - rate),
});
