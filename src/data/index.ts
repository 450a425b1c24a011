export { checkFinite } from './finite.ts';
export { type ReadIdxOptions, readIdx } from './idx.ts';
export { type MinMaxOptions, minMaxStatistics, type Statistics, statistics } from './statistics.ts';
export { type Whitening, type WhiteningOptions, whiteningStatistics } from './whitening.ts';
