export * from './binary.ts';
export * from './cast.ts';
export * from './create.ts';
export * from './matmul.ts';
export * from './reduce.ts';
export * from './softmax.ts';
export * from './strided.ts';
export * from './unary.ts';
