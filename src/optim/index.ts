export { type AdadeltaOptions, adadelta } from './adadelta.ts';
export { type AdagradOptions, adagrad } from './adagrad.ts';
export { type AdamOptions, adam, adamW } from './adam.ts';
export { type AdamaxOptions, adamax } from './adamax.ts';
export { type ClipOptions, clipGradients } from './clip.ts';
export { getOptimizer } from './get.ts';
export type { ParameterGroup } from './groups.ts';
export { type NadamOptions, nadam } from './nadam.ts';
export type { ApplyOptions, Optimizer } from './optimizer.ts';
export type { Convention, OptimizerOptions } from './options.ts';
export { type RmspropOptions, rmsprop } from './rmsprop.ts';
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
export { type SgdOptions, sgd } from './sgd.ts';
