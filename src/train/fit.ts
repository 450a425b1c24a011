import { ValueError } from '../core/errors.ts';
import { type Dataset, type Samples, shapedSamples } from '../data/dataset/dataset.ts';
import { sampleWeights } from '../data/dataset/sampleWeights.ts';
import type { FittedModel } from './callbacks/callback.ts';
import { datasetFor } from './datasets.ts';
import { checkFitOptions, type FitOptions, type History } from './fitOptions.ts';
import { FitRun } from './loop/fitRun.ts';

/** How many of some samples are trained on where a share of them validates: rounded down, as Keras does. */
export const trainingCount = (count: number, validationSplit: number): number =>
  Math.floor(count * (1 - validationSplit));

/** What is behind `model.fit`: it makes the data sets, and lets a run go through them. */
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
  const kept = trainingCount(count, validationSplit);
  if (count > 0 && kept === 0) throw emptySplit(validationSplit, count);
  const areClasses = model.compiled.loss.targets?.kind === 'classes';
  const weight = await sampleWeights(y, { sampleWeight, classWeight }, { training: kept, areClasses });
  const all = await datasetFor(model.compiled, { x, y }, { residentBytes, weight });
  const owned = [all];
  try {
    let training = all;
    let validation: Dataset | undefined;
    if (validationData !== undefined) {
      const [xOfIt, labels, given] = validationData;
      const yOfIt = shapedSamples('fit', 'the y of validationData', labels);
      const weightOfIt = await sampleWeights(yOfIt, { sampleWeight: given });
      validation = await datasetFor(model.compiled, { x: xOfIt, y: yOfIt }, { residentBytes, weight: weightOfIt });
      owned.push(validation);
    } else if (validationSplit > 0) {
      [training, validation] = all.split(count - kept);
      owned.push(training, validation);
    }
    return await new FitRun(model, { training, validation, options }).train();
  } finally {
    for (const data of owned) data.dispose();
  }
}

const emptySplit = (validationSplit: number, count: number): ValueError =>
  new ValueError({
    op: 'fit',
    got: `validationSplit ${validationSplit} of ${count} samples, which leaves none to train on`,
    expected: 'at least one sample to train on',
    fix: 'Take a smaller share, pass validationData, or leave it out.',
  });
