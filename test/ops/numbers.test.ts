import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as ops from '../../src/node.ts';
import { onBoth, onGpu } from '../harness/device.ts';

// Cases that a row of src/gradcheck/cases/edges.ts can't express: compositions, and inputs too long to write down.

const test = suite('numbers');
const { tensor } = ops;

/** The gradient of the sum of f at x. */
async function slope(f: (x: ops.Tensor) => ops.Tensor, x: readonly number[]): Promise<number[]> {
  const at = tensor(x);
  return [...(await ops.valueAndGrad(() => ops.sum(f(at)), [at]).grads[0].data())];
}

// biome-ignore format: one composition per line
const compositions: Record<string, readonly [f: (x: ops.Tensor) => ops.Tensor, x: readonly number[], slope: readonly number[]]> = {
  'the root of what relu made 0': [(x) => ops.sqrt(ops.relu(x)), [-1, 4], [0, 0.25]],
  'the root of what maximum made 0': [(x) => ops.sqrt(ops.maximum(x, 0)), [-1, 4], [0, 0.25]],
  'the root of what clip made 0': [(x) => ops.sqrt(ops.clip(x, 0, 9)), [-1, 4], [0, 0.25]],
  'the logarithm that was not chosen': [(x) => ops.where(ops.greater(x, 0), ops.log(x), x), [0, 2], [1, 0.5]],
  'the root that weighs nothing': [(x) => ops.mul(ops.sqrt(x), tensor([0, 1])), [0, 4], [0, 0.25]],
  'the root of the largest, which is 0': [(x) => ops.sqrt(ops.max(x)), [-1, 0, -2], [0, Infinity, 0]],
  'NaN stays': [(x) => ops.mul(ops.sqrt(x), tensor([Number.NaN, 1])), [4, 4], [Number.NaN, 0.25]],
};
for (const [name, [f, x, expected]] of Object.entries(compositions)) {
  onBoth(test, `the gradient of ${name}`, async () => assert.equal(await slope(f, x), expected));
}

onGpu(test, 'a sum of ten million numbers is accurate to six digits', async (device) => {
  const x = ops.full([1e7], 0.1, { device });
  const exact = 1e7 * Math.fround(0.1);
  const total = await ops.sum(x).item();
  assert.ok(Math.abs(total - exact) < 2, `along a row: ${total}`);
  const [column] = await ops.sum(ops.reshape(x, [1e6, 10]), { axis: 0 }).data();
  assert.ok(Math.abs(column - exact / 10) < 0.2, `along columns: ${column}`);
});

onBoth(test, 'numbers far from 0 keep their variance in a long row', async () => {
  const x = tensor(Float32Array.from({ length: 3000 }, (_, i) => 1e6 + (i % 8) / 2)); // variance 21 / 16
  assert.ok(Math.abs((await ops.variance(x).item()) - 1.3125) < 1e-5);
  const [y] = await ops.layerNorm(ops.reshape(x, [1, -1]), ops.ones([3000]), ops.zeros([3000])).data();
  assert.ok(Math.abs(y + 1.75 / Math.sqrt(1.3125 + 1e-3)) < 1e-5, `got ${y}`);
});

onBoth(test, 'the sine is accurate for numbers of any size', async () => {
  const angles = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 ? -1 : 1) * 8000 * 1.025 ** i).filter(
    Number.isFinite,
  );
  const [sines, cosines] = [await ops.sin(tensor(angles)).data(), await ops.cos(tensor(angles)).data()];
  angles.forEach((x, i) => {
    assert.ok(Math.abs(sines[i] - Math.sin(x)) < 2 ** -22, `sin ${x}: got ${sines[i]}`);
    assert.ok(Math.abs(cosines[i] - Math.cos(x)) < 2 ** -22, `cos ${x}: got ${cosines[i]}`);
  });
});

test.run();
