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
export { setSeed } from './core/randomState.ts';
export type { Shape } from './core/shape.ts';
export type { DType, TypedArray } from './core/storage.ts';
export {
  type HostArray,
  keep,
  type NestedArray,
  type NestedNumbers,
  Parameter,
  type ParameterOptions,
  parameter,
  scope,
  Tensor,
} from './core/tensor.ts';
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
export { type AugmentationOptions, augmentation } from './nn/layers/augmentation.ts';
export {
  type AveragePool2dOptions,
  type Conv2dOptions,
  type Conv2dTransposeOptions,
  conv2dTranspose,
  type DepthwiseConv2dOptions,
  type GlobalPool2dOptions,
  globalAveragePool2d,
  globalMaxPool2d,
  type MaxPool2dOptions,
  type WindowLayerOptions,
} from './nn/layers/convolution.ts';
export {
  activation,
  type BatchNormalizationOptions,
  batchNormalization,
  type DenseOptions,
  type DropoutOptions,
  dense,
  flatten,
  input,
  type NormalizationOptions,
  normalization,
  type ReshapeOptions,
} from './nn/layers/core.ts';
export { type EmbeddingOptions, embedding } from './nn/layers/embedding.ts';
export type { BiasOptions, KernelOptions } from './nn/layers/kernel.ts';
export { type LayerNormalizationOptions, layerNormalization } from './nn/layers/layerNormalization.ts';
export { average, type ConcatenateOptions, concatenate, multiply, residual, subtract } from './nn/layers/merge.ts';
export { type GaussianNoiseLayerOptions, type SpatialDropout2dOptions, spatialDropout2d } from './nn/layers/noise.ts';
export type { LeakyReluOptions, PreluOptions } from './nn/layers/rectifiers.ts';
export { type WhiteningOptions, whitening } from './nn/layers/whitening.ts';
export type {
  BinaryFocalOptions,
  CategoricalFocalOptions,
  CategoricalOptions,
  CrossentropyOptions,
  SparseOptions,
} from './nn/losses/crossentropy.ts';
export {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  type CosineSimilarityOptions,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  type HuberOptions,
  hinge,
  huber,
  klDivergence,
  type Loss,
  type LossDefinition,
  type LossFunction,
  type LossOptions,
  logCosh,
  losses,
  makeLoss,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  type Pointwise,
  poisson,
  type Reduction,
  sparseCategoricalCrossentropy,
  squaredHinge,
  type Targets,
} from './nn/losses/losses.ts';
export {
  type AucOptions,
  accuracy,
  auc,
  binaryAccuracy,
  categoricalAccuracy,
  type DecisionOptions,
  type Metric,
  type MetricDefinition,
  makeMetric,
  metrics,
  precision,
  r2Score,
  recall,
  rootMeanSquaredError,
  topKAccuracy,
} from './nn/losses/metrics.ts';
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
