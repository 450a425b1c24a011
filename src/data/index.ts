export { type ReadIdxOptions, readIdx } from './files/idx.ts';
export { type Bytes, readSafetensors, type SafeTensors, writeSafetensors } from './files/safetensors.ts';
export { checkFinite } from './finite.ts';
export { type Fold, type FoldOptions, kFold } from './folds.ts';
export type { HostNumbers } from './hostArray.ts';
export { samplesAt } from './samples.ts';
export { type Labelled, type Split, type SplitOptions, trainTestSplit } from './split.ts';
export { type MinMaxOptions, minMaxStatistics, type Statistics, statistics } from './statistics.ts';
export { type Whitening, type WhiteningStatisticsOptions, whiteningStatistics } from './whitening.ts';
