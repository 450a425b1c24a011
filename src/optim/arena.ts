import { type Device, largestTensor } from '../core/device.ts';
import { BYTES } from '../core/tensor/storage.ts';
import { keep, Tensor } from '../core/tensor/tensor.ts';

/** Kernels read arenas as vec4. */
export const LANES = 4;
/** The alignment of tensors, in elements: WebGPU's alignment of bindings, so that a device adds no padding. */
export const BLOCK = 64;

/** The places of some tensors in an arena, in order; the gaps between them stay 0. */
export interface Layout {
  /** The index of the first tensor, if earlier ones lie in other arenas. */
  readonly first: number;
  readonly tensors: readonly Tensor[];
  readonly lengths: readonly number[];
  readonly starts: readonly number[];
  readonly total: number;
}

const lengthOf = ({ size }: Tensor): number => BLOCK * Math.max(1, Math.ceil(size / BLOCK));

/** Lays out tensors one after another. */
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

/** One allocation of zeros with a layout: the whole for kernels, and a tensor for each place. */
export class Arena {
  readonly whole: Tensor;
  readonly parts: readonly Tensor[];

  constructor(device: Device, { tensors, lengths, total }: Layout) {
    const { whole, length, parts } = device.arena(lengths);
    if (length !== total) throw new Error(`internal: an arena of ${length} elements; its layout has ${total}`);
    this.whole = keep(new Tensor(device, whole, [total], 'f32'));
    this.parts = parts.map((part, i) => keep(new Tensor(device, part, tensors[i].shape, 'f32')));
  }

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
