/** Memory of `bytes` that is live from command `first` to command `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Shares buffers among lifetimes that do not overlap: largest first, each into the smallest free buffer. A buffer holds
 * one lifetime at a time and is never split, because a dispatch must not read one part of a buffer and write another.
 * @returns the size of each buffer, and for each lifetime the index of its buffer.
 * @see Pisarchyk and Lee (2020), "Efficient memory management for deep neural net inference" (greedy by size).
 */
export function shareBuffers(lifetimes: readonly Lifetime[]): { sizes: number[]; buffers: number[] } {
  const sizes: number[] = [];
  const tenants: Lifetime[][] = [];
  const buffers = new Array<number>(lifetimes.length);
  const bySize = lifetimes.map((_, i) => i).sort((i, j) => lifetimes[j].bytes - lifetimes[i].bytes || i - j);
  for (const i of bySize) {
    const lifetime = lifetimes[i];
    const isFree = (others: readonly Lifetime[]): boolean =>
      others.every(({ first, last }) => last < lifetime.first || lifetime.last < first);
    const found = tenants.findLastIndex(isFree); // sizes decrease, so the last free buffer fits best
    const buffer = found >= 0 ? found : sizes.push(lifetime.bytes) - 1;
    tenants[buffer] ??= [];
    tenants[buffer].push(lifetime);
    buffers[i] = buffer;
  }
  return { sizes, buffers };
}
