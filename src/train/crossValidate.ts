import { kFold } from '../data/folds.ts';
import { checkHostArray } from '../data/hostArray.ts';
import { type Labels, samplesAt, withShape } from '../data/samples.ts';
import { checkLabelCount } from '../data/split.ts';
import { type Check, checkOptions, checkValue, flag, func } from '../options.ts';
import type { HostArray } from '../tensor.ts';
import type { FitOptions } from './fitOptions.ts';
import { Model } from './model.ts';

export interface CrossValidationOptions {
  /** How many models are trained, each tested on another part of the samples; default 5. */
  readonly folds?: number;
  /** Whether the parts are drawn at random; default true. */
  readonly shuffle?: boolean;
  /** Decides the parts; default 0. */
  readonly seed?: number;
  /** Whether every part has the same shares of the classes; default false. */
  readonly stratify?: boolean;
  /** How each model is fitted. */
  readonly fit?: FitOptions;
}

const aModel: Check = [(value) => value instanceof Model, 'a compiled model, returned by makeModel'];

/** Loss and metrics by name. */
type Scores = Readonly<Record<string, number>>;

export interface CrossValidation {
  /** On the part that a model did not see, one entry per fold. */
  readonly scores: readonly Scores[];
  readonly mean: Scores;
  /** The sample deviation over the folds: the sum of squares is divided by their number less one. */
  readonly deviation: Scores;
}

/**
 * Trains a new model on all folds but one and evaluates it on that one, for each fold in turn.
 * @param makeModel makes a compiled model with an optimizer of its own; both are freed after their fold.
 * @param x `[samples, ...]`. @param y labels, one each.
 */
export async function crossValidate(
  makeModel: (fold: number) => Model,
  x: HostArray,
  y: Labels,
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  checkOptions('crossValidate', options, ['folds', 'shuffle', 'seed', 'stratify', 'fit']);
  const { stratify = false, fit = {}, ...cut } = options;
  checkValue('crossValidate', 'makeModel', makeModel, func);
  checkValue('crossValidate', 'stratify', stratify, flag);
  checkHostArray('crossValidate', 'x', x);
  const labels = withShape('crossValidate', 'y', y);
  checkLabelCount('crossValidate', x, labels);
  const { batchSize = 32, residentBytes } = fit;
  const batches = { batchSize, ...(residentBytes !== undefined && { residentBytes }) };
  const scores: Scores[] = [];
  for (const [fold, { train, test }] of kFold(stratify ? labels : x.shape[0], cut).entries()) {
    const model = makeModel(fold);
    checkValue('crossValidate', 'model', model, aModel);
    try {
      await model.fit(samplesAt(x, train), samplesAt(labels, train), fit);
      scores.push(await model.evaluate(samplesAt(x, test), samplesAt(labels, test), batches));
    } finally {
      model.optimizer.dispose();
      model.dispose();
    }
  }
  const overFolds = (summary: (values: readonly number[]) => number): Scores =>
    Object.fromEntries(Object.keys(scores[0]).map((name) => [name, summary(scores.map((each) => each[name]))]));
  return { scores, mean: overFolds(meanOf), deviation: overFolds(deviationOf) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
