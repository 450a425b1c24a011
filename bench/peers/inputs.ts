import type { HostArray, Kind, Workload } from './library.ts';

/** Fills an array of the given shape. */
type Fill = (shape: readonly number[], random: () => number) => Float32Array<ArrayBuffer>;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

const between =
  (low: number, high: number): Fill =>
  (shape, random) =>
    Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random());

/** Glorot's uniform distribution, as every one of the libraries starts a layer. */
const kernel: Fill = (shape, random) => {
  const taps = sizeOf(shape.slice(0, -2));
  const limit = Math.sqrt(6 / (taps * (shape[shape.length - 2] + shape[shape.length - 1])));
  return between(-limit, limit)(shape, random);
};

/** Each class in turn. */
const oneHot: Fill = ([rows, classes]) =>
  Float32Array.from({ length: rows * classes }, (_, i) => +(i % classes === Math.floor(i / classes) % classes));

const fills: Record<Kind, readonly Fill[]> = {
  train: [between(0, 1), oneHot, kernel, kernel, kernel], // x, y, and the kernels of the layers
  trainConvolutions: [between(0, 1), oneHot, kernel, kernel, kernel],
  matmul: [between(-1, 1), between(-1, 1)],
  batchNormRelu: [between(0, 6), between(0.5, 1.5), between(-1, 1)], // x, gamma, beta
  softmax: [between(-5, 5)],
  sum: [between(0, 1)],
};

/** The inputs of a workload: in every process the same. */
export function inputsOf({ kind, shapes }: Workload): HostArray[] {
  const random = mulberry32(1);
  return shapes.map((shape, i) => ({ data: fills[kind][i](shape, random), shape }));
}

/** Numbers in [0, 1). @see Tommy Ettinger (2017), mulberry32, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}
