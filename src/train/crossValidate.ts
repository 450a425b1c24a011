import { type Check, checkOptions, checkValue, flag } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { kFold } from '../data/folds.ts';
import { type HostNumbers, hostArrayOf } from '../data/hostArray.ts';
import { samplesAt } from '../data/samples.ts';
import { checkLabelCount } from '../data/split.ts';
import { isRecord } from '../io/json.ts';
import type { FitOptions } from './fitOptions.ts';
import { Model } from './model.ts';

/** Options of `crossValidate`. */
export interface CrossValidationOptions {
  /** Number of folds, and of models to train, 2 or more; default 5. */
  readonly folds?: number;
  /** Whether samples are assigned to folds at random; default true. */
  readonly shuffle?: boolean;
  /** Seed of the folds, a 32-bit integer; default 0. */
  readonly seed?: number;
  /** Whether every fold has the same proportions of classes; default false. */
  readonly stratify?: boolean;
  /** Options of each `model.fit`; `verbose` defaults to 0. */
  readonly fit?: FitOptions;
}

const maker: Check = [
  (value) => typeof value === 'function' && !(value instanceof Model),
  'a function that makes a model',
];
const aModel: Check = [(value) => value instanceof Model, 'a compiled model, returned by makeModel'];

type Scores = Readonly<Record<string, number>>;

/** What `crossValidate` returns. */
export interface CrossValidation {
  /** Loss and metrics of each fold, on the samples held out from its model. */
  readonly scores: readonly Scores[];
  /** The mean over the folds. */
  readonly mean: Scores;
  /** The standard deviation over the folds, `sqrt(sum((score - mean)^2) / (folds - 1))`. */
  readonly deviation: Scores;
}

/**
 * k-fold cross-validation: for each fold, trains a new model on the other folds and evaluates it on this one.
 * @param makeModel returns a new compiled model with its own optimizer; both are freed after the fold.
 * @param x samples, `[n, ...]`. @param y labels, one per sample.
 * @returns loss and metrics of each fold, their means and standard deviations.
 * @throws ValueError if an option is out of range, there are more folds than samples, or a model is used twice; errors of `fit`.
 * @see Stone (1974), "Cross-validatory choice and assessment of statistical predictions".
 */
export async function crossValidate(
  makeModel: (fold: number) => Model,
  x: HostNumbers,
  y: HostNumbers,
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  checkOptions('crossValidate', options, ['folds', 'shuffle', 'seed', 'stratify', 'fit']);
  const { stratify = false, fit: given = {}, ...cut } = options;
  checkValue('crossValidate', 'makeModel', makeModel, maker);
  checkValue('crossValidate', 'stratify', stratify, flag);
  checkValue('crossValidate', 'fit', given, [isRecord, 'an object of options of model.fit']);
  const samples = hostArrayOf('crossValidate', 'x', x);
  const labels = hostArrayOf('crossValidate', 'y', y);
  checkLabelCount('crossValidate', samples, labels);
  const fit: FitOptions = { verbose: 0, ...given };
  const { batchSize = 32, residentBytes } = fit;
  const batches = { batchSize, ...(residentBytes !== undefined && { residentBytes }) };
  const scores: Scores[] = [];
  const models = new Set<Model>();
  for (const [fold, { train, test }] of kFold(stratify ? labels : samples.shape[0], cut).entries()) {
    const model = makeModel(fold);
    checkValue('crossValidate', 'model', model, aModel);
    if (models.has(model)) throw sameModel(fold);
    models.add(model);
    try {
      await model.fit(samplesAt(samples, train), samplesAt(labels, train), fit);
      scores.push(await model.evaluate(samplesAt(samples, test), samplesAt(labels, test), batches));
    } finally {
      model.dispose();
    }
  }
  const overFolds = (summary: (values: readonly number[]) => number): Scores =>
    Object.fromEntries(Object.keys(scores[0]).map((name) => [name, summary(scores.map((each) => each[name]))]));
  return { scores, mean: overFolds(meanOf), deviation: overFolds(deviationOf) };
}

const sameModel = (fold: number): ValueError =>
  new ValueError({
    op: 'crossValidate',
    got: `the model of an earlier fold from makeModel, for fold ${fold + 1}`,
    expected: 'a new, untrained model for each fold',
    fix: 'Make the model and its optimizer inside makeModel.',
  });

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
