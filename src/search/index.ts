export { type GridOptions, grid, type Observation, type Point, type Request, random, type Sampler } from './sampler.ts';
export { type SearchOptions, type SearchResult, search, type Trial } from './search.ts';
export {
  choice,
  type Dimension,
  integer,
  logNormal,
  logUniform,
  type NumberOptions,
  normal,
  type Space,
  uniform,
  type Values,
} from './space.ts';
export { type TpeOptions, tpe } from './tpe.ts';
