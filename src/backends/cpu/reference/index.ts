/** All operations and optimizers in float64. Only the CPU backend loads them. */

export * from './conv/conv2d.ts';
export * from './conv/pool.ts';
export * from './data/augment.ts';
export * from './data/batch.ts';
export * from './elementwise/binary.ts';
export * from './elementwise/unary.ts';
export * from './elementwise/where.ts';
export * from './loss/crossEntropy.ts';
export * from './loss/softmax.ts';
export * from './matmul/matmul.ts';
export * from './movement/gather.ts';
export * from './movement/oneHot.ts';
export * from './movement/strided.ts';
export * from './normalize/batchNorm.ts';
export * from './normalize/layerNorm.ts';
export * from './optim/movingAverage.ts';
export * from './optim/rules.ts';
export * from './random/dropout.ts';
export * from './random/gaussianNoise.ts';
export * from './reduce/argMax.ts';
export * from './reduce/cumsum.ts';
export * from './reduce/reduce.ts';
