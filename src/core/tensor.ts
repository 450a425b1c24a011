export * from './tensor/checks.ts';
export * from './tensor/lifetime.ts';
export * from './tensor/nested.ts';
export * from './tensor/parameter.ts';
export * from './tensor/tensor.ts';
