import { byName, count, required } from '../../core/checks.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import { gather } from '../../ops/movement/gather.ts';
import type { Initializer } from '../initializers.ts';
import { defineLayer } from '../network/defineLayer.ts';
import type { LayerOptions } from '../network/layer.ts';

/** Options of `embedding`. */
export interface EmbeddingOptions extends LayerOptions {
  /** Size of the vocabulary: ids range from 0 to `inputDim - 1`. */
  readonly inputDim: number;
  /** Length of each vector. */
  readonly outputDim: number;
  /** Initial vectors; default `randomUniform`, from -0.05 to 0.05. */
  readonly embeddingsInitializer?: Initializer | string;
}

/**
 * Looks up a learned vector for each id: `y[..., :] = embeddings[x[...], :]`. Input `[batch, ...]`, i32 or f32; output
 * `[batch, ..., outputDim]`, f32. Weight: `embeddings` `[inputDim, outputDim]`.
 * `fit`, `evaluate`, `predict` and `trainOnBatch` reject ids that are not whole numbers from 0 to `inputDim - 1`. In your own
 * step, f32 ids are truncated, negative ids count from the end, and ids out of range select the first or last vector.
 * @throws ValueError unless `inputDim` and `outputDim` are whole numbers of 1 or more.
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
