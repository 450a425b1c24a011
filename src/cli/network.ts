import type { LabelledImages } from '../data/mnist.ts';
import { statistics } from '../data/statistics.ts';
import { ValueError } from '../errors.ts';
import type { ActivationName } from '../nn/activations.ts';
import type { Layer } from '../nn/layer.ts';
import { activation, batchNormalization, dense, dropout, flatten, normalization } from '../nn/layers.ts';
import {
  adam,
  adamW,
  cosineDecay,
  type Optimizer,
  polynomialDecay,
  rmsprop,
  type Schedule,
  sgd,
} from '../optim/index.ts';
import { sizeOf } from '../shape.ts';
import { type Model, sequential } from '../train/model.ts';

/** What the flags of `train` say about the network. */
export interface NetworkOptions {
  readonly layers: readonly number[];
  readonly activation: ActivationName | 'prelu';
  readonly batchNorm: boolean;
  readonly dropout: number;
  readonly normalize: 'global' | 'feature' | 'none';
}

/** A fully connected network for images of the training set's size, which are normalised by its first `training`. */
export function buildNetwork(
  options: NetworkOptions,
  { images }: LabelledImages,
  { training, classes }: { readonly training: number; readonly classes: number },
): Model {
  const { layers, batchNorm, dropout: rate } = options;
  const imageShape = images.shape.slice(1);
  const features = sizeOf(imageShape);
  const vectors = { data: images.data.subarray(0, training * features), shape: [training, features] };
  const normalizers = { none: undefined, global: null, feature: -1 } as const;
  const axis = normalizers[options.normalize];
  return sequential([
    flatten({ inputShape: imageShape }),
    ...(axis === undefined ? [] : [normalization({ axis, ...statistics(vectors, axis) })]),
    ...layers.flatMap((units): Layer[] => [
      dense({ units }),
      ...(batchNorm ? [batchNormalization({})] : []),
      activation(options.activation),
      ...(rate > 0 ? [dropout({ rate })] : []),
    ]),
    dense({ units: classes, activation: 'softmax' }),
  ]);
}

/** The optimizers that have a flag, each with a rate that suits networks with batch normalisation. */
export const optimizers = {
  adam: { make: adam, learningRate: 0.005 },
  adamW: { make: adamW, learningRate: 0.005 },
  rmsprop: { make: rmsprop, learningRate: 0.002 },
  sgd: { make: sgd, learningRate: 0.1 },
};

/** How the learning rate goes on from its first value, over the `decaySteps` of a run. */
export const schedules = {
  constant: ({ initialLearningRate }: Decay): number => initialLearningRate,
  linear: (decay: Decay): Schedule => polynomialDecay({ ...decay, endLearningRate: 0 }),
  cosine: (decay: Decay): Schedule => cosineDecay(decay),
};

interface Decay {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
}

export interface OptimizerOptions {
  readonly optimizer: keyof typeof optimizers;
  readonly learningRate?: number;
  readonly schedule: keyof typeof schedules;
  readonly momentum?: number;
}

/** The optimizer that the flags describe, for a run of `steps` updates. */
export function buildOptimizer(options: OptimizerOptions, steps: number): Optimizer {
  const { optimizer, momentum, schedule } = options;
  const { make, learningRate: usual } = optimizers[optimizer];
  const initialLearningRate = options.learningRate ?? usual;
  const learningRate = schedules[schedule]({ initialLearningRate, decaySteps: steps });
  if (momentum === undefined) return make({ learningRate });
  if (optimizer === 'sgd') return sgd({ learningRate, momentum });
  if (optimizer === 'rmsprop') return rmsprop({ learningRate, momentum });
  throw new ValueError({
    op: 'train',
    got: `--momentum with ${optimizer}`,
    expected: '--momentum with sgd or rmsprop',
    fix: 'Leave it out, or name one of these optimizers.',
  });
}
