/** Scrambles a word; the constants are those of MurmurHash3's finalizer. */
function mix(word: number): number {
  let h = Math.imul(word, 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** Half the bits that hold the numbers below count. */
export function halfBits(count: number): number {
  let half = 1;
  while (4 ** half < count) half++;
  return half;
}

/**
 * The numbers below count in an order that the keys decide: which one comes at each place. A Feistel network, walked until
 * it is below count.
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
