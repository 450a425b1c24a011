import shader from '../../../shaders/data/batch.wgsl';
import { CpuDevice } from '../../backends/cpu/device.ts';
import { type Shape, sizeOf } from '../../core/shape.ts';
import type { DType } from '../../core/storage.ts';
import { emptyOn, type Tensor } from '../../core/tensor.ts';
import { runner } from '../op.ts';

/** Samples or labels on a device. */
export interface Resident {
  /** Their memory: f32 or i32, or bytes, four to an element. */
  readonly memory: Tensor;
  /** The shape of one. */
  readonly shape: Shape;
  readonly bytes: boolean;
}

const withRows = ({ shape, memory, bytes }: Resident, rows: number): { shape: Shape; dtype: DType } => ({
  shape: [rows, ...shape],
  dtype: bytes ? 'f32' : memory.dtype,
});

/** A data set as a batch is taken from it. */
interface Laid {
  readonly x: Resident;
  /** Default: no labels. */
  readonly y?: Resident | undefined;
  /** Positions in x and y; default 0, 1, 2, ... */
  readonly order?: Tensor;
  /** `[4]` in i32, of which the first counts. */
  readonly cursor: Tensor;
}

/** The samples at `order[cursor] .. order[cursor + rows - 1]` and their labels; bytes of either become floats. */
export function takeBatch({ x, y: labels, order, cursor }: Laid, rows: number): [x: Tensor, y: Tensor] {
  const { device } = cursor;
  const y = labels ?? { memory: x.memory, shape: [0], bytes: false };
  const [xOut, yOut] = [withRows(x, rows), withRows(y, rows)];
  if (device instanceof CpuDevice) {
    const [start] = device.view(cursor).data;
    const places = Array.from({ length: rows }, (_, i) => start + i);
    const positions = order === undefined ? places : places.map((place) => device.view(order).data[place]);
    const pick = ({ memory, shape }: Resident): Tensor =>
      device.adopt(device.references.batch(device.view(memory), { positions, shape }));
    return [pick(x), pick(y)];
  }
  const make = ({ shape, dtype }: { shape: Shape; dtype: DType }): Tensor => emptyOn(device, shape, dtype);
  const outputs: [Tensor, Tensor] = [make(xOut), make(yOut)];
  const xLength = sizeOf(x.shape);
  const yLength = sizeOf(y.shape);
  const whole = xLength % 4 === 0;
  const items = xLength / (whole ? 4 : 1) + yLength;
  const run = runner({ name: 'batch', sources: [shader] }, device);
  run.into(whole ? 'vectors' : 'singles', [x.memory, order ?? x.memory, y.memory], outputs, {
    uniforms: [cursor],
    params: { rows, x_length: xLength, y_length: yLength },
    constants: { BYTES: `${x.bytes}`, LABEL_BYTES: `${y.bytes}`, ORDERED: `${order !== undefined}` },
    grid: { invocations: rows * items },
  });
  return outputs;
}
