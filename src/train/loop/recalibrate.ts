import { innerScope } from '../../core/tensor/lifetime.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import type { Dataset } from '../../data/dataset/dataset.ts';
import type { BatchNormalizationOptions } from '../../nn/layers/core.ts';
import { type Layer, withForwardHook } from '../../nn/network/layer.ts';
import type { Network } from '../../nn/network/network.ts';
import { batchNormTraining } from '../../ops/normalize/batchNorm.ts';
import { CapturedSteps } from './steps.ts';

/**
 * Replaces the running statistics of batch normalization layers by those of a whole data set. Each layer takes one pass over the
 * data in inference mode, after the layers before it have their new statistics. Frozen layers keep theirs. Batches are merged in
 * float64 (Chan et al.), so their size does not matter.
 * @see Ioffe and Szegedy (2015), "Batch normalization", algorithm 2; it corrects the variance by m / (m - 1), unlike Keras and
 * this function.
 */
export async function recalibrate(network: Network, data: Dataset, batchSize: number): Promise<void> {
  for (const layer of network.layers) {
    if (layer.kind !== 'batchNormalization' || !layer.trainable) continue;
    const { mean, variance } = await statisticsOf(network, layer, { data, batchSize });
    layer.weights.movingMean.assign(mean);
    layer.weights.movingVariance.assign(variance);
  }
}

async function statisticsOf(
  network: Network,
  layer: Layer,
  { data, batchSize }: { readonly data: Dataset; readonly batchSize: number },
): Promise<{ mean: Float64Array; variance: Float64Array }> {
  const steps = new CapturedSteps(network, (size) => inputStatistics(network, layer, data.nextBatch(size).x));
  const { size: channels } = layer.weights.movingMean;
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels); // sums of squared deviations, divided by the elements of a sample
  let seen = 0;
  try {
    data.rewind();
    for (const size of data.batchSizes(batchSize)) {
      const [means, variances] = innerScope(() => steps.run(size));
      const [batchMean, batchVariance] = await Promise.all([means.data(), variances.data()]);
      means.dispose();
      variances.dispose();
      const total = seen + size;
      for (let c = 0; c < channels; c++) {
        const apart = batchMean[c] - mean[c];
        mean[c] += (apart * size) / total;
        squares[c] += batchVariance[c] * size + (apart ** 2 * seen * size) / total;
      }
      seen = total;
    }
  } finally {
    steps.dispose();
  }
  return { mean, variance: squares.map((sum) => sum / seen) };
}

/** Mean and variance of each channel of a layer's input for a batch. */
function inputStatistics(network: Network, layer: Layer, x: Tensor): readonly Tensor[] {
  const { gamma, beta } = layer.weights;
  const { axis = -1 }: BatchNormalizationOptions = layer.options;
  let statistics: readonly Tensor[] = [];
  withForwardHook(
    (each, { input }) => {
      if (each === layer) statistics = batchNormTraining.outputs(input, gamma, beta, { axis }).slice(1);
    },
    () => network.call(x),
  );
  return statistics;
}
