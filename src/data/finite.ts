import { ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { HostArray } from '../core/tensor/tensor.ts';

/**
 * Checks that all numbers are finite.
 * @param name the name of the data in the error. @param x data of any shape; bytes and int32 are always finite.
 * @throws ValueError that names the index of the first NaN or infinity.
 */
export function checkFinite(name: string, x: HostArray): void {
  if (x.data instanceof Uint8Array || x.data instanceof Int32Array) return;
  const flat = x.data.findIndex((value) => !Number.isFinite(value));
  if (flat < 0) return;
  throw new ValueError({
    op: name,
    got: `${x.data[flat]} at ${formatShape(multiIndex(flat, x))}`,
    expected: 'finite numbers',
    fix: 'Clean the data first: a single NaN or infinity would make every weight NaN.',
  });
}

function multiIndex(flat: number, { shape }: HostArray): number[] {
  const index: number[] = [];
  for (const length of shape.toReversed()) {
    index.unshift(flat % length);
    flat = Math.floor(flat / length);
  }
  return index;
}
