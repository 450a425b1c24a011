import { type Check, checkOptions, checkValue, flag } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { kFold } from '../data/folds.ts';
import { type HostNumbers, hostArrayOf } from '../data/hostArray.ts';
import { samplesAt } from '../data/samples.ts';
import { checkLabelCount } from '../data/split.ts';
import { isRecord } from '../io/json.ts';
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
  /** How each model is fitted; nothing is shown unless `verbose` says so. */
  readonly fit?: FitOptions;
}

const maker: Check = [
  (value) => typeof value === 'function' && !(value instanceof Model),
  'a function that makes a model',
];
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
    got: `from makeModel, for fold ${fold + 1}, the model of an earlier fold`,
    expected: 'a new one for each fold, untrained',
    fix: 'Make model and optimizer inside makeModel.',
  });

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
