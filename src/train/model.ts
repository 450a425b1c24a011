import { checkOptions, checkValues, flag } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { innerScope } from '../core/tensor/lifetime.ts';
import { emptyOn, keep, type Tensor } from '../core/tensor/tensor.ts';
import { Dataset, type Samples, shapedSamples } from '../data/dataset/dataset.ts';
import { type SampleWeightOptions, sampleWeights } from '../data/dataset/sampleWeights.ts';
import { compile } from '../engine/compile.ts';
import { foldersFor } from '../io/folders.ts';
import { graphOf, vocabularyOf } from '../nn/network/graph.ts';
import { type Applicable, type Block, type SymbolicTensor, symbolic } from '../nn/network/layer.ts';
import { isolated, Network } from '../nn/network/network.ts';
import { sequentialGraph } from '../nn/network/sequence.ts';
import type { Optimizer } from '../optim/index.ts';
import { type BatchOptions, batchOptionsOf, type EvaluateOptions, SAMPLE_WEIGHT_CHECKS } from './batchOptions.ts';
import type { FittedModel } from './callbacks/callback.ts';
import { datasetFor, datasetsOf, samplesOf } from './datasets.ts';
import { type ModelFiles, packModel } from './files/save.ts';
import { fit } from './fit.ts';
import type { FitOptions, History } from './fitOptions.ts';
import { notFinite } from './loop/guard.ts';
import { recalibrate } from './loop/recalibrate.ts';
import { Snapshot } from './loop/snapshot.ts';
import { CapturedSteps } from './loop/steps.ts';
import { StepValues } from './loop/stepValues.ts';
import { buildOptimizer, evaluateOn, reportsOf, trainStep } from './loop/trainStep.ts';
import { type CompileOptions, checkIdle, type Trainable, trainableOf, whileTraining } from './trainable.ts';

const checkTrainOnBatchOptions = (options: TrainOnBatchOptions): TrainOnBatchOptions =>
  checkValues('trainOnBatch', options, { ...SAMPLE_WEIGHT_CHECKS, terminateOnNaN: flag });

/** Options of `trainOnBatch`. */
export interface TrainOnBatchOptions extends SampleWeightOptions {
  /**
   * Whether a loss that is not finite throws and restores the weights from before the step; default false. It costs a copy of
   * the weights and the optimizer's slots before each step.
   */
  readonly terminateOnNaN?: boolean;
}

/**
 * A network that can be trained. It stays on the device of its weights and trains with its own random numbers, so other devices
 * and models do not affect it. `dispose()` frees its weights, captured steps and optimizer.
 */
