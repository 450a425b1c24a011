/** Scrambles 32 bits, with the constants of MurmurHash3's finalizer. */
function mix(bits: number): number {
  let h = Math.imul(bits, 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** Half the number of bits that hold the numbers below count, rounded up, at least 1. */
export function halfBits(count: number): number {
  let half = 1;
  while (4 ** half < count) half++;
  return half;
}

/**
 * A permutation of the numbers below count, selected by the keys, as a function of the position: a Feistel network,
 * repeated until its result is below count.
 */
export function permutation(count: number, keys: readonly number[]): (place: number) => number {
  const half = halfBits(count);
  const mask = 2 ** half - 1;
  const permute = (i: number): number => {
    let [left, right] = [i >>> half, i & mask];
    for (const key of keys) [left, right] = [right, (left ^ mix((right ^ key) >>> 0)) & mask];
    return ((left << half) | right) >>> 0;
  };
  return (place) => {
    let j = permute(place);
    while (j >= count) j = permute(j);
    return j;
  };
}
