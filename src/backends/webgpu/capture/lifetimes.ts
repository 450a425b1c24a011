/** Something that occupies `bytes` from command `first` to command `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Shares buffers among lifetimes that do not overlap: the largest first, each into the smallest buffer that is free.
 * A buffer is given to one lifetime at a time and never cut, because a dispatch may not read and write parts of one.
 * @returns the size of each buffer, and for each lifetime the index of its buffer.
 * @see Pisarchyk and Lee (2020), "Efficient memory management for deep neural net inference" (greedy by size).
 */
export function shareBuffers(lifetimes: readonly Lifetime[]): { sizes: number[]; buffers: number[] } {
  const sizes: number[] = [];
  const tenants: Lifetime[][] = [];
  const buffers = new Array<number>(lifetimes.length);
  const bySize = lifetimes.map((_, i) => i).sort((i, j) => lifetimes[j].bytes - lifetimes[i].bytes || i - j);
  for (const i of bySize) {
    const own = lifetimes[i];
    const isFree = (others: readonly Lifetime[]): boolean =>
      others.every(({ first, last }) => last < own.first || own.last < first);
    const found = tenants.findLastIndex(isFree); // sizes fall, so the last that is free is the tightest
    const buffer = found >= 0 ? found : sizes.push(own.bytes) - 1;
    tenants[buffer] ??= [];
    tenants[buffer].push(own);
    buffers[i] = buffer;
  }
  return { sizes, buffers };
}