export class Model extends Network implements FittedModel {
  /** If set to true, for example by a callback, `fit` stops after the current step. */
  stopTraining = false;
  #compiled: Trainable | undefined;
  readonly #batchStep = compile((x: Tensor, y: Tensor, weight?: Tensor) =>
    trainStep(this.compiled, { x, y, ...(weight && { weight }) }),
  );

  /**
   * Sets optimizer, loss and metrics, which `fit`, `evaluate` and `trainOnBatch` need. The model owns the optimizer from then on:
   * it frees it when it is compiled with another one, or disposed.
   * @throws ValueError if a name is unknown, or another call is training the model.
   */
  compile(options: CompileOptions): void {
    checkIdle('compile', this);
    const before = this.#compiled?.optimizer;
    this.#compiled = trainableOf(this, options);
    this.#batchStep.dispose();
    if (before !== this.#compiled.optimizer) before?.dispose();
  }

  /** The network with its optimizer, loss and metrics. @throws ValueError before `compile`. */
  get compiled(): Trainable {
    if (this.#compiled !== undefined) return this.#compiled;
    throw new ValueError({
      op: 'model',
      got: 'a model without a loss',
      expected: 'a compiled one',
      fix: "Call model.compile({ optimizer: 'adam', loss: ... }) first.",
    });
  }

  /** The optimizer that `compile` set. @throws ValueError before `compile`. */
  get optimizer(): Optimizer {
    return this.compiled.optimizer;
  }

  /**
   * Trains for a number of epochs.
   * @param x samples along the first axis, `[n, ...inputShape]`: a tensor, nested arrays, or `{ data, shape }`.
   * @param y labels, one per sample.
   * @returns loss and metrics of each epoch: means over its batches, each computed before the update, as in Keras.
   * @throws ShapeError if the data have the wrong shape; ValueError if data or loss are not finite, a label is out of range, an
   * option is invalid, or another call is training the model; DeviceError if memory runs out.
   */
  async fit(x: Samples, y: Samples, options: FitOptions = {}): Promise<History> {
    return whileTraining('fit', this, () => fit(this, { x, y }, options));
  }

  /**
   * Computes loss and metrics over all samples, in inference mode.
   * @param x samples, `[n, ...inputShape]`. @param y labels, one per sample.
   * @returns `loss`, which includes the penalties on weights, and each metric by name.
   * @throws ShapeError, ValueError if the data do not match the model.
   */
  async evaluate(x: Samples, y: Samples, options: EvaluateOptions = {}): Promise<Record<string, number>> {
    const trainable = this.compiled;
    const { batchSize, residentBytes, sampleWeight } = batchOptionsOf('evaluate', options, {
      sampleWeight: SAMPLE_WEIGHT_CHECKS.sampleWeight,
    });
    const labels = shapedSamples('evaluate', 'y', y);
    const weight = await sampleWeights(labels, { sampleWeight });
    const data = await datasetFor(trainable, { x, y: labels }, { op: 'evaluate', residentBytes, weight });
    try {
      return await evaluateOn(trainable, data, batchSize);
    } finally {
      data.dispose();
    }
  }

  /**
   * Computes the outputs for all samples, in inference mode.
   * @param x samples, `[n, ...inputShape]`; for a model with several inputs, a list with samples for each.
   * @returns `[n, ...outputShape]`, f32, on the model's device.
   * @throws ShapeError, ValueError if the data do not match the model.
   */
  async predict(x: Samples | readonly Samples[], options: BatchOptions = {}): Promise<Tensor> {
    const { batchSize, residentBytes } = batchOptionsOf('predict', options);
    const inputs = samplesOf(x, this.graph.inputs.length);
    this.build(inputs[0].shape.slice(1));
    const { device } = this;
    const data = await datasetsOf(device, inputs, {
      residentBytes,
      vocabularies: this.graph.inputs.map((_, i) => vocabularyOf(this.graph, i)),
    });
    const steps = new CapturedSteps(this, (size) => [this.call(data.map((each) => each.nextBatch(size).x))]);
    const owned: { dispose(): void }[] = [...data, steps];
    try {
      const outputs = keep(emptyOn(device, [data[0].size, ...this.outputShape]));
      owned.push(outputs);
      let start = 0;
      for (const size of data[0].batchSizes(batchSize)) {
        innerScope(() => {
          const [y] = steps.run(size);
          device.copy(y.storage, outputs.storage, y.size, start);
          start += y.size;
        });
      }
      return outputs.alias();
    } finally {
      for (const each of owned) each.dispose();
    }
  }

  /**
   * Replaces the running statistics of batch normalization layers by mean and variance over all samples. Call it after training,
   * with the training set. It makes one pass over the data for each of these layers.
   * @param x samples, `[n, ...inputShape]`.
   * @throws ShapeError, ValueError if the data do not match the model.
   * @see Ioffe and Szegedy (2015), "Batch normalization", algorithm 2.
   */
  async recalibrate(x: Samples, options: BatchOptions = {}): Promise<void> {
    const { batchSize, residentBytes } = batchOptionsOf('recalibrate', options);
    const samples = shapedSamples('recalibrate', 'x', x);
    this.build(samples.shape.slice(1));
    const rule = { vocabulary: vocabularyOf(this.graph) };
    const data = await Dataset.of(this.device, samples, undefined, { op: 'recalibrate', residentBytes, rule });
    try {
      await recalibrate(this, data, batchSize);
    } finally {
      data.dispose();
    }
  }

  /**
   * Takes one training step on one batch.
   * @param x samples, `[n, ...inputShape]`. @param y labels, one per sample.
   * @returns loss and metrics from before the update, by name.
   * @throws ShapeError, ValueError as `fit`, but for a loss that is not finite only with `terminateOnNaN`.
   */
  async trainOnBatch(x: Samples, y: Samples, options: TrainOnBatchOptions = {}): Promise<Record<string, number>> {
    return whileTraining('trainOnBatch', this, () => this.#trainOnBatch(x, y, options));
  }

  async #trainOnBatch(x: Samples, y: Samples, options: TrainOnBatchOptions): Promise<Record<string, number>> {
    const trainable = this.compiled;
    const { sampleWeight, classWeight, terminateOnNaN = false } = checkTrainOnBatchOptions(options);
    const labels = shapedSamples('trainOnBatch', 'y', y);
    const areClasses = trainable.loss.targets?.kind === 'classes';
    const weight = await sampleWeights(labels, { sampleWeight, classWeight }, { areClasses });
    const data = await datasetFor(trainable, { x, y: labels }, { op: 'trainOnBatch', weight });
    const values = new StepValues(this.device, reportsOf(trainable));
    let snapshot: Snapshot | undefined;
    try {
      buildOptimizer(trainable);
      if (terminateOnNaN) snapshot = new Snapshot(trainable);
      innerScope(() =>
        isolated(this, () => {
          const { x: samples, y: targets, weight: weights } = data.nextBatch(data.size);
          values.add(this.#batchStep(samples, targets, ...(weights ? ([weights] as const) : [])), data.size);
        }),
      );
      await values.readAll();
      if (snapshot !== undefined && values.firstBad !== undefined) {
        snapshot.restore();
        throw notFinite('trainOnBatch', `the loss ${values.firstBad.loss}`);
      }
      return values.results;
    } finally {
      snapshot?.dispose();
      values.dispose();
      data.dispose();
    }
  }

  /** Frees the weights that no other model shares, the optimizer, and captured steps. @throws ValueError while training. */
  override dispose(): void {
    checkIdle('dispose', this);
    this.#batchStep.dispose();
    this.#compiled?.optimizer.dispose();
    super.dispose();
  }

  /**
   * Returns the model as two files: its layers in JSON, with optimizer, loss and metrics unless one of them is your own function,
   * and its weights in the safetensors format. The optimizer's moments are not saved; checkpoints of `fit` have them.
   * @param folder a folder to write the files to, in Node.
   * @throws ValueError if an option of a layer is a function.
   */
  async save(folder?: string): Promise<ModelFiles> {
    const instead =
      "const files = await model.save() has the texts and bytes of 'model.json' and 'weights.safetensors'";
    const folders = folder === undefined ? undefined : foldersFor('save', folder, instead);
    const files = await packModel(this, this.#compiled);
    if (folder !== undefined) await folders?.write(folder, files);
    return files;
  }
}

/**
 * A model of layers in sequence: `sequential([dense({ units: 10, inputShape: [784] })])`.
 * @throws ShapeError if there are no layers, or a layer cannot take its input; ValueError if an element is not a layer or block,
 * or two layers have the same name.
 */
export const sequential = (layers: readonly Block[]): Model => new Model(sequentialGraph(layers));

/** Inputs and output of a model. */
export interface ModelOptions {
  /** One input, or a list in the order in which samples are passed. */
  readonly inputs: Applicable | readonly Applicable[];
  /** The output, or a list with exactly one. */
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A model of a graph of layers:
 * `const x = input({ shape: [784] }); const m = model({ inputs: x, outputs: dense({ units: 10 })(x) })`.
 * Models that share layers share weights.
 * @throws ShapeError if a layer cannot take its input; ValueError if an input is missing or there is more than one output.
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
