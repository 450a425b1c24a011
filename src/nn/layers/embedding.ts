import { byName, count, required } from '../../core/checks.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { gather } from '../../ops/movement/gather.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface EmbeddingOptions extends LayerOptions {
  /** How many different numbers there are: 0 to `inputDim - 1`. */
  readonly inputDim: number;
  /** The length of the vector that stands for each. */
  readonly outputDim: number;
  /** Default `randomUniform`, between -0.05 and 0.05. */
  readonly embeddingsInitializer?: Initializer | string;
}

/**
 * A learned vector for each whole number: `[batch, ...]` to `[batch, ..., outputDim]`. `fit`, `evaluate`, `predict` and
 * `trainOnBatch` refuse samples with other numbers than 0 to `inputDim - 1`; in a step of one's own numbers in f32 are
 * truncated, a negative one counts from the end, and one out of range takes the vector of the nearest end.
 */
export const embedding = defineLayer<EmbeddingOptions>(
  'embedding',
  { inputDim: required(count), outputDim: required(count), embeddingsInitializer: byName },
  ({ inputDim, outputDim, embeddingsInitializer = 'randomUniform' }) => ({
    vocabulary: inputDim,
    outputShape: (shape) => [...shape, outputDim],
    build: (addWeight) => addWeight('embeddings', [inputDim, outputDim], embeddingsInitializer),
    call: (x, { weights: { embeddings } }) => gather(embeddings, cast(x, 'i32')),
  }),
);
