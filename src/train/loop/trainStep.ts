import { ShapeError, ValueError } from '../../core/errors.ts';
import { enterStep } from '../../core/random/state.ts';
import { formatShape } from '../../core/shape.ts';
import { checkReturned } from '../../core/tensor/checks.ts';
import { innerScope } from '../../core/tensor/lifetime.ts';
import type { Parameter } from '../../core/tensor/parameter.ts';
import { Tensor } from '../../core/tensor/tensor.ts';
import type { Batch, Dataset } from '../../data/dataset/dataset.ts';
import { Tape } from '../../engine/gradient.ts';
import type { Loss } from '../../nn/losses/defineLoss.ts';
import type { Metric } from '../../nn/losses/defineMetric.ts';
import type { Weighted } from '../../nn/losses/total.ts';
import { isolated, type Network } from '../../nn/network/network.ts';
import { penaltyOn } from '../../nn/regularizers.ts';
import { fullOn } from '../../ops/create/fill.ts';
import { add } from '../../ops/elementwise/binary.ts';
import { cast } from '../../ops/elementwise/cast.ts';
import type { Trainable } from '../trainable.ts';
import { CapturedSteps } from './steps.ts';
import { PENALTY, type Report, StepValues } from './stepValues.ts';

/** Numbers repeated names, as in Keras: `mean`, `mean_1`. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  for (const name of names) {
    let free = name;
    for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
    taken.add(free);
  }
  return [...taken];
}

/** Whether a weight, frozen or not, has a penalty. */
const hasPenalty = ({ parameters }: Network): boolean => parameters.some(({ regularizer }) => regularizer);

/** The sum of the penalties on trainable weights; undefined if no weight has a penalty. */
const penaltyOf = (network: Network): Tensor | undefined =>
  penaltyOn(network.trainableParameters) ?? (hasPenalty(network) ? fullOn(network.device, [], 0, 'f32') : undefined);

/** The values that a step reports: loss, metrics and, if the model has any, penalties. */
export function reportsOf({ network, loss, metrics }: Trainable): Report[] {
  const isPenalized = hasPenalty(network);
  const reports = [loss, ...metrics, ...(isPenalized ? [{}] : [])];
  // A metric named like the loss or the penalty gets a number.
  const [first, last, ...others] = uniqueNames(['loss', PENALTY, ...metrics.map(({ name }) => name || 'metric')]);
  return reports.map((report, i) => ({ ...report, name: [first, ...others, last][i] }));
}

/** The results of a step before its update. */
interface LossAndGradients {
  readonly predicted: Tensor;
  readonly loss: Weighted;
  /** The sum of the penalties on weights, if there are any. */
  readonly penalty: Tensor | undefined;
  readonly parameters: readonly Parameter[];
  /** Without the gradients of L1 and L2, which the optimizer adds. */
  readonly gradients: readonly Tensor[];
}

/** The value of a loss or metric for a batch. @throws ShapeError if it has more than one number. */
function batchValue(by: Loss | Metric, { y, weight }: Omit<Batch, 'x'>, predicted: Tensor): Weighted {
  const options = weight && { sampleWeight: weight };
  const result = by.weighted?.(y, predicted, options) ?? {
    value: options ? by(y, predicted, options) : by(y, predicted),
  };
  const { value } = result;
  checkReturned(by.name, value, { dtype: value instanceof Tensor ? value.dtype : undefined }); // a user's function may return anything
  if (value.size === 1 || by.result !== undefined) return result;
  throw new ShapeError({
    op: by.name,
    got: `${value.size} numbers, ${formatShape(value.shape)}`,
    expected: 'one number for a batch',
    fix: 'Take the mean over the samples, or use a loss whose reduction is not none.',
  });
}

const batchMetrics = (metrics: readonly Metric[], y: Tensor, predicted: Tensor): Weighted[] =>
  metrics.map((metric) => {
    const { value, weight } = batchValue(metric, { y }, predicted);
    return { value: cast(value, 'f32'), weight: weight && cast(weight, 'f32') };
  });

const stepValues = (loss: Weighted, metricValues: readonly Weighted[], penalty: Tensor | undefined): Weighted[] => [
  loss,
  ...metricValues,
  ...(penalty ? [{ value: penalty }] : []),
];

/** The loss of a batch in training mode, and its gradients. */
export function lossAndGradients(trainable: Trainable, { x, ...batch }: Batch): LossAndGradients {
  const { network, loss: by, optimizer } = trainable;
  using tape = new Tape();
  const predicted = network.call(x, true);
  const loss = batchValue(by, batch, predicted);
  const parameters = network.trainableParameters;
  const isKnown = ({ regularizer }: Parameter): boolean => regularizer?.strengths !== undefined;
  const own = penaltyOn(parameters.filter((w) => !isKnown(w)));
  const gradients = tape.gradient(optimizer.scaleLoss(own ? add(loss.value, own) : loss.value), parameters);
  const known = penaltyOn(parameters.filter(isKnown));
  const penalty = own && known ? add(own, known) : (own ?? known ?? penaltyOf(network));
  return { predicted, loss, penalty, parameters, gradients };
}

