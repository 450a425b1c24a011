import { CpuDevice } from '../src/cpu.ts';
import { matmul, randomNormal, type Tensor, tensor } from '../src/node.ts';
import { Generator } from '../src/random.ts';
import { device, expectClose, type Row, suite } from './harness.ts';

/** Square, and the three products of the lecture's first layer at batch 128: forward, weight gradient, input gradient. */
const shapes = [
  { name: '512 x 512 x 512', M: 512, K: 512, N: 512, transposeA: false, transposeB: false },
  { name: 'forward 128 x 784 x 200', M: 128, K: 784, N: 200, transposeA: false, transposeB: false },
  { name: 'dW 784 x 128 x 200 (A transposed)', M: 784, K: 128, N: 200, transposeA: true, transposeB: false },
  { name: 'dX 128 x 200 x 784 (B transposed)', M: 128, K: 200, N: 784, transposeA: false, transposeB: true },
  { name: 'odd 127 x 129 x 131', M: 127, K: 129, N: 131, transposeA: false, transposeB: false },
];

const reference = new CpuDevice(new Generator(0));

function row({ name, M, K, N, ...transposes }: (typeof shapes)[number]): Row {
  const a = randomNormal(transposes.transposeA ? [K, M] : [M, K]);
  const b = randomNormal(transposes.transposeB ? [N, K] : [K, N]);
  const run = (): Tensor => matmul(a, b, transposes);
  const onReference = async (t: Tensor): Promise<Tensor> =>
    tensor(await t.data(), { shape: t.shape, device: reference });
  return {
    name,
    work: 2 * M * N * K,
    unit: 'GFLOP/s',
    run,
    check: async () => {
      const expected = await matmul(await onReference(a), await onReference(b), transposes).data();
      expectClose(name, await run().data(), expected, K * 2 ** -20);
    },
  };
}

await suite('matmul', shapes.map(row));
device.dispose();
