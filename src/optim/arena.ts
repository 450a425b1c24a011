import { type Device, largestTensor } from '../core/device.ts';
import { BYTES } from '../core/storage.ts';
import { keep, Tensor } from '../core/tensor.ts';

/** Kernels read arenas as vec4. */
export const LANES = 4;
/** Elements that a tensor's place is a multiple of: WebGPU's alignment of bindings, so that a device adds no more. */
export const BLOCK = 64;

/** A place in an arena for each of some tensors, in order; the gaps between them stay 0. */
export interface Layout {
  /** The index of the first of them, where others lie in arenas before. */
  readonly first: number;
  readonly tensors: readonly Tensor[];
  readonly lengths: readonly number[];
  readonly starts: readonly number[];
  readonly total: number;
}

const lengthOf = ({ size }: Tensor): number => BLOCK * Math.max(1, Math.ceil(size / BLOCK));

/** Lays out tensors one behind the other. */
export function layoutOf(tensors: readonly Tensor[], first = 0): Layout {
  const lengths = tensors.map(lengthOf);
  let total = 0;
  const starts = lengths.map((length) => {
    total += length;
    return total - length;
  });
  return { first, tensors, lengths, starts, total };
}

/** Lays out tensors in as few arenas as the device's limits allow, in order. */
export function layoutsOf(device: Device, tensors: readonly Tensor[]): Layout[] {
  const limit = largestTensor(device.info) / BYTES;
  const layouts: Layout[] = [];
  let [first, used] = [0, 0];
  tensors.forEach((t, i) => {
    const length = lengthOf(t);
    if (i > first && used + length > limit) {
      layouts.push(layoutOf(tensors.slice(first, i), first));
      [first, used] = [i, 0];
    }
    used += length;
  });
  return [...layouts, layoutOf(tensors.slice(first), first)];
}

/** One allocation of zeros, laid out: as a whole for kernels, and a tensor for each place. */
export class Arena {
  readonly whole: Tensor;
  readonly parts: readonly Tensor[];

  constructor(device: Device, { tensors, lengths, total }: Layout) {
    const { whole, length, parts } = device.arena(lengths);
    if (length !== total) throw new Error(`internal: an arena of ${length} elements where the layout has ${total}`);
    this.whole = keep(new Tensor(device, whole, [total], 'f32'));
    this.parts = parts.map((part, i) => keep(new Tensor(device, part, tensors[i].shape, 'f32')));
  }

  /** Copies a tensor for each place into it. */
  fill(tensors: readonly Tensor[]): void {
    const { device } = this.whole;
    tensors.forEach((t, i) => {
      device.copy(t.storage, this.parts[i].storage, t.size);
    });
  }

  dispose(): void {
    for (const t of [this.whole, ...this.parts]) t.dispose();
  }
}
