import { type Checks, checkValues, count, fraction } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import { type Samples, type ShapedSamples, shapedSamples } from '../data/dataset/dataset.ts';
import { dense, dropout } from '../nn/layers/core.ts';
import { isSequential } from '../nn/network/graph.ts';
import { adam, type Optimizer } from '../optim/index.ts';
import { verbosity } from './callbacks/progress.ts';
import type { FitOptions, History } from './fitOptions.ts';
import { type Model, sequential } from './model.ts';

/** Options of `pretrain`. */
export interface PretrainOptions extends Pick<FitOptions, 'epochs' | 'batchSize' | 'residentBytes' | 'verbose'> {
  /** The fraction of an encoder's inputs that is set to 0, at least 0 and below 1; default 0.3. */
  readonly corruption?: number;
  /** Returns the optimizer of each autoencoder; default `() => adam()`. */
  readonly optimizer?: () => Optimizer;
}

const CHECKS: Checks<keyof PretrainOptions> = {
  corruption: fraction,
  epochs: count,
  batchSize: count,
  residentBytes: count,
  verbose: verbosity,
  optimizer: [(value) => typeof value === 'function', 'a function that makes one: () => adam()'],
};

/**
 * Greedy layer-wise pre-training without labels. Each dense layer except the last, with the layers up to the next dense one,
 * becomes the encoder of a denoising autoencoder, which learns to restore its inputs from corrupted ones. Its outputs are the
 * inputs of the next autoencoder. The model keeps the weights of the encoders; train it on the labels afterwards.
 * @param model a sequential model whose first dense layer takes vectors.
 * @param samples `[n, ...inputShape]`.
 * @returns the history of each autoencoder; the loss is the mean squared error.
 * @throws ValueError if the model has no hidden dense layer or is not sequential; ShapeError if images reach a dense layer.
 * @see Bengio et al. (2007), "Greedy layer-wise training of deep networks"; Vincent et al. (2008), "Extracting and composing
 * robust features with denoising autoencoders".
 */
export async function pretrain(
  model: Model,
  samples: Samples,
  options: PretrainOptions = {},
): Promise<readonly History[]> {
  const { corruption = 0.3, optimizer: makeOptimizer = () => adam(), epochs = 1, verbose, ...batches } = options;
  checkValues('pretrain', options, CHECKS);
  const x = shapedSamples('pretrain', 'x', samples);
  model.build(x.shape.slice(1));
  const { layers } = model;
  const places = layers.flatMap(({ kind }, i) => (kind === 'dense' ? [i] : []));
  if (!isSequential(model.graph) || places.length < 2) {
    throw new ValueError({
      op: 'pretrain',
      got: `a model with ${places.length} dense layers${isSequential(model.graph) ? '' : ' in a graph'}`,
      expected: 'a sequential model with two or more dense layers, as the last one is not pre-trained',
      fix: 'Make it with sequential([...]).',
    });
  }
  const histories: History[] = [];
  for (const [k, first] of places.slice(0, -1).entries()) {
    const encoder = layers.slice(first, places[k + 1]);
    if (first === 0) {
      histories.push(await restore(x));
    } else {
      using before = sequential(layers.slice(0, first)); // the layers' own weights
      using features = await before.predict(x, batches);
      histories.push(await restore(features));
    }

    async function restore(inputs: ShapedSamples): Promise<History> {
      const shape = inputs.shape.slice(1);
      if (shape.length !== 1) throw notVectors(shape);
      const decoder = dense({ units: shape[0], name: `decoder of ${model.names[first]}` });
      using autoencoder = sequential([dropout({ rate: corruption }), ...encoder, decoder]);
      autoencoder.compile({ optimizer: makeOptimizer(), loss: 'meanSquaredError' });
      return await autoencoder.fit(inputs, inputs, { ...batches, epochs, ...(verbose !== undefined && { verbose }) });
    }
  }
  return histories;
}

const notVectors = (shape: Shape): ShapeError =>
  new ShapeError({
    op: 'pretrain',
    got: `samples of shape ${formatShape(shape)} before a dense layer`,
    expected: 'vectors',
    fix: 'Start the model with flatten().',
  });
