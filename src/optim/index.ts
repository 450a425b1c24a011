export { type ClipOptions, clipGradients } from './clip.ts';
export { getOptimizer } from './get.ts';
export type { ParameterGroup } from './groups.ts';
export type { ApplyOptions, Optimizer } from './optimizer.ts';
export type { Convention, OptimizerOptions } from './options.ts';
export * from './rules/index.ts';
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
