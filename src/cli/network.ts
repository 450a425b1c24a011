import { type Command, Option } from 'commander';
import { ValueError } from '../core/errors.ts';
import { sizeOf } from '../core/shape.ts';
import type { LabelledImages, Mnist } from '../data/files/mnist.ts';
import { statistics } from '../data/statistics.ts';
import { type ActivationName, activations } from '../nn/activations.ts';
import { activation, batchNormalization, dense, dropout, flatten, normalization } from '../nn/layers/core.ts';
import type { Layer } from '../nn/network/layer.ts';
import { type OptimizerName, optimizers } from '../optim/get.ts';
import { cosineDecay, type Optimizer, polynomialDecay, rmsprop, type Schedule, sgd } from '../optim/index.ts';
import { type Model, sequential } from '../train/model.ts';
import { backendOption, count, counts, seed, share } from './options.ts';

/** Adds the options of commands that train a network: data, layers, optimizer, batches, and where to compute. */
export const addNetworkOptions = (command: Command): Command =>
  command
    .option('--data <mnist|folder>', "mnist, or a folder with four IDX files named as MNIST's", 'mnist')
    .addOption(
      new Option('--layers <units>', 'sizes of the hidden layers').argParser(counts).default([200, 100], '200,100'),
    )
    .addOption(
      new Option('--activation <name>', 'activation of the hidden layers')
        .choices([...Object.keys(activations), 'prelu'])
        .default('relu'),
    )
    .option('--no-batch-norm', 'leave out batch normalisation')
    .option('--dropout <rate>', 'share of hidden units dropped in training, 0 for none', share, 0.5)
    .addOption(
      new Option('--normalize <how>', 'scale inputs to mean 0 and variance 1: over all pixels, for each pixel, or not')
        .choices(['global', 'feature', 'none'])
        .default('global'),
    )
    .addOption(new Option('--optimizer <name>', 'optimizer').choices(Object.keys(optimizers)).default('adam'))
    .option('--momentum <share>', 'momentum of sgd or rmsprop', share)
    .option('--batch-size <n>', 'images per batch', count, 256)
    .option('--seed <n>', 'seed of all random numbers', seed, 0)
    .addOption(backendOption());

/** The number of classes: the largest label plus 1. */
export function classesIn({ train, test }: Mnist): number {
  const largest = ({ labels }: LabelledImages): number => labels.data.reduce((a, b) => Math.max(a, b), 0);
  return 1 + Math.max(largest(train), largest(test));
}

/** The flags of `train` that describe the network. */
export interface NetworkOptions {
  readonly layers: readonly number[];
  readonly activation: ActivationName | 'prelu';
  readonly batchNorm: boolean;
  readonly dropout: number;
  readonly normalize: 'global' | 'feature' | 'none';
}

/** A fully connected network for the images; the first `training` of them give the statistics for normalisation. */
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

/** Default learning rates for networks with batch normalisation. */
const LEARNING_RATES: Partial<Record<OptimizerName, number>> = {
  adam: 0.005,
  adamW: 0.005,
  rmsprop: 0.002,
  sgd: 0.1,
  adagrad: 0.05,
  adadelta: 1,
  adamax: 0.005,
  nadam: 0.005,
};

/** The default rates, for the help: `adam 0.005, adamW 0.005`. */
export const defaultRates = Object.entries(LEARNING_RATES)
  .map(([name, rate]) => `${name} ${rate}`)
  .join(', ');

/** The learning rate over the `decaySteps` of a run. */
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
  readonly optimizer: OptimizerName;
  readonly learningRate?: number;
  readonly schedule: keyof typeof schedules;
  readonly momentum?: number;
}

/** The optimizer that the flags describe, for a run of `steps` updates. */
export function buildOptimizer(options: OptimizerOptions, steps: number): Optimizer {
  const { optimizer, momentum, schedule } = options;
  const initialLearningRate = options.learningRate ?? LEARNING_RATES[optimizer] ?? 0.001;
  const learningRate = schedules[schedule]({ initialLearningRate, decaySteps: steps });
  if (momentum === undefined) return optimizers[optimizer]({ learningRate });
  if (optimizer === 'sgd') return sgd({ learningRate, momentum });
  if (optimizer === 'rmsprop') return rmsprop({ learningRate, momentum });
  throw new ValueError({
    op: 'train',
    got: `--momentum with ${optimizer}`,
    expected: '--momentum with sgd or rmsprop',
    fix: 'Omit --momentum, or use one of these optimizers.',
  });
}
