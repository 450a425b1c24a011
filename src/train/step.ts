import { ShapeError } from '../errors.ts';
import { Tape } from '../gradient.ts';
import type { Loss } from '../nn/losses.ts';
import type { Metric } from '../nn/metrics.ts';
import { penaltyOn } from '../nn/regularizers.ts';
import { add } from '../ops/binary.ts';
import type { Optimizer } from '../optim/index.ts';
import { formatShape } from '../shape.ts';
import { checkReturned, innerScope, type Parameter, type Tensor } from '../tensor.ts';
import type { Batch, Dataset } from './dataset.ts';
import type { Model } from './model.ts';
import { Steps } from './steps.ts';
import { StepValues } from './stepValues.ts';

/** What `compile` chose. */
export interface Trained {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
}

/** Names that repeat get a number, as in Keras: `mean`, `mean_1`. */
const numbered = (names: readonly string[]): string[] =>
  names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before}`;
  });

/** What a step reports: the loss with the penalties, the metrics, and the penalties apart if the model has some. */
export const namesOf = (model: Model, { metrics }: Trained): string[] => [
  'loss',
  ...numbered(metrics.map(({ name }) => name)),
  ...(model.trainableParameters.some(({ regularizer }) => regularizer) ? ['penalty'] : []),
];

const weighted = (weight: Tensor | undefined): { sampleWeight?: Tensor } =>
  weight === undefined ? {} : { sampleWeight: weight };

/** What a step on a batch finds before it changes anything. */
interface Found {
  readonly predicted: Tensor;
  /** The loss with the penalties on the weights. */
  readonly value: Tensor;
  /** Their sum, if there are any. */
  readonly penalty: Tensor | undefined;
  readonly parameters: readonly Parameter[];
  /** Without those of L1 and L2, which the optimizer adds. */
  readonly gradients: readonly Tensor[];
}

/** Refuses a loss or metric that is more than one number: the others would be lost. */
function checkScalar({ name }: { readonly name: string }, value: Tensor): Tensor {
  if (value.size === 1) return value;
  throw new ShapeError({
    op: name,
    got: `${value.size} numbers, ${formatShape(value.shape)}`,
    expected: 'one for a batch',
    fix: 'Take the mean over the samples: a loss with another reduction than none does.',
  });
}

/** The loss of a batch in training mode, and its gradients. */
export function lossAndGradients(model: Model, { loss, optimizer }: Trained, { x, y, weight }: Batch): Found {
  using tape = new Tape();
  const predicted = model.call(x, true);
  const value = checkScalar(loss, loss(y, predicted, weighted(weight)));
  const parameters = model.trainableParameters;
  const isKnown = ({ regularizer }: Parameter): boolean => regularizer?.strengths !== undefined;
  const own = penaltyOn(parameters.filter((w) => !isKnown(w)));
  const gradients = tape.gradient(optimizer.scaleLoss(own ? add(value, own) : value), parameters);
  const known = penaltyOn(parameters.filter(isKnown));
  const penalty = own && known ? add(own, known) : (own ?? known);
  return { predicted, value: penalty ? add(value, penalty) : value, penalty, parameters, gradients };
}

/** Gathers the weights that training changes in the optimizer, if there are any. */
export function buildOptimizer({ trainableParameters }: Model, { optimizer }: Trained): void {
  if (trainableParameters.length > 0) optimizer.build(trainableParameters);
}

/** Lets a captured step follow layers that are frozen later. */
const followFreezing = (model: Model): void =>
  model.device.dependOn(() => model.parameters.map(({ trainable }) => Number(trainable)).join(''));

/** One update. The values, in the order of the names, are scalars from before it. */
export function trainStep(model: Model, trained: Trained, batch: Batch): Tensor[] {
  return innerScope(() => {
    followFreezing(model);
    const { predicted, value, penalty, parameters, gradients } = lossAndGradients(model, trained, batch);
    const seen = trained.metrics.map((metric) => checkScalar(metric, metric(batch.y, predicted)));
    if (parameters.length > 0) trained.optimizer.apply(gradients, parameters, { regularize: true });
    else model.random.enterStep(model.device); // there is nothing to learn: the loss is told all the same
    for (const w of parameters) {
      if (w.constraint === undefined) continue;
      const allowed = checkReturned(`the constraint of ${w.name}`, w.constraint(w), { shape: w.shape });
      w.device.copy(allowed.storage, w.storage, w.size);
    }
    return [value, ...seen, ...(penalty ? [penalty] : [])];
  });
}

/** Loss and metrics over a data set, in inference mode. */
export async function evaluateOn(
  model: Model,
  trained: Trained,
  data: Dataset,
  batchSize: number,
): Promise<Record<string, number>> {
  const steps = evaluationSteps(model, trained, data);
  try {
    return await evaluateWith(model, trained, { data, batchSize, steps });
  } finally {
    steps.dispose();
  }
}

export const evaluationSteps = (model: Model, { loss, metrics }: Trained, data: Dataset): Steps =>
  new Steps(model, (size) => {
    followFreezing(model);
    const { x, y, weight } = data.take(size);
    const predicted = model.call(x);
    const value = checkScalar(loss, loss(y, predicted, weighted(weight)));
    const penalty = penaltyOn(model.trainableParameters);
    const seen = metrics.map((metric) => checkScalar(metric, metric(y, predicted)));
    return penalty ? [add(value, penalty), ...seen, penalty] : [value, ...seen];
  });

export async function evaluateWith(
  model: Model,
  trained: Trained,
  { data, batchSize, steps }: { readonly data: Dataset; readonly batchSize: number; readonly steps: Steps },
): Promise<Record<string, number>> {
  const values = new StepValues(model.device, namesOf(model, trained));
  try {
    data.rewind();
    for (const size of data.sizes(batchSize)) {
      if (innerScope(() => values.add(steps.run(size), size))) await values.read();
    }
    await values.readAll();
    return values.means;
  } finally {
    values.dispose();
  }
}
