import { ValueError } from '../core/errors.ts';
import { type Dataset, type Samples, shapedSamples } from '../data/dataset/dataset.ts';
import { sampleWeights } from '../data/dataset/sampleWeights.ts';
import type { FittedModel } from './callbacks/callback.ts';
import { datasetFor } from './datasets.ts';
import { checkFitOptions, type FitOptions, type History } from './fitOptions.ts';
import { FitRun } from './loop/fitRun.ts';

/** The number of samples to train on if a fraction validates: rounded down, as in Keras. */
export const trainingCount = (count: number, validationSplit: number): number =>
  Math.floor(count * (1 - validationSplit));

/** `model.fit`: makes the data sets and trains on them. */
export async function fit(
  model: FittedModel,
  samples: { readonly x: Samples; readonly y: Samples },
  options: FitOptions,
): Promise<History> {
  checkFitOptions(options);
  const { validationSplit = 0, validationData, residentBytes, sampleWeight, classWeight } = options;
  const x = shapedSamples('fit', 'x', samples.x);
  const y = shapedSamples('fit', 'y', samples.y);
  const [count] = x.shape;
  const training = trainingCount(count, validationSplit);
  if (count > 0 && training === 0) throw emptySplit(validationSplit, count);
  const areClasses = model.compiled.loss.targets?.kind === 'classes';
  const weight = await sampleWeights(y, { sampleWeight, classWeight }, { training, areClasses });
  const all = await datasetFor(model.compiled, { x, y }, { residentBytes, weight });
  const owned = [all];
  try {
    let trainingData = all;
    let validation: Dataset | undefined;
    if (validationData !== undefined) {
      const [xValidation, labels, given] = validationData;
      const yValidation = shapedSamples('fit', 'the y of validationData', labels);
      const validationWeight = await sampleWeights(yValidation, { sampleWeight: given });
      validation = await datasetFor(
        model.compiled,
        { x: xValidation, y: yValidation },
        { residentBytes, weight: validationWeight },
      );
      owned.push(validation);
    } else if (validationSplit > 0) {
      [trainingData, validation] = all.split(count - training);
      owned.push(trainingData, validation);
    }
    return await new FitRun(model, { training: trainingData, validation, options }).train();
  } finally {
    for (const data of owned) data.dispose();
  }
}

const emptySplit = (validationSplit: number, count: number): ValueError =>
  new ValueError({
    op: 'fit',
    got: `validationSplit ${validationSplit} of ${count} samples, which leaves none to train on`,
    expected: 'at least one sample to train on',
    fix: 'Lower validationSplit, pass validationData, or leave it out.',
  });
