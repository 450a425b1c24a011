// What is compared: training steps of the lecture's network and of a CNN, products, and kernels that memory holds back.

/** @typedef {import('./library.ts').Workload} Workload */

const BYTES = 4; // of a float32

/** 784-200-100-10 with batch normalisation, ReLU and dropout, categorical cross-entropy and Adam. @returns {Workload} */
const train = (batch) => ({
  name: `training step, batch ${batch}`,
  kind: 'train',
  shapes: [
    [batch, 784],
    [batch, 10],
    [784, 200],
    [200, 100],
    [100, 10],
  ],
  dropout: 0.5,
  work: 1,
  unit: 'steps/s',
});

/** 3 x 3 convolutions to 16 and 32 channels, each with ReLU and a pool, and a dense layer; Adam. @returns {Workload} */
const trainConvolutions = (batch) => ({
  name: `training step of a CNN, batch ${batch}`,
  kind: 'trainConvolutions',
  shapes: [
    [batch, 28, 28, 1],
    [batch, 10],
    [3, 3, 1, 16],
    [3, 3, 16, 32],
    [7 * 7 * 32, 10],
  ],
  work: 1,
  unit: 'steps/s',
});

/** `C[M, N] = A[M, K] B[K, N]`, the operands stored as a layer has them. @returns {Workload} */
const matmul = (name, { M, K, N, transposeA = false, transposeB = false }) => ({
  name: `matmul ${name} ${M}x${K}x${N}`,
  kind: 'matmul',
  shapes: [transposeA ? [K, M] : [M, K], transposeB ? [N, K] : [K, N]],
  transposeA,
  transposeB,
  work: (2 * M * K * N) / 1e9,
  unit: 'GFLOP/s',
});

/** Statistics of the batch per column, so x is read twice. @returns {Workload} */
const batchNormRelu = (rows, channels) => ({
  name: `relu(batch norm) [${rows}, ${channels}]`,
  kind: 'batchNormRelu',
  shapes: [[rows, channels], [channels], [channels]],
  work: (3 * rows * channels * BYTES) / 1e9,
  unit: 'GB/s',
});

/** Over the last axis; read and written once. @returns {Workload} */
const softmax = (rows, columns) => ({
  name: `softmax [${rows}, ${columns}]`,
  kind: 'softmax',
  shapes: [[rows, columns]],
  work: (2 * rows * columns * BYTES) / 1e9,
  unit: 'GB/s',
});

/** Of all elements. @returns {Workload} */
const sum = (size) => ({
  name: `sum [${size}]`,
  kind: 'sum',
  shapes: [[size]],
  work: (size * BYTES) / 1e9,
  unit: 'GB/s',
});

export const workloads = [
  train(128),
  train(1024),
  trainConvolutions(64),
  matmul('square', { M: 512, K: 512, N: 512 }),
  matmul('forward', { M: 128, K: 784, N: 200 }),
  matmul('dW', { M: 784, K: 128, N: 200, transposeA: true }),
  matmul('dX', { M: 128, K: 200, N: 784, transposeB: true }),
  batchNormRelu(4096, 512),
  softmax(4096, 1000),
  sum(2 ** 22),
];
