export type { Device, DeviceInfo, DeviceMemory } from './device.ts';
export * from './errors.ts';
export { Tape, valueAndGrad } from './gradient.ts';
export * from './ops/index.ts';
export { keep, Parameter, parameter, scope, Tensor } from './tensor.ts';
