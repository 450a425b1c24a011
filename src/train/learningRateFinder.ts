import { checkValues, count, countFrom2, fraction, positive } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { innerScope } from '../core/tensor/lifetime.ts';
import type { Samples } from '../data/dataset/dataset.ts';
import { datasetFor } from './datasets.ts';
import { Snapshot } from './loop/snapshot.ts';
import { CapturedSteps } from './loop/steps.ts';
import { buildOptimizer, disposeValues, evaluateWith, evaluationSteps, readLoss, trainStep } from './loop/trainStep.ts';
import type { Model } from './model.ts';
import { type Trainable, whileTraining } from './trainable.ts';

/** Options of `findLearningRate`. */
export interface FindLearningRateOptions {
  /** The first learning rate, above 0; default 1e-6. */
  readonly minLearningRate?: number;
  /** The last learning rate, at least `minLearningRate`; default 10. */
  readonly maxLearningRate?: number;
  /** Number of minibatches, 2 or more; default 100. */
  readonly steps?: number;
  /** Samples per minibatch; default 32. */
  readonly batchSize?: number;
  /** The decay b of the loss's exponential moving average, at least 0 and below 1; default 0.9, with `validationData` 0. */
  readonly smoothing?: number;
  /** Samples and labels whose loss replaces the minibatch's, computed after each step; default none. */
  readonly validationData?: readonly [x: Samples, y: Samples];
}

/** The result of the learning-rate range test. */
export interface LearningRates {
  /** The rates that were tried, ascending. */
  readonly learningRates: readonly number[];
  /** The smoothed loss at each rate. */
  readonly losses: readonly number[];
  /**
   * A range of rates that train well: where the loss has fallen by 10 % to 90 % of the way to its minimum. Undefined if it did
   * not fall by more than its noise.
   */
  readonly suggestion: { readonly low: number; readonly high: number } | undefined;
}

/** The test ends when the loss exceeds this multiple of its minimum. */
const DIVERGED = 4;
/**
 * The loss must fall by this many standard deviations of its noise. Of simulated losses that were pure noise, normal or skewed,
 * 1 in 300 passed with the default options, and 1 in 50 at worst (300 steps, smoothing 0.5).
 */
const BEYOND_CHANCE = 4;

/**
 * The learning-rate range test: the rate grows exponentially with every minibatch, and the loss shows where learning starts and
 * where it diverges. The loss is smoothed: `m = b m + (1 - b) loss`, divided by `1 - b^t`. The test ends early when the smoothed
 * loss exceeds 4 times its minimum or is not finite. With `validationData`, the loss of each rate is the validation loss after its
 * step. Weights, optimizer and random numbers are restored.
 * @param model a compiled model. @param x samples, `[n, ...inputShape]`. @param y labels, one per sample.
 * @throws ValueError if an option is out of range or the first loss is not finite; ShapeError if the data do not match the model.
 * @see Smith (2017), "Cyclical learning rates for training neural networks".
 */
export async function findLearningRate(
  model: Model,
  x: Samples,
  y: Samples,
  options: FindLearningRateOptions = {},
): Promise<LearningRates> {
  const settings = settingsOf(options);
  return whileTraining('findLearningRate', model, () => find(model.compiled, { x, y }, settings));
}

async function find(
  trainable: Trainable,
  samples: { readonly x: Samples; readonly y: Samples },
  { minLearningRate, maxLearningRate, steps: count, batchSize, smoothing, validationData }: Settings,
): Promise<LearningRates> {
  const { network, optimizer } = trainable;
  const data = await datasetFor(trainable, samples, { op: 'findLearningRate' });
  const { random } = network;
  const size = Math.min(batchSize, data.size);
  const steps = new CapturedSteps(network, (rows) => trainStep(trainable, data.nextBatch(rows)));
  const before = { learningRate: optimizer.learningRate, stream: random.peekStream() };
  let snapshot: Snapshot | undefined;
  let validation: Awaited<ReturnType<typeof validationOf>> | undefined;
  const learningRates: number[] = [];
  const losses: number[] = [];
  const unsmoothed: number[] = [];
  try {
    await steps.prepare([size]);
    if (validationData) validation = await validationOf(trainable, validationData, batchSize);
    buildOptimizer(trainable);
    snapshot = new Snapshot(trainable);
    let mean = 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (let t = 0; t < count; t++) {
      const batch = t % Math.floor(data.size / size); // whole batches only, shuffled anew in each pass
      if (batch === 0) {
        data.shuffle(random);
        data.rewind();
      }
      const rate = minLearningRate * (maxLearningRate / minLearningRate) ** (t / Math.max(1, count - 1));
      optimizer.learningRate = rate;
      const values = innerScope(() => steps.run(size));
      const own = validation ? await validation.loss() : await readLoss(values, trainable);
      mean = smoothing * mean + (1 - smoothing) * own;
      disposeValues(values);
      const loss = mean / (1 - smoothing ** (t + 1));
      smallest = Math.min(smallest, loss);
      if (!(loss <= DIVERGED * smallest)) break;
      learningRates.push(rate);
      losses.push(loss);
      unsmoothed.push(own);
    }
  } finally {
    snapshot?.restore();
    snapshot?.dispose();
    optimizer.learningRate = before.learningRate;
    random.returnTo(before.stream);
    steps.dispose();
    validation?.dispose();
    data.dispose();
  }
  if (losses.length === 0) {
    throw new ValueError({
      op: 'findLearningRate',
      got: 'a first loss that is not finite',
      expected: 'a number',
      fix: 'Look for extreme values in the data, and check the initializers.',
    });
  }
  const least = losses.indexOf(leastOf(losses));
  const falls = hasFallen(unsmoothed.slice(0, least + 1), losses[least], smoothing);
  return { learningRates, losses, suggestion: falls ? suggest(learningRates, losses) : undefined };
}

