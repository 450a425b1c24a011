import { type Shape, sizeOf } from '../../core/shape.ts';
import { parameter, type Tensor } from '../../core/tensor.ts';
import {
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamaxOptions,
  type AdamOptions,
  adadelta,
  adagrad,
  adam,
  adamax,
  type ClipOptions,
  clipGradients,
  type NadamOptions,
  nadam,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from '../../optim/index.ts';
import { updateMovingAverage } from '../../optim/movingAverage.ts';
import type { Suite } from '../case.ts';
import { augmentation } from './augmentation.ts';

/** The weights after one step per gradient. */
function trained(optimizer: Optimizer, [w, ...gradients]: readonly Tensor[]): Tensor {
  const weights = parameter(w.alias());
  for (const gradient of gradients) optimizer.apply([gradient], [weights]);
  const result = weights.alias();
  weights.dispose();
  optimizer.dispose();
  return result;
}

const MATRIX: Shape = [45, 65];

/** Two steps of an optimizer for each of some options. */
const optimizer = <Options>(name: string, make: (options: Options) => Optimizer, table: readonly Options[]): Suite => ({
  name,
  call: (inputs, [options]) => trained(make(options as Options), inputs), // the argument of its own cases, below
  // In each step a root, a quotient and a handful of other roundings, as large as the weights themselves at rate 1.
  accuracy: { roundings: 50, scale: 'unit' },
  differentiable: false,
  cases: table.map((options) => ({
    shapes: [MATRIX, MATRIX, MATRIX],
    args: [{ learningRate: 1, ...options }],
  })),
});

/** Kernels that are no operations: they work in place, and are compared without a gradient. */
export const kernels: readonly Suite[] = [
  optimizer<SgdOptions>('sgd', sgd, [
    {},
    { momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    { convention: 'pytorch', momentum: 0.9 },
  ]),
  optimizer<RmspropOptions>('rmsprop', rmsprop, [{}, { centered: true, momentum: 0.9, epsilon: 0.01 }]),
  optimizer<AdamOptions>('adam', adam, [{}, { amsgrad: true, weightDecay: 0.01, clipValue: 0.5 }, { useEma: true }]),
  optimizer<AdagradOptions>('adagrad', adagrad, [{}, { convention: 'pytorch', epsilon: 0.01, globalClipNorm: 1 }]),
  optimizer<AdadeltaOptions>('adadelta', adadelta, [{}, { epsilon: 0.01, weightDecay: 0.01 }]),
  optimizer<AdamaxOptions>('adamax', adamax, [{}, { convention: 'pytorch', epsilon: 0.01 }]),
  optimizer<NadamOptions>('nadam', nadam, [{}, { convention: 'pytorch', useEma: true }]),
  {
    name: 'clipGradients',
    call: (gradients, [options]) => clipGradients(gradients, options as ClipOptions), // as in its own cases
    accuracy: { roundings: (inputs) => 20 + inputs.reduce((sum, shape) => sum + sizeOf(shape), 0), scale: 'value' },
    differentiable: false,
    cases: [{ clipNorm: 1 }, { globalClipNorm: 1 }, { globalClipNorm: 1e6 }].map((options) => ({
      shapes: [[45, 65], [7], [], [9001]],
      args: [options],
    })),
  },
  augmentation,
  {
    name: 'updateMovingAverage',
    call: ([average, value]) => {
      updateMovingAverage(average, value, 0.25);
      return average;
    },
    accuracy: { roundings: 4, scale: 'unit' },
    differentiable: false,
    cases: [
      { shapes: [[257], [257]] },
      {
        values: [
          [0, 4],
          [8, 4],
        ],
        y: [2, 4],
      },
    ],
  },
];
