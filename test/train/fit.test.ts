import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fit, judge, type Row } from '../../bench/lab/fit.ts';
import { expectedTime, type TileTimes, tiledKernels, tiledNames } from '../../src/ops/matmul/kernels.ts';
import { tileTimes } from '../../src/ops/matmul/tileTimes.ts';

const test = suite('fit');

const REAL: TileTimes = {
  tiled128: { latency: 2.4, rate: 17e6 },
  tiled128x64: { latency: 2.8, rate: 15e6 },
  tiled64: { latency: 1.7, rate: 13e6 },
  tiled32: { latency: 1.4, rate: 9e6 },
  tiled16x64: { latency: 1.6, rate: 7e6 },
  tiled64x16: { latency: 2.1, rate: 5e6 },
};

const SHAPES = [
  ...[128, 1024, 8192, 16384].flatMap((batch) => [
    { layout: 'NN', M: batch, K: 784, N: 200 },
    { layout: 'TN', M: 784, K: batch, N: 200 },
    { layout: 'NN', M: batch, K: 200, N: 100 },
  ]),
  ...[512, 1024, 4096].map((side) => ({ layout: 'NN', M: side, K: side, N: side })),
];

/** What a sweep would measure on a GPU that does as the model says, but for each tenth reading. */
function sweep(): readonly Row[] {
  let count = 0;
  return SHAPES.map((shape) => {
    const sizes = { ...shape, batches: 1 };
    const readings = tiledNames.flatMap((name) =>
      [1, 4, 16].map((parts): [string, number] => {
        const time = expectedTime({ kernel: tiledKernels[name], parts, sizes }, REAL[name]);
        return [parts === 1 ? name : `${name}/${parts}`, ++count % 10 === 0 ? 2.5 * time : time];
      }),
    );
    return { ...shape, microseconds: Object.fromEntries(readings) };
  });
}

test('the constants are found again, though a tenth of the readings are wrong', () => {
  const found = fit(sweep(), tileTimes.nvidia);
  for (const name of tiledNames) {
    for (const constant of ['latency', 'rate'] as const) {
      const ratio = found[name][constant] / REAL[name][constant];
      assert.ok(ratio > 0.95 && ratio < 1.05, `${name}: ${constant} is ${found[name][constant]}`);
    }
  }
});

test('a kernel that was not measured keeps its constants', () => {
  const found = fit([], tileTimes.nvidia);
  assert.equal(found, tileTimes.nvidia);
});

test('a choice is judged by the fastest, if it was measured more than once', () => {
  const row = { layout: 'NN', M: 4096, K: 4096, N: 4096 };
  const judged = (microseconds: Row['microseconds']) => judge({ ...row, microseconds }, tileTimes.nvidia);
  assert.is(judged({ tiled128: 30, tiled64: 20 }).ratio, 1.5);
  assert.is(judged({ tiled64: 20, tiled128: 70 }).ratio, undefined);
  assert.is(judged({ tiled64: 20 }).ratio, undefined);
});

test.run();