/** Builds the optimizer for the trainable weights, if any. @throws ValueError if it holds the weights of another model. */
export function buildOptimizer({ network, optimizer }: Trainable): void {
  const { trainableParameters } = network;
  if (optimizer.parameters.some((p) => !p.isDisposed && !network.has(p))) {
    throw new ValueError({
      op: optimizer.name,
      got: 'an optimizer that holds the weights of another model',
      expected: 'an optimizer for each model, because it keeps moments of the weights',
      fix: 'Make a new one, or dispose of the other model first.',
    });
  }
  if (trainableParameters.length === 0) return;
  optimizer.build(
    trainableParameters,
    trainableParameters.map((p) => network.nameOf(p)),
  );
}

/** One training step. The values, in the order of the reports, are from before the update. */
export function trainStep(trainable: Trainable, batch: Batch): Weighted[] {
  const { network, optimizer, metrics } = trainable;
  return innerScope(() => {
    buildOptimizer(trainable);
    const { predicted, loss, penalty, parameters, gradients } = lossAndGradients(trainable, batch);
    const metricValues = batchMetrics(metrics, batch.y, predicted);
    if (parameters.length > 0) optimizer.apply(gradients, parameters, { regularize: true });
    else enterStep(network.random, network.device); // nothing to learn, but the loss is reported
    applyConstraints(parameters);
    return stepValues(loss, metricValues, penalty);
  });
}

/**
 * Ends a run: applies gradients that are still accumulated, and replaces the weights by their moving averages, if any.
 * @param before the number of updates when the run began.
 */
export function finishTraining({ network, optimizer }: Trainable, before: number): void {
  const { waiting } = optimizer;
  if (waiting > 0 && optimizer.iterations === before) {
    console.warn(
      `dawngrad: fit changed no weight: gradientAccumulationSteps exceeds its ${waiting} steps, whose gradients are dropped. Lower it, or call trainOnBatch, which keeps accumulating.`,
    );
    optimizer.discard();
  } else if (waiting > 0) {
    isolated(network, () =>
      innerScope(() => {
        optimizer.flush({ regularize: true });
        applyConstraints(network.trainableParameters);
      }),
    );
  }
  optimizer.finalize();
}

function applyConstraints(parameters: readonly Parameter[]): void {
  for (const w of parameters) {
    if (w.constraint === undefined) continue;
    const allowed = checkReturned(`the constraint of ${w.name}`, w.constraint(w), { shape: w.shape });
    if (allowed.storage !== w.storage) w.device.copy(allowed.storage, w.storage, w.size);
  }
}

export async function readLoss(values: readonly Weighted[], { metrics }: Trainable): Promise<number> {
  const [loss, penalty] = [values[0], values.at(metrics.length + 1)];
  return (await loss.value.item()) + ((await penalty?.value.item()) ?? 0);
}

export function disposeValues(values: readonly Weighted[]): void {
  for (const { value, weight } of values) for (const t of [value, weight]) t?.dispose();
}

/** Loss and metrics over a data set, in inference mode. */
export async function evaluateOn(
  trainable: Trainable,
  data: Dataset,
  batchSize: number,
): Promise<Record<string, number>> {
  const steps = evaluationSteps(trainable, data);
  try {
    return await evaluateWith(trainable, { data, batchSize, steps });
  } finally {
    steps.dispose();
  }
}

export const evaluationSteps = ({ network, loss, metrics }: Trainable, data: Dataset): CapturedSteps<Weighted[]> =>
  new CapturedSteps(network, (size) => {
    const { x, ...batch } = data.nextBatch(size);
    const predicted = network.call(x);
    const value = batchValue(loss, batch, predicted);
    return stepValues(value, batchMetrics(metrics, batch.y, predicted), penaltyOf(network));
  });

export async function evaluateWith(
  trainable: Trainable,
  {
    data,
    batchSize,
    steps,
  }: { readonly data: Dataset; readonly batchSize: number; readonly steps: CapturedSteps<Weighted[]> },
): Promise<Record<string, number>> {
  const values = new StepValues(trainable.network.device, reportsOf(trainable), { pace: steps.pace });
  try {
    data.rewind();
    for (const size of data.batchSizes(batchSize)) {
      if (innerScope(() => values.add(steps.run(size), size))) await values.read();
    }
    await values.readAll();
    return values.results;
  } finally {
    values.dispose();
  }
}
