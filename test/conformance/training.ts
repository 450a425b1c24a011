// Batch normalisation over several batches, and runs of `fit`, through the model API.

import { batchNormalization, dense, scope, sequential } from '../../src/node.ts';
import { Case, type Output, outputsOf, type Translation } from './case.ts';
import { optimizerOf } from './optimizers.ts';

export const runBatchNormCase: Translation = async (given) => {
  const c = new Case(given);
  const layer = batchNormalization({
    axis: c.number('axis'),
    momentum: c.number('momentum'),
    epsilon: c.number('epsilon'),
    inputShape: c.tensor('x@1').shape.slice(1),
  });
  const model = sequential([layer]);
  return scope(async () => {
    model.build(c.tensor('x@1').shape.slice(1));
    const { gamma, beta, movingMean, movingVariance } = layer.weights;
    gamma.assign(c.numbers('gamma'));
    beta.assign(c.numbers('beta'));
    const outputs: Output[] = [];
    for (const batch of c.names.filter((name) => name.startsWith('x@'))) {
      const step = batch.slice(1);
      const y = model.call(c.tensor(batch), true);
      const results = {
        [`train_output${step}`]: y,
        [`moving_mean${step}`]: movingMean,
        [`moving_variance${step}`]: movingVariance,
      };
      outputs.push(...(await outputsOf(results)));
    }
    outputs.push(...(await outputsOf({ inference_output: model.call(c.tensor('x_inference')) })));
    model.dispose();
    return outputs;
  });
};

interface DenseLayer {
  readonly units: number;
  readonly kernel: string;
  readonly bias: string | null;
}

interface FitAttributes {
  readonly model: readonly DenseLayer[];
  readonly loss: string;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly batch_size: number;
}

export const runFitCase: Translation = async (given) => {
  const c = new Case(given);
  const {
    model: layers,
    loss,
    optimizer: described,
    epochs,
    batch_size: batchSize,
  } = given.attrs as unknown as FitAttributes; // as the format of these cases says
  const optimizer = optimizerOf(described);
  if (optimizer === null) return null;
  return scope(async () => {
    const model = sequential(
      layers.map(({ units, kernel, bias }) =>
        dense({
          units,
          kernelInitializer: kernel,
          ...(bias === null ? { useBias: false } : { biasInitializer: bias }),
        }),
      ),
    );
    model.compile({ loss, optimizer });
    const { history } = await model.fit(c.tensor('x'), c.tensor('y'), { epochs, batchSize, shuffle: false });
    const outputs = await outputsOf({ final_kernel: model.parameters[0] });
    model.dispose();
    return [...outputs, { name: 'epoch_loss_history', shape: [epochs], data: Float64Array.from(history.loss) }];
  });
};
