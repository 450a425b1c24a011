export { type ClipOptions, clipGradients } from './clip.ts';
export { getOptimizer } from './get.ts';
export type { ParameterGroup } from './groups.ts';
export type { ApplyOptions, Optimizer } from './optimizer.ts';
export type { Convention, OptimizerOptions } from './options.ts';
export { type AdadeltaOptions, adadelta } from './rules/adadelta.ts';
export { type AdagradOptions, adagrad } from './rules/adagrad.ts';
export { type AdamOptions, adam, adamW } from './rules/adam.ts';
export { type AdamaxOptions, adamax } from './rules/adamax.ts';
export { type NadamOptions, nadam } from './rules/nadam.ts';
export { type RmspropOptions, rmsprop } from './rules/rmsprop.ts';
export { type SgdOptions, sgd } from './rules/sgd.ts';
export {
  cosineDecay,
  cosineDecayRestarts,
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
  warmup,
} from './schedules.ts';
