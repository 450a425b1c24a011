import { batchNormTraining } from '../ops/batchNorm.ts';
import { batchNormLayer } from '../ops/batchNormLayer.ts';
import { dropout } from '../ops/dropout.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Suite } from './case.ts';

type Normalised = Parameters<typeof batchNormLayer>[3];

/** Batch normalisation, ReLU and dropout one after the other. */
const oneByOne =
  ({ dropout: dropped, ...options }: Normalised) =>
  (...[x, gamma, beta]: Tensor[]): Tensor => {
    const y = batchNormTraining(x, gamma, beta, options);
    return dropped ? dropout(y, dropped) : y;
  };

const layers: readonly Normalised[] = [
  { activation: 'relu', dropout: { rate: 0.5, stream: 3 } },
  { dropout: { rate: 0.25, stream: 4 } },
];

/** What fuses operations, each the equal of its composition. */
export const fused: readonly Suite[] = [
  {
    name: 'batchNorm, ReLU and dropout',
    call: ([x, gamma, beta], [options]) => batchNormLayer(x, gamma, beta, options as Normalised)[0], // its own cases
    accuracy: { roundings: ([x]) => sizeOf(x) / x[x.length - 1] + 24, scale: 'unit' },
    cases: layers.flatMap((options) =>
      [
        [45, 64],
        [45, 65],
        [1100, 12],
        [9, 5, 8],
      ].map((shape) => ({
        shapes: [shape, shape.slice(-1), shape.slice(-1)],
        args: [options],
        composed: oneByOne(options),
      })),
    ),
  },
];
