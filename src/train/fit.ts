import { ValueError } from '../errors.ts';
import { type Dataset, type Samples, shapeOf } from './dataset.ts';
import { checkFitOptions, type FitOptions, type History } from './fitOptions.ts';
import type { Model } from './model.ts';
import { Run } from './run.ts';
import { sampleWeights } from './sampleWeights.ts';
import type { Trained } from './step.ts';

/** What is behind `model.fit`: it makes the data sets, and lets a run go through them. */
export async function fit(
  model: Model,
  trained: Trained,
  { x, y }: { readonly x: Samples; readonly y: Samples },
  options: FitOptions,
): Promise<History> {
  checkFitOptions(options);
  const { validationSplit = 0, validationData, residentBytes, sampleWeight, classWeight } = options;
  const count = shapeOf(x)[0];
  const split = validationData === undefined ? Math.floor(count * validationSplit) : 0;
  if (validationSplit > 0 && split === 0) throw emptySplit(validationSplit, count);
  const weight = await sampleWeights(y, { sampleWeight, classWeight }, count - split);
  const all = await model.dataset(x, y, { residentBytes, weight });
  const owned = [all];
  try {
    let training = all;
    let validation: Dataset | undefined;
    if (validationData !== undefined) {
      const [xOfIt, yOfIt, given] = validationData;
      const weightOfIt = await sampleWeights(yOfIt, { sampleWeight: given });
      validation = await model.dataset(xOfIt, yOfIt, { residentBytes, weight: weightOfIt });
      owned.push(validation);
    } else if (validationSplit > 0) {
      [training, validation] = all.split(split);
      owned.push(training, validation);
    }
    return await new Run(model, trained, { training, validation, options }).train();
  } finally {
    for (const data of owned) data.dispose();
  }
}

const emptySplit = (validationSplit: number, count: number): ValueError =>
  new ValueError({
    op: 'fit',
    got: `validationSplit ${validationSplit} of ${count} samples, which is none`,
    expected: 'at least one sample to validate on',
    fix: `Set it to ${+(1 / count).toPrecision(2)} or more, pass validationData, or leave it out.`,
  });