/** The loss on validation data, with the weights of the moment. */
async function validationOf(
  trainable: Trainable,
  [x, y]: readonly [x: Samples, y: Samples],
  batchSize: number,
): Promise<{ readonly loss: () => Promise<number>; readonly dispose: () => void }> {
  const data = await datasetFor(trainable, { x, y }, { op: 'findLearningRate' });
  const steps = evaluationSteps(trainable, data);
  await steps.prepare([...data.batchSizes(batchSize)]);
  return {
    loss: async () => (await evaluateWith(trainable, { data, batchSize, steps })).loss,
    dispose: () => {
      steps.dispose();
      data.dispose();
    },
  };
}

type Settings = Required<Omit<FindLearningRateOptions, 'validationData'>> & {
  readonly validationData: FindLearningRateOptions['validationData'] | undefined;
};

function settingsOf(options: FindLearningRateOptions): Settings {
  const {
    minLearningRate = 1e-6,
    maxLearningRate = 10,
    steps = 100,
    batchSize = 32,
    validationData,
    smoothing = validationData ? 0 : 0.9,
  } = checkValues('findLearningRate', options, {
    minLearningRate: positive,
    maxLearningRate: positive,
    steps: countFrom2,
    batchSize: count,
    smoothing: fraction,
    validationData: [(value) => Array.isArray(value) && value.length === 2, 'a list [x, y]'],
  });
  if (minLearningRate <= maxLearningRate) {
    return { minLearningRate, maxLearningRate, steps, batchSize, smoothing, validationData };
  }
  throw new ValueError({
    op: 'findLearningRate',
    got: `minLearningRate ${minLearningRate} and maxLearningRate ${maxLearningRate}`,
    expected: 'a maximum that is not below the minimum',
    fix: 'Correct the range.',
  });
}

const leastOf = (losses: readonly number[]): number => losses.reduce((a, b) => Math.min(a, b));

/**
 * Whether losses have fallen by more than chance, from the mean of their first half to `end`, their smoothed mean. The noise is
 * estimated from the differences of neighbours, whose variance is twice that of the noise; a slow fall hardly affects them.
 * @see von Neumann et al. (1941), "The mean square successive difference".
 */
function hasFallen(losses: readonly number[], end: number, smoothing: number): boolean {
  const { length } = losses;
  const half = Math.ceil(length / 2);
  const start = losses.slice(0, half).reduce((sum, loss) => sum + loss, 0) / half;
  const squares = losses.slice(1).reduce((sum, loss, i) => sum + (loss - losses[i]) ** 2, 0);
  const rounding = 2 ** -24 * Math.abs(start); // of float32, where every batch has the same loss
  const noise = Math.max(rounding, Math.sqrt(squares / (2 * Math.max(1, length - 1))));
  const kept = smoothing ** length;
  const ofEnd = ((1 - smoothing) / (1 + smoothing)) * ((1 + kept) / (1 - kept)); // the sum of the squares of its weights
  return start - end > BEYOND_CHANCE * noise * Math.sqrt(1 / half + ofEnd);
}

function suggest(
  learningRates: readonly number[],
  losses: readonly number[],
): { readonly low: number; readonly high: number } {
  const fall = losses[0] - leastOf(losses);
  const whereDone = (share: number): number =>
    learningRates[losses.findIndex((loss) => losses[0] - loss >= share * fall)];
  return { low: whereDone(0.1), high: whereDone(0.9) };
}
