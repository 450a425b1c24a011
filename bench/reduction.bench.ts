import { full, max, softmax, sum, type Tensor } from '../src/node.ts';
import { device, expectClose, type Row, suite } from './harness.ts';

const ROWS = 1024;
const COLUMNS = 1000;
const x = full([ROWS, COLUMNS], 0.25);

function row(name: string, passes: number, expected: number, run: () => Tensor): Row {
  return {
    name: `${name} of [${ROWS}, ${COLUMNS}]`,
    work: passes * ROWS * COLUMNS * 4,
    unit: 'GB/s',
    run,
    check: async () => {
      const result = await run().data();
      expectClose(name, result, new Float32Array(result.length).fill(expected), 1e-5 * Math.abs(expected));
    },
  };
}

await suite('reduction', [
  row('sum', 1, ROWS * COLUMNS * 0.25, () => sum(x)),
  row('sum over rows', 1, ROWS * 0.25, () => sum(x, { axis: 0 })),
  row('max over columns', 1, 0.25, () => max(x, { axis: 1 })),
  row('softmax', 2, 1 / COLUMNS, () => softmax(x)),
]);
device.dispose();
