import { add, exp, full, mul, type Tensor } from '../src/node.ts';
import { device, expectClose, type Row, suite } from './harness.ts';

const SIZE = 2 ** 20;
const x = full([SIZE / 1024, 1024], 0.5);
const y = full([SIZE / 1024, 1024], 2);
const bias = full([1024], 3);

function row(name: string, tensors: number, expected: number, run: () => Tensor): Row {
  return {
    name: `${name}, ${SIZE} elements`,
    work: tensors * SIZE * 4,
    unit: 'GB/s',
    run,
    check: async () => expectClose(name, await run().data(), new Float32Array(SIZE).fill(expected), 1e-6),
  };
}

await suite('elementwise', [
  row('exp(x)', 2, Math.exp(0.5), () => exp(x)),
  row('x * y', 3, 1, () => mul(x, y)),
  row('x + bias (broadcast)', 2, 3.5, () => add(x, bias)),
]);
device.dispose();
