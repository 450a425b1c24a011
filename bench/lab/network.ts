// The lecture's network and data that look like MNIST's, for what is only timed.
import {
  activation,
  adam,
  batchNormalization,
  dense,
  dropout,
  flatten,
  type Model,
  sequential,
} from '../../src/node.ts';

const PIXELS = 784;
const CLASSES = 10;

export function lectureNetwork(): Model {
  const block = (units: number) => [dense({ units }), batchNormalization(), activation('relu'), dropout({ rate: 0.5 })];
  const model = sequential([flatten(), ...block(200), ...block(100), dense({ units: CLASSES, activation: 'softmax' })]);
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Samples of bytes, and their classes. */
export const samplesLike = (count: number) => ({
  x: { data: Uint8Array.from({ length: count * PIXELS }, (_, i) => (i * 2654435761) >>> 24), shape: [count, PIXELS] },
  y: { data: Uint8Array.from({ length: count }, (_, i) => (i * 7919) % CLASSES), shape: [count] },
});
