import type { LabelledImages } from '../data/mnist.ts';
import { statistics } from '../data/statistics.ts';
import { ValueError } from '../errors.ts';
import type { ActivationName } from '../nn/activations.ts';
import type { Layer } from '../nn/layer.ts';
import { activation, batchNormalization, dense, dropout, flatten, normalization } from '../nn/layers.ts';
import { adam, adamW, type Optimizer, rmsprop, sgd } from '../optim/index.ts';
import { sizeOf } from '../shape.ts';
import { type Model, sequential } from '../train/model.ts';

/** What the flags of `train` say about the network. */
export interface NetworkOptions {
  readonly layers: readonly number[];
  readonly activation: ActivationName;
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

/** The optimizers that have a flag. */
export const optimizers = { adam, adamW, rmsprop, sgd };

export interface OptimizerOptions {
  readonly optimizer: keyof typeof optimizers;
  readonly learningRate?: number;
  readonly momentum?: number;
}

/** The optimizer that the flags describe; what they leave out is the optimizer's own default. */
export function buildOptimizer({ optimizer, learningRate, momentum }: OptimizerOptions): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate };
  if (momentum === undefined) return optimizers[optimizer](rate);
  if (optimizer === 'sgd' || optimizer === 'rmsprop') return optimizers[optimizer]({ ...rate, momentum });
  throw new ValueError({
    op: 'train',
    got: `--momentum with ${optimizer}`,
    expected: '--momentum with sgd or rmsprop',
    fix: 'Leave it out, or name one of these optimizers.',
  });
}
