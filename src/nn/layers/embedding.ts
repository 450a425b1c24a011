import { byName, count, required } from '../../core/checks.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { gather } from '../../ops/movement/gather.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

export interface EmbeddingOptions extends LayerOptions {
  /** Size of the vocabulary: ids go from 0 to `inputDim - 1`. */
  readonly inputDim: number;
  /** Length of each vector. */
  readonly outputDim: number;
  /** Makes the first vectors; default `randomUniform`, from -0.05 to 0.05. */
  readonly embeddingsInitializer?: Initializer | string;
}

/**
 * Looks up a learned vector for each id: `y[..., :] = embeddings[x[...], :]`. Input `[batch, ...]`, i32 or f32; output
 * `[batch, ..., outputDim]`, f32. Weight: `embeddings` `[inputDim, outputDim]`.
 * `fit`, `evaluate`, `predict` and `trainOnBatch` refuse samples with ids that are not whole or not below `inputDim`. In your
 * own step, f32 ids are truncated, negative ids count from the end, and ids out of range take the first or last vector.
 * @throws ValueError for options that are no whole numbers of 1 or more.
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
