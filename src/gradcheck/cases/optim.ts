import { type Shape, sizeOf } from '../../core/shape.ts';
import { parameter } from '../../core/tensor/parameter.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { type ClipOptions, clipGradients, type Optimizer } from '../../optim/index.ts';
import { updateMovingAverage } from '../../optim/movingAverage.ts';
import * as optimizersByName from '../../optim/rules/index.ts';
import type { Suite } from '../case.ts';
import { augmentation } from './data.ts';

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

const rules = { ...optimizersByName };
type Rules = typeof rules;

/** Options under which optimizers are checked, besides their defaults. */
const VARIANTS: { readonly [Name in keyof Rules]?: readonly Parameters<Rules[Name]>[0][] } = {
  sgd: [
    { momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    { convention: 'pytorch', momentum: 0.9 },
    { convention: 'lecture', momentum: 0.9 },
    { convention: 'lecture', momentum: 0.9, nesterov: true, decay: 0.5 },
  ],
  rmsprop: [
    { centered: true, momentum: 0.9, epsilon: 0.01 },
    { convention: 'lecture', epsilon: 0.01 },
  ],
  adam: [
    { amsgrad: true, weightDecay: 0.01, clipValue: 0.5 },
    { useEma: true },
    { convention: 'lecture', epsilon: 0.01 },
  ],
  adagrad: [{ convention: 'pytorch', epsilon: 0.01, globalClipNorm: 1 }],
  adadelta: [{ epsilon: 0.01, weightDecay: 0.01 }],
  adamax: [{ convention: 'pytorch', epsilon: 0.01 }],
  nadam: [{ convention: 'pytorch', useEma: true }],
};

/** Two steps of each optimizer, for its defaults and its variants. */
const optimizers: readonly Suite[] = (Object.keys(rules) as (keyof Rules)[]).map((name) => ({
  name,
  call: (inputs, [options]) => trained(rules[name](options as object), inputs), // the argument of its own cases, below
  // In each step a root, a quotient and a handful of other roundings, as large as the weights themselves at rate 1.
  accuracy: { roundings: 50, scale: 'unit' },
  differentiable: false,
  cases: [{}, ...(VARIANTS[name] ?? [])].map((options) => ({
    shapes: [MATRIX, MATRIX, MATRIX],
    args: [{ learningRate: 1, ...options }],
  })),
}));

/** Kernels that are not operations: they work in place, and are compared without a gradient. */
export const kernels: readonly Suite[] = [
  ...optimizers,
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
