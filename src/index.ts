export type { Device, DeviceInfo, DeviceMemory } from './device.ts';
export { DeviceError, DisposedError, DTypeError, ShaderError, ShapeError, ValueError } from './errors.ts';
export { gradcheck, type WeightCheck } from './gradcheck/model.ts';
export { Tape, valueAndGrad } from './gradient.ts';
export type { InitOptions } from './init.ts';
export { type Activation, type ActivationName, activations } from './nn/activations.ts';
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
  varianceScaling,
} from './nn/initializers.ts';
export type { Layer, LayerOptions } from './nn/layer.ts';
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
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  hinge,
  huber,
  klDivergence,
  type Loss,
  type LossOptions,
  logCosh,
  losses,
  makeLoss,
  meanAbsoluteError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from './nn/losses.ts';
export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  type Metric,
  metrics,
  topKAccuracy,
} from './nn/metrics.ts';
export { l1, l1l2, l2, type Regularizer } from './nn/regularizers.ts';
export { argMax, argMin } from './ops/argMax.ts';
export { batchNorm, batchNormTraining } from './ops/batchNorm.ts';
export {
  add,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  maximum,
  minimum,
  mul,
  notEqual,
  type Operand,
  pow,
  prelu,
  sub,
} from './ops/binary.ts';
export { cast } from './ops/cast.ts';
export {
  arange,
  eye,
  full,
  ones,
  randomNormal,
  randomUniform,
  type TensorOptions,
  tensor,
  zeros,
} from './ops/create.ts';
export { softmaxCrossEntropy } from './ops/crossEntropy.ts';
export { cumsum } from './ops/cumsum.ts';
export { gather } from './ops/gather.ts';
export { matmul } from './ops/matmul.ts';
export { oneHot } from './ops/oneHot.ts';
export { logSumExp, max, mean, min, prod, type ReduceOptions, sum, variance } from './ops/reduce.ts';
export { logSoftmax, softmax } from './ops/softmax.ts';
export { broadcastTo, concat, pad, type SliceRange, slice, transpose } from './ops/strided.ts';
export {
  abs,
  acos,
  asin,
  atan,
  ceil,
  clip,
  cos,
  cosh,
  elu,
  erf,
  exp,
  floor,
  gelu,
  hardSigmoid,
  leakyRelu,
  log,
  mish,
  neg,
  reciprocal,
  relu,
  round,
  selu,
  sigmoid,
  sign,
  silu,
  sin,
  sinh,
  softplus,
  softsign,
  sqrt,
  square,
  tan,
  tanh,
} from './ops/unary.ts';
export { where } from './ops/where.ts';
export {
  type AdamOptions,
  adam,
  adamW,
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  type Optimizer,
  type OptimizerOptions,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  type RmspropOptions,
  rmsprop,
  type Schedule,
  type SgdOptions,
  sgd,
  warmup,
} from './optim/index.ts';
export { dropout, reshape } from './overloads.ts';
export type { Shape } from './shape.ts';
export type { DType, TypedArray } from './storage.ts';
export {
  type HostArray,
  keep,
  type NestedNumbers,
  Parameter,
  parameter,
  scope,
  Tensor,
} from './tensor.ts';
export type { BatchLogs, Callback, Logs } from './train/callbacks.ts';
export type { Samples } from './train/dataset.ts';
export type { FitOptions, History } from './train/fit.ts';
export { loadModel } from './train/load.ts';
export { type CompileOptions, type Model, sequential } from './train/model.ts';
export type { ModelFiles } from './train/save.ts';
