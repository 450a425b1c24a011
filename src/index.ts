export { type Compiled, compile, type StepPlan } from './compile.ts';
export type { Device, DeviceInfo, DeviceMemory } from './device.ts';
export { DeviceError, DisposedError, DTypeError, ShaderError, ShapeError, ValueError } from './errors.ts';
export type { Gpu } from './gpu/source.ts';
export { gradcheck, type WeightCheck } from './gradcheck/model.ts';
export { Tape, valueAndGrad } from './gradient.ts';
export type { InitOptions } from './init.ts';
export type { Source } from './kernel.ts';
export { type Activation, type ActivationName, activations } from './nn/activations.ts';
export { type AugmentationOptions, augmentation } from './nn/augmentation.ts';
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
} from './nn/convolution.ts';
export type {
  BinaryFocalOptions,
  CategoricalFocalOptions,
  CategoricalOptions,
  CrossentropyOptions,
  SparseOptions,
} from './nn/crossentropy.ts';
export { type EmbeddingOptions, embedding } from './nn/embedding.ts';
export type { Applicable, Block, SymbolicTensor } from './nn/graph.ts';
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
export type { BiasOptions, KernelOptions } from './nn/kernel.ts';
export {
  type AddWeight,
  defineLayer,
  type Layer,
  type LayerContext,
  type LayerDefinition,
  type LayerMaker,
  type LayerOptions,
  type WeightOptions,
} from './nn/layer.ts';
export { type LayerNormalizationOptions, layerNormalization } from './nn/layerNormalization.ts';
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
} from './nn/layers.ts';
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
} from './nn/losses.ts';
export { average, type ConcatenateOptions, concatenate, multiply, residual, subtract } from './nn/merge.ts';
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
} from './nn/metrics.ts';
export type { Network } from './nn/network.ts';
export { type GaussianNoiseLayerOptions, type SpatialDropout2dOptions, spatialDropout2d } from './nn/noise.ts';
export type { LeakyReluOptions, PreluOptions } from './nn/rectifiers.ts';
export { type L1L2Options, l1, l1l2, l2, type Regularizer, type RegularizerOption } from './nn/regularizers.ts';
export type { Total, Totalling, Weighted } from './nn/total.ts';
export { type WhiteningOptions, whitening } from './nn/whitening.ts';
export {
  defineOp,
  type Op,
  type OpDefinition,
  type Reference,
  type Run,
  type RunOptions,
  type Saved,
} from './op.ts';
export * from './ops/index.ts';
export type { WindowOptions } from './ops/windows.ts';
export {
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamaxOptions,
  type AdamOptions,
  type ApplyOptions,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  type ClipOptions,
  type Convention,
  clipGradients,
  cosineDecay,
  cosineDecayRestarts,
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  type NadamOptions,
  nadam,
  type Optimizer,
  type OptimizerOptions,
  oneCycle,
  type ParameterGroup,
  piecewiseConstant,
  polynomialDecay,
  type RmspropOptions,
  rmsprop,
  type Schedule,
  type SgdOptions,
  sgd,
  warmup,
} from './optim/index.ts';
export type { Check, Checks } from './options.ts';
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
export { CaptureError } from './plan/recording.ts';
export { setSeed } from './random.ts';
export type { ProductActivation } from './reference/matmul.ts';
export type { NdArray } from './reference/ndarray.ts';
export type { Shape } from './shape.ts';
export type { DType, TypedArray } from './storage.ts';
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
} from './tensor.ts';
export { csvLogger } from './train/callbacks/csvLogger.ts';
export { type EarlyStoppingOptions, earlyStopping } from './train/callbacks/earlyStopping.ts';
export { lambdaCallback } from './train/callbacks/lambdaCallback.ts';
export { type LayerStatistics, layerStatistics, type StepStatistics } from './train/callbacks/layerStatistics.ts';
export { learningRateScheduler } from './train/callbacks/learningRateScheduler.ts';
export { type ModelCheckpointOptions, modelCheckpoint } from './train/callbacks/modelCheckpoint.ts';
export type { MonitorOptions } from './train/callbacks/monitor.ts';
export { type ProgressOptions, progress, setVerbosity, type Verbosity } from './train/callbacks/progress.ts';
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './train/callbacks/reduceLROnPlateau.ts';
export type { BatchLogs, Callback, Logs, Memory, RunParams } from './train/callbacks.ts';
export type { CheckpointFiles, CheckpointOptions } from './train/checkpoint.ts';
export { type CrossValidation, type CrossValidationOptions, crossValidate } from './train/crossValidate.ts';
export type { Samples } from './train/dataset.ts';
export type { FitOptions, History } from './train/fitOptions.ts';
export { historyChart } from './train/historyChart.ts';
export type { Inspection } from './train/inspect.ts';
export {
  type FindLearningRateOptions,
  findLearningRate,
  type LearningRates,
} from './train/learningRateFinder.ts';
export { type LoadOptions, loadModel, type SavedModel } from './train/load.ts';
export {
  type BatchOptions,
  type CompileOptions,
  type EvaluateOptions,
  type Model,
  type ModelOptions,
  model,
  sequential,
} from './train/model.ts';
export { type PretrainOptions, pretrain } from './train/pretrain.ts';
export type { SampleWeightOptions } from './train/sampleWeights.ts';
export type { ModelFiles } from './train/save.ts';
