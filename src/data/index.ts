export { checkFinite } from './finite.ts';
export { type ReadIdxOptions, readIdx } from './idx.ts';
export { type Statistics, statistics } from './statistics.ts';
