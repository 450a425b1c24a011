import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, keep, mul, ones, scope, sequential, type Tensor, tensor } from '../../src/node.ts';
import { onBoth } from '../harness/device.ts';

const test = suite('scope');

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

onBoth(test, 'concurrent functions each free their own tensors', async (device) => {
  const m = sequential([dense({ units: 2, kernelInitializer: 'ones', inputShape: [2] })]);
  m.build([2]);
  await (await m.predict([[1, 1]])).data();
  const before = device.memory().buffers;
  const request = (v: number): Promise<number> =>
    scope(async () => {
      const y = await m.predict(tensor([[v, v]]));
      const z = mul(y, 2);
      await sleep((v * 7) % 5);
      return (await z.data())[0];
    });
  assert.equal(await Promise.all([1, 2, 3, 4, 5, 6].map(request)), [4, 8, 12, 16, 20, 24]);
  assert.is(device.memory().buffers, before);
  m.dispose();
});

onBoth(test, 'tensors made outside a scope outlive it, returned tensors belong to the enclosing scope', async () => {
  let outer: Tensor | undefined;
  await scope(async () => {
    const pending = scope(async () => {
      const t = ones([2]);
      await sleep(1);
      return { t, lost: ones([3]).shape };
    });
    const mine = tensor([1, 2, 3]);
    const { t } = await pending;
    assert.equal(await mine.array(), [1, 2, 3]);
    assert.equal(await t.array(), [1, 1]);
    outer = t;
  });
  assert.ok(outer?.isDisposed);
});

onBoth(test, 'an error frees the tensors made, and kept tensors stay', async (device) => {
  const before = device.memory().buffers;
  let kept: Tensor | undefined;
  const failing = scope(async () => {
    ones([4]);
    await sleep(1);
    kept = keep(ones([5]));
    scope(() => ones([6]));
    throw new Error('mine');
  });
  assert.is(await failing.catch((error: Error) => error.message), 'mine');
  assert.is(device.memory().buffers, before + 1);
  kept?.dispose();
  assert.is(device.memory().buffers, before);
});

onBoth(test, 'a result may contain itself', async (device) => {
  const before = device.memory().buffers;
  const { t } = scope(() => {
    const result: { t: Tensor; self?: unknown } = { t: tensor([1]) };
    result.self = result;
    ones([2]);
    return result;
  });
  assert.equal(await t.array(), [1]);
  t.dispose();
  assert.is(device.memory().buffers, before);
});

test.run();
