const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

export type Words = [number, number, number, number];

/** The high 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = (a0 * b0) >>> 16;
  const middle = a1 * b0 + low; // below 2^32: (2^16-1)^2 + 2^16-1
  const carry = (middle & 0xffff) + a0 * b1;
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/**
 * Philox 4x32-10: four uniform 32-bit words for a counter of four words and a key of two. Computes the same integers as
 * `shaders/lib/philox.wgsl`, so masks match bit for bit.
 * @see Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3".
 */
export function philox(counter: Readonly<Words>, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}
