import { compile } from '../compile.ts';
import { currentDevice } from '../device.ts';
import { ValueError } from '../errors.ts';
import { chain } from '../nn/chain.ts';
import { type Applicable, type Block, graphOf, type SymbolicTensor, symbolic } from '../nn/graph.ts';
import { getLoss, type Loss } from '../nn/losses.ts';
import { getMetric, type Metric } from '../nn/metrics.ts';
import { Network } from '../nn/network.ts';
import { getOptimizer, type Optimizer } from '../optim/index.ts';
import { byName, checkOptions, checkValues, checkWhole, listOf, required } from '../options.ts';
import { emptyOn, keep, scope, type Tensor } from '../tensor.ts';
import { Dataset, type DatasetOptions, type LabelRule, type Samples, shapeOf } from './dataset.ts';
import { fit } from './fit.ts';
import type { FitOptions, History } from './fitOptions.ts';
import { datasetsOf, samplesOf } from './inputs.ts';
import { recalibrate } from './recalibrate.ts';
import { type SampleWeightOptions, sampleWeights } from './sampleWeights.ts';
import { type ModelFiles, pack } from './save.ts';
import { evaluateOn, namesOf, type Trained, trainStep } from './step.ts';
import { Steps } from './steps.ts';

export interface CompileOptions {
  /** An optimizer or its name; default `rmsprop`, as in Keras. */
  readonly optimizer?: Optimizer | string;
  /** What training makes small: a loss or its name. */
  readonly loss: Loss | string;
  /** What is reported besides the loss. */
  readonly metrics?: readonly (Metric | string)[];
}

/** How `evaluate` and `predict` go through the samples; see {@link FitOptions}. */
export interface BatchOptions extends Pick<FitOptions, 'residentBytes'> {
  /** Samples at a time; default 32. */
  readonly batchSize?: number;
}

export interface EvaluateOptions extends BatchOptions, Pick<SampleWeightOptions, 'sampleWeight'> {}

function checkBatchOptions<Options extends BatchOptions>(op: string, options: Options, known: string[] = []): Options {
  checkOptions(op, options, ['batchSize', 'residentBytes', ...known]);
  const { batchSize = 32, residentBytes = 1 } = options;
  checkWhole(op, 'batchSize', batchSize, 1);
  checkWhole(op, 'residentBytes', residentBytes, 1);
  return options;
}

/** A network that can be trained. */
export class Model extends Network {
  /** Set to true, by a callback for example, `fit` stops after the running step. */
  stopTraining = false;
  #trained: Trained | undefined;
  readonly #batchStep = compile((x: Tensor, y: Tensor) => trainStep(this, this.compiled, { x, y }));

