import shader from '../../../shaders/data/batch.wgsl';
import { type Shape, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { defineKernel } from '../op.ts';

/** Samples or labels on a device. */
export interface Resident {
  /** Their elements: f32, i32, or bytes packed four to an element. */
  readonly memory: Tensor;
  readonly shape: Shape;
  readonly bytes: boolean;
}

/** The part of a data set that a batch is taken from. */
interface Samples {
  readonly x: Resident;
  /** Default: no labels. */
  readonly y?: Resident | undefined;
  /** Positions in x and y; default 0, 1, 2, ... */
  readonly order?: Tensor;
  /** The first position of the batch: element 0 of an i32 tensor `[4]`. */
  readonly cursor: Tensor;
}

const take = defineKernel<[samples: Samples, rows: number], [x: Tensor, y: Tensor]>({
  name: 'batch',
  shader,
  run: (run, { x, y: labels, order, cursor }, rows) => {
    const y = labels ?? { memory: x.memory, shape: [0], bytes: false };
    const [xLength, yLength] = [x, y].map(({ shape }) => sizeOf(shape));
    const isAligned = xLength % 4 === 0;
    const [xBatch, yBatch] = run.several(isAligned ? 'vectors' : 'singles', [x.memory, order ?? x.memory, y.memory], {
      shapes: [x, y].map(({ shape }) => [rows, ...shape]),
      dtypes: [x, y].map(({ memory, bytes }) => (bytes ? 'f32' : memory.dtype)),
      uniforms: [cursor],
      params: { rows, x_length: xLength, y_length: yLength },
      constants: { BYTES: `${x.bytes}`, LABEL_BYTES: `${y.bytes}`, ORDERED: `${order !== undefined}` },
      grid: { invocations: rows * (xLength / (isAligned ? 4 : 1) + yLength) },
    });
    return [xBatch, yBatch];
  },
  reference: (device, { x, y, order, cursor }, rows) => {
    const [start] = device.view(cursor).data;
    const places = Array.from({ length: rows }, (_, i) => start + i);
    const positions = order === undefined ? places : places.map((place) => device.view(order).data[place]);
    const pick = ({ memory, shape }: Resident): Tensor =>
      device.adopt(device.references.batch(device.view(memory), { positions, shape }));
    return [pick(x), pick(y ?? { memory: x.memory, shape: [0], bytes: false })];
  },
});

/** The samples at `order[cursor] .. order[cursor + rows - 1]` and their labels; bytes become f32. */
export const takeBatch = (samples: Samples, rows: number): [x: Tensor, y: Tensor] =>
  take(samples.cursor.device, samples, rows);
