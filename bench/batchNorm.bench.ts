import { Tape } from '../src/gradient.ts';
import { batchNormTraining, mean, ones, randomNormal, relu, type Tensor, variance, zeros } from '../src/node.ts';
import { scope } from '../src/tensor.ts';
import { device, expectClose, type Row, suite } from './harness.ts';

const ROWS = 4096;
const CHANNELS = 512;
const x = randomNormal([ROWS, CHANNELS], { mean: 3, standardDeviation: 2 });
const gamma = ones([CHANNELS]);
const beta = zeros([CHANNELS]);
const fused = (): Tensor => batchNormTraining(x, gamma, beta, { activation: 'relu' });

const forward: Row = {
  name: `batch norm + ReLU forward, [${ROWS}, ${CHANNELS}]`,
  work: 3 * ROWS * CHANNELS * 4, // x twice, y once
  unit: 'GB/s',
  run: fused,
  check: async () => {
    // Normalised to mean 0 and variance 1 before ReLU: without it the statistics must come out so.
    const y = batchNormTraining(x, gamma, beta);
    expectClose('mean', await mean(y, { axis: 0 }).data(), new Float32Array(CHANNELS), 1e-5);
    expectClose('variance', await variance(y, { axis: 0 }).data(), new Float32Array(CHANNELS).fill(1), 1e-3);
    expectClose('relu', await fused().data(), await relu(y).data(), 1e-6);
  },
};

const both: Row = {
  ...forward,
  name: `batch norm + ReLU forward and backward, [${ROWS}, ${CHANNELS}]`,
  work: 9 * ROWS * CHANNELS * 4, // forward 3; backward x, y, dy twice each and dx, at the least
  run: () =>
    scope(() => {
      using tape = new Tape();
      const [dx] = tape.gradient(fused(), [x]);
      return dx;
    }),
};

await suite('batch norm', [forward, both]);
device.dispose();
