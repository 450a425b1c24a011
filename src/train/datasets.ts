import type { Device } from '../core/device.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { Tensor } from '../core/tensor/tensor.ts';
import {
  Dataset,
  type DatasetOptions,
  type Samples,
  type ShapedSamples,
  shapedSamples,
} from '../data/dataset/dataset.ts';
import { vocabularyOf } from '../nn/network/graph.ts';
import type { Trainable } from './trainable.ts';

/** Puts samples and labels on the device, checked against the network and its loss; builds the network if necessary. */
export async function datasetFor(
  { network, loss }: Pick<Trainable, 'network' | 'loss'>,
  { x, y }: { readonly x: Samples; readonly y: Samples },
  { op = 'fit', ...options }: Omit<DatasetOptions, 'rule'> = {},
): Promise<Dataset> {
  const { inputs } = network.graph;
  if (inputs.length > 1) {
    throw new ValueError({
      op: 'model',
      got: `a model with ${inputs.length} inputs`,
      expected: 'a model with one input, because fit, evaluate and trainOnBatch take samples from one array',
      fix: 'Use predict or call, or take gradients with valueAndGrad(() => loss(y, model.call([a, b], true)), ...).',
    });
  }
  const samples = shapedSamples(op, 'x', x);
  network.build(samples.shape.slice(1));
  const rule = {
    targets: loss.targets,
    classes: network.outputShape.at(-1) ?? 1,
    vocabulary: vocabularyOf(network.graph),
  };
  return Dataset.of(network.device, samples, y, { op, rule, ...options });
}

/** The samples for each input of a model; for several inputs x is a list. */
export function samplesOf(x: Samples | readonly Samples[], inputs: number): readonly ShapedSamples[] {
  if (inputs === 1) return [shapedSamples('predict', 'x', x as Samples)]; // a list here is nested arrays
  if (Array.isArray(x) && x.length === inputs) return x.map((each, i) => shapedSamples('predict', `input ${i}`, each));
  throw new ShapeError({
    op: 'predict',
    got: Array.isArray(x) ? `${x.length} inputs` : `${x instanceof Tensor ? 'a tensor' : typeof x}`,
    expected: `a list of ${inputs}, one for each input of the model`,
    fix: 'Pass a list in the order of the inputs: [a, b].',
  });
}

interface DatasetsOptions {
  readonly residentBytes: number | undefined;
  /** The size of the vocabulary of each input, if it holds ids. */
  readonly vocabularies: readonly (number | undefined)[];
}

/** A data set for each input. @throws ShapeError unless all have the same number of samples. */
export async function datasetsOf(
  device: Device,
  inputs: readonly ShapedSamples[],
  { residentBytes, vocabularies }: DatasetsOptions,
): Promise<readonly Dataset[]> {
  const data: Dataset[] = [];
  const free = (): void => {
    for (const each of data) each.dispose();
  };
  try {
    for (const [i, each] of inputs.entries()) {
      const rule = { vocabulary: vocabularies[i] };
      data.push(await Dataset.of(device, each, undefined, { op: 'predict', residentBytes, rule }));
    }
  } catch (error) {
    free();
    throw error;
  }
  const sizes = data.map(({ size }) => size);
  if (sizes.every((size) => size === sizes[0])) return data;
  free();
  throw new ShapeError({
    op: 'predict',
    got: `${sizes.join(' and ')} samples`,
    expected: 'the same number for each input',
    fix: 'Pass as many samples for each input.',
  });
}
