export type { ProductActivation } from './backends/cpu/reference/matmul/matmul.ts';
export type { NdArray } from './backends/cpu/reference/ndarray.ts';
export type { Gpu } from './backends/webgpu/source.ts';
export type { Check, Checks } from './core/checks.ts';
export type { Device, DeviceInfo, DeviceMemory } from './core/device.ts';
export {
  CaptureError,
  DeviceError,
  DisposedError,
  DTypeError,
  ShaderError,
  ShapeError,
  ValueError,
} from './core/errors.ts';
export type { Source } from './core/kernel.ts';
export { setSeed } from './core/random/state.ts';
export type { Shape } from './core/shape.ts';
export { scope } from './core/tensor/lifetime.ts';
export type { NestedArray, NestedNumbers } from './core/tensor/nested.ts';
export { Parameter, type ParameterOptions, parameter } from './core/tensor/parameter.ts';
export type { DType, TypedArray } from './core/tensor/storage.ts';
export { type HostArray, keep, Tensor } from './core/tensor/tensor.ts';
export type { Samples } from './data/dataset/dataset.ts';
export type { SampleWeightOptions } from './data/dataset/sampleWeights.ts';
export { type Compiled, compile, type StepPlan } from './engine/compile.ts';
export { Tape, valueAndGrad } from './engine/gradient.ts';
export type { InitOptions } from './engine/init.ts';
export { gradcheck, type WeightCheck } from './gradcheck/model.ts';
export { type Activation, type ActivationName, activations } from './nn/activations.ts';
export {
  type Constraint,
  type ConstraintOption,
  type MaxNormOptions,
  maxNorm,
  nonNegative,
  type UnitNormOptions,
  unitNorm,
} from './nn/constraints.ts';
export {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  initializers,
  lecunNormal,
  lecunUniform,
  type NormalInitializerOptions,
  orthogonal,
  type UniformInitializerOptions,
  type VarianceScalingOptions,
  varianceScaling,
} from './nn/initializers.ts';
export {
  type AugmentationOptions,
  type AveragePool2dOptions,
  activation,
  augmentation,
  average,
  type BatchNormalizationOptions,
  batchNormalization,
  type ConcatenateOptions,
  type Conv2dOptions,
  type Conv2dTransposeOptions,
  concatenate,
  conv2dTranspose,
  type DenseOptions,
  type DepthwiseConv2dOptions,
  type DropoutOptions,
  dense,
  type EmbeddingOptions,
  embedding,
  flatten,
  type GaussianNoiseLayerOptions,
  type GlobalPool2dOptions,
  globalAveragePool2d,
  globalMaxPool2d,
  type InputOptions,
  input,
  type LayerNormalizationOptions,
  type LeakyReluOptions,
  layerNormalization,
  type MaxPool2dOptions,
  multiply,
  type NormalizationOptions,
  normalization,
  type PreluOptions,
  type ReshapeOptions,
  residual,
  type SpatialDropout2dOptions,
  spatialDropout2d,
  subtract,
  type WhiteningOptions,
  type WindowLayerOptions,
  whitening,
} from './nn/layers/index.ts';
export type { BiasOptions, KernelOptions } from './nn/layers/kernel.ts';
export * from './nn/losses/crossentropy.ts';
export {
  type Loss,
  type LossDefinition,
  type LossFunction,
  type LossOptions,
  makeLoss,
  type Pointwise,
  type Reduction,
  type Targets,
} from './nn/losses/defineLoss.ts';
export { type Metric, type MetricDefinition, makeMetric } from './nn/losses/defineMetric.ts';
export { losses, metrics } from './nn/losses/get.ts';
export * from './nn/losses/metrics.ts';
export * from './nn/losses/regression.ts';
export type { Total, Totalling, Weighted } from './nn/losses/total.ts';
export { defineLayer, type LayerMaker } from './nn/network/defineLayer.ts';
export type {
  AddWeight,
  Applicable,
  Block,
  Layer,
  LayerContext,
  LayerDefinition,
  LayerOptions,
  SymbolicTensor,
  WeightOptions,
} from './nn/network/layer.ts';
export type { Network } from './nn/network/network.ts';
export { type L1L2Options, l1, l1l2, l2, type Regularizer, type RegularizerOption } from './nn/regularizers.ts';
export type { WindowOptions } from './ops/conv/windows.ts';
export * from './ops/index.ts';
export {
  defineOp,
  type Op,
  type OpDefinition,
  type Reference,
  type Run,
  type RunOptions,
  type Saved,
} from './ops/op.ts';
export {
  type ApplyOptions,
  type ClipOptions,
  type Convention,
  clipGradients,
  cosineDecay,
  cosineDecayRestarts,
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  type Optimizer,
  type OptimizerOptions,
  oneCycle,
  type ParameterGroup,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
  warmup,
} from './optim/index.ts';
export * from './optim/rules/index.ts';
// Both an operation and a layer: these names take precedence over the operations above.
export {
  add,
  averagePool2d,
  conv2d,
  depthwiseConv2d,
  dropout,
  gaussianNoise,
  leakyRelu,
  maximum,
  maxPool2d,
  prelu,
  reshape,
} from './overloads.ts';
export type { BatchOptions, EvaluateOptions } from './train/batchOptions.ts';
export type { BatchLogs, Callback, FittedModel, Logs, Memory, RunParams } from './train/callbacks/callback.ts';
export { csvLogger } from './train/callbacks/csvLogger.ts';
export { type EarlyStoppingOptions, earlyStopping } from './train/callbacks/earlyStopping.ts';
export { lambdaCallback } from './train/callbacks/lambdaCallback.ts';
export { type LayerStatistics, layerStatistics, type StepStatistics } from './train/callbacks/layerStatistics.ts';
export { learningRateScheduler } from './train/callbacks/learningRateScheduler.ts';
export { type ModelCheckpointOptions, modelCheckpoint } from './train/callbacks/modelCheckpoint.ts';
export type { MonitorOptions } from './train/callbacks/monitor.ts';
export { type ProgressOptions, progress, setVerbosity, type Verbosity } from './train/callbacks/progress.ts';
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './train/callbacks/reduceLROnPlateau.ts';
export { type CrossValidation, type CrossValidationOptions, crossValidate } from './train/crossValidate.ts';
export { type LoadOptions, loadModel, type SavedModel } from './train/files/load.ts';
export type { ModelFiles } from './train/files/save.ts';
export type { FitOptions, History } from './train/fitOptions.ts';
export { historyChart } from './train/historyChart.ts';
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRates,
} from './train/learningRateFinder.ts';
export type { CheckpointFiles, CheckpointOptions } from './train/loop/checkpoint.ts';
export type { Inspection } from './train/loop/inspect.ts';
export {
  type Model,
  type ModelOptions,
  model,
  sequential,
} from './train/model.ts';
export { type PretrainOptions, pretrain } from './train/pretrain.ts';
export type { CompileOptions, Trainable } from './train/trainable.ts';
