// Loads part of MNIST for the examples, with flat images or thumbnails.
import { normalization } from 'dawngrad';
import { loadMnist, statistics } from 'dawngrad/data';

/** Every third pixel of the centre of an image: 8 x 8. */
const THUMBNAIL = Array.from({ length: 64 }, (_, i) => (3 + 3 * (i >> 3)) * 28 + 3 + 3 * (i & 7));

/**
 * `{ x, y, xTest, yTest, normalised }`: samples of 784 bytes, or 64 with `thumbnails`, their classes, and a function that
 * makes the scaling layer.
 */
export async function digits({ train = 60_000, test = 10_000, thumbnails = false } = {}) {
  const mnist = await loadMnist();
  const small = ({ data }, count) =>
    Uint8Array.from({ length: count * 64 }, (_, i) => data[(i >> 6) * 784 + THUMBNAIL[i & 63]]);
  const part = ({ images, labels }, count) => [
    thumbnails
      ? { data: small(images, count), shape: [count, 64] }
      : { data: images.data.subarray(0, count * 784), shape: [count, 784] },
    { data: labels.data.subarray(0, count), shape: [count] },
  ];
  const [x, y] = part(mnist.train, train);
  const [xTest, yTest] = part(mnist.test, test);
  return {
    x,
    y,
    xTest,
    yTest,
    normalised: () => normalization({ axis: null, ...statistics(x, null), inputShape: [x.shape[1]] }),
  };
}

const CLASSES = 10;

/** One-hot labels: rows of ten, 1 for the class and 0 for the others. */
export const oneHot = ({ data, shape }) => ({
  data: Float32Array.from({ length: CLASSES * shape[0] }, (_, i) => +(data[Math.floor(i / CLASSES)] === i % CLASSES)),
  shape: [shape[0], CLASSES],
});

/** The largest norm of a unit's weights, which are a column of the kernel. */
export function largestNorm({ data, shape: [, units] }) {
  const squares = new Float64Array(units);
  for (const [i, w] of data.entries()) squares[i % units] += w * w;
  return Math.sqrt(Math.max(...squares));
}
