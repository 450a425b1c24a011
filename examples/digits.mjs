// MNIST for the examples: a part of the training images, and of the test images, flat.
import { normalization } from 'dawngrad';
import { loadMnist, statistics } from 'dawngrad/data';

/** `{ x, y, xTest, yTest, normalised }`: samples of 784 bytes with their classes, and the layer that scales them. */
export async function digits({ train = 60_000, test = 10_000 } = {}) {
  const mnist = await loadMnist();
  const part = ({ images, labels }, count) => [
    { data: images.data.subarray(0, count * 784), shape: [count, 784] },
    { data: labels.data.subarray(0, count), shape: [count] },
  ];
  const [x, y] = part(mnist.train, train);
  const [xTest, yTest] = part(mnist.test, test);
  return {
    x,
    y,
    xTest,
    yTest,
    normalised: () => normalization({ axis: null, ...statistics(x, null), inputShape: [784] }),
  };
}

const CLASSES = 10;

/** Labels as rows of ten: 1 for the class, 0 for the others. */
export const oneHot = ({ data, shape }) => ({
  data: Float32Array.from({ length: CLASSES * shape[0] }, (_, i) => +(data[Math.floor(i / CLASSES)] === i % CLASSES)),
  shape: [shape[0], CLASSES],
});

/** The largest norm of the weights into one unit, a column of the kernel. */
export function largestNorm({ data, shape: [, units] }) {
  const squares = new Float64Array(units);
  for (const [i, w] of data.entries()) squares[i % units] += w * w;
  return Math.sqrt(Math.max(...squares));
}