  /** Chooses what training does; needed before `fit`, `evaluate` and `trainOnBatch`. */
  compile(options: CompileOptions): void {
    checkValues('compile', options, {
      optimizer: byName,
      loss: required(byName),
      metrics: listOf(byName, "a list such as ['accuracy']"),
    });
    const { optimizer = 'rmsprop', loss, metrics = [] } = options;
    this.#batchStep.dispose();
    this.#trained = {
      optimizer: getOptimizer(optimizer),
      loss: getLoss(loss),
      metrics: metrics.map((metric) => getMetric(metric)),
    };
  }

  /** What `compile` chose. @throws ValueError before that. */
  get compiled(): Trained {
    if (this.#trained !== undefined) return this.#trained;
    throw new ValueError({
      op: 'model',
      got: 'a model without a loss',
      expected: 'a compiled one',
      fix: "Call model.compile({ optimizer: 'adam', loss: ... }) first.",
    });
  }

  get optimizer(): Optimizer {
    return this.compiled.optimizer;
  }

  /**
   * Trains on `x` and `y` for a number of epochs.
   * @param x samples along the first axis: a tensor, nested arrays, or `{ data, shape }`. @param y labels, one each.
   * @returns the loss and metrics of each epoch: running means over its batches, before each update, as in Keras.
   * @throws ShapeError, ValueError for data that do not fit, hold NaN, or labels out of range; ValueError when the loss
   * stops being finite.
   */
  async fit(x: Samples, y: Samples, options: FitOptions = {}): Promise<History> {
    return fit(this, this.compiled, { x, y }, options);
  }

  /** Loss and metrics over all samples, in inference mode. */
  async evaluate(x: Samples, y: Samples, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    const trained = this.compiled;
    const { batchSize = 32, residentBytes, sampleWeight } = checkBatchOptions('evaluate', options, ['sampleWeight']);
    const weight = await sampleWeights(y, { sampleWeight });
    const data = await this.dataset(x, y, { op: 'evaluate', residentBytes, weight });
    try {
      return await evaluateOn(this, trained, data, batchSize);
    } finally {
      data.dispose();
    }
  }

  /**
   * The outputs for all samples, `[n, ...outputShape]`, in inference mode.
   * @param x samples along the first axis; for a model with several inputs a list of such, one for each.
   */
  async predict(x: Samples | readonly Samples[], options: BatchOptions = {}): Promise<Tensor> {
    const { batchSize = 32, residentBytes } = checkBatchOptions('predict', options);
    const device = currentDevice();
    const inputs = samplesOf(x, this.graph.inputs.length);
    const data = await datasetsOf(device, inputs, { residentBytes });
    const steps = new Steps((size) => [this.call(data.map((each) => each.take(size).x))]);
    this.build(shapeOf(inputs[0]).slice(1));
    const shape = [data[0].size, ...this.outputShape];
    const outputs = keep(emptyOn(device, shape));
    let start = 0;
    try {
      for (const size of data[0].sizes(batchSize)) {
        scope(() => {
          const [y] = steps.run(size);
          device.copy(y.storage, outputs.storage, y.size, start);
          start += y.size;
        });
      }
      return outputs.alias();
    } finally {
      outputs.dispose();
      steps.dispose();
      for (const each of data) each.dispose();
    }
  }

  /**
   * Gives the layers of batch normalisation mean and variance over all samples, in place of running means over batches:
   * at the end of training, over the training set. It takes one pass for each of these layers.
   */
  async recalibrate(x: Samples, options: BatchOptions = {}): Promise<void> {
    const { batchSize = 32, residentBytes } = checkBatchOptions('recalibrate', options);
    this.build(shapeOf(x).slice(1));
    const data = await Dataset.of(this.device, x, undefined, { op: 'recalibrate', residentBytes });
    try {
      await recalibrate(this, data, batchSize);
    } finally {
      data.dispose();
    }
  }

  /** One update from one batch; loss and metrics are from before it. */
  async trainOnBatch(x: Samples, y: Samples): Promise<Record<string, number>> {
    const trained = this.compiled;
    const data = await this.dataset(x, y, { op: 'trainOnBatch' });
    try {
      const { x: samples, y: labels } = data.take(data.size);
      const values = this.#batchStep(samples, labels);
      const numbers = await Promise.all(values.map((value) => value.item()));
      for (const t of [...values, samples, labels]) t.dispose();
      return Object.fromEntries(namesOf(this, trained).map((name, i) => [name, numbers[i]]));
    } finally {
      data.dispose();
    }
  }

  /** The model as files: its layers in JSON and its weights in the safetensors format. */
  async save(): Promise<ModelFiles> {
    return pack(this);
  }

  /** Internal: samples and labels on the device, checked against the model, which is built for them if it was not. */
  async dataset(x: Samples, y: Samples, options: Omit<DatasetOptions, 'rule'> = {}): Promise<Dataset> {
    const { loss } = this.compiled;
    if (this.graph.inputs.length > 1) {
      throw new ValueError({
        op: 'model',
        got: `a model with ${this.graph.inputs.length} inputs`,
        expected: 'one with a single input, as fit, evaluate and trainOnBatch take their samples from one array',
        fix: 'Use predict or call, or take gradients with valueAndGrad(() => loss(y, model.call([a, b], true)), ...).',
      });
    }
    this.build(shapeOf(x).slice(1));
    const rule: LabelRule = { targets: loss.targets, classes: this.outputShape.at(-1) ?? 1 };
    return Dataset.of(this.device, x, y, { rule, ...options });
  }
}

/** A model of layers one after another: `sequential([dense({ units: 10, inputShape: [784] })])`. */
export const sequential = (layers: readonly Block[]): Model => new Model(chain(layers));

/** What a model is a function of, and what it computes. */
export interface ModelOptions {
  /** One input, or a list in the order in which samples are passed. */
  readonly inputs: Applicable | readonly Applicable[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A model of layers that are applied to each other's results:
 * `const x = input({ shape: [784] }); const m = model({ inputs: x, outputs: dense({ units: 10 })(x) })`.
 * Models that share layers share weights.
 * @throws ShapeError where a layer can't take its input, ValueError if inputs are missing.
 */
export function model(options: ModelOptions): Model {
  checkOptions('model', options, ['inputs', 'outputs']);
  const outputs = [options.outputs].flat();
  if (outputs.length !== 1) {
    throw new ValueError({
      op: 'model',
      got: `${outputs.length} outputs`,
      expected: 'one',
      fix: 'Join them with concatenate(), or make a model for each: models that share layers share weights.',
    });
  }
  return new Model(graphOf([options.inputs].flat().map(symbolic), symbolic(outputs[0])));
}
