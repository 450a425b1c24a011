import { type Command, Option } from 'commander';
import { ValueError } from '../core/errors.ts';
import { sizeOf } from '../core/shape.ts';
import type { LabelledImages, Mnist } from '../data/files/mnist.ts';
import { statistics } from '../data/statistics.ts';
import { type ActivationName, activations } from '../nn/activations.ts';
import { activation, batchNormalization, dense, dropout, flatten, normalization } from '../nn/layers/core.ts';
import type { Layer } from '../nn/network/layer.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  cosineDecay,
  nadam,
  type Optimizer,
  polynomialDecay,
  rmsprop,
  type Schedule,
  sgd,
} from '../optim/index.ts';
import { type Model, sequential } from '../train/model.ts';
import { backendOption, count, counts, seed, share } from './options.ts';

/** Adds the options of commands that train a network: data, layers, optimizer, batches, and where to compute. */
export const addNetworkOptions = (command: Command): Command =>
  command
    .option('--data <mnist|folder>', 'MNIST, or a folder with four IDX files of the same names', 'mnist')
    .addOption(
      new Option('--layers <units>', 'sizes of the hidden layers').argParser(counts).default([200, 100], '200,100'),
    )
    .addOption(
      new Option('--activation <name>', 'of the hidden layers')
        .choices([...Object.keys(activations), 'prelu'])
        .default('relu'),
    )
    .option('--no-batch-norm', 'without batch normalisation')
    .option('--dropout <rate>', 'share of hidden units dropped in training, 0 for none', share, 0.5)
    .addOption(
      new Option('--normalize <how>', 'inputs to mean 0 and variance 1: all pixels alike, each for itself, or not')
        .choices(['global', 'feature', 'none'])
        .default('global'),
    )
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated').choices(Object.keys(optimizers)).default('adam'),
    )
    .option('--momentum <share>', 'for sgd and rmsprop', share)
    .option('--batch-size <n>', 'images per update', count, 256)
    .option('--seed <n>', 'of everything random', seed, 0)
    .addOption(backendOption());

/** How many classes the labels tell apart. */
export function classesIn({ train, test }: Mnist): number {
  const largest = ({ labels }: LabelledImages): number => labels.data.reduce((a, b) => Math.max(a, b), 0);
  return 1 + Math.max(largest(train), largest(test));
}

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
  adagrad: { make: adagrad, learningRate: 0.05 },
  adadelta: { make: adadelta, learningRate: 1 },
  adamax: { make: adamax, learningRate: 0.005 },
  nadam: { make: nadam, learningRate: 0.005 },
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
