import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GpuDevice } from '../src/gpu/device.ts';
import { Tuner, type TunerStore } from '../src/gpu/tuner.ts';
import { tunerDatabase } from '../src/gpu/tunerDatabase.ts';
import { compile, init, matmul, randomNormal, scope, type Tensor } from '../src/node.ts';
import { onGpu } from './device.ts';

const test = suite('tuner');

/** Milliseconds that each candidate pretends to take. */
const TIMES: Readonly<Record<string, number>> = { slow: 3, fast: 1, middling: 2 };

/** A tuner whose clock is the table above, and what it has measured. */
function tuner(store: TunerStore | undefined, adapter = 'Some GPU (driver 1.2)') {
  const measured: string[] = [];
  const made = new Tuner(adapter, store, async (work) => {
    const from = measured.length;
    work();
    return measured.slice(from).reduce((sum, name) => sum + TIMES[name], 0);
  });
  const contest = {
    key: 'matmul',
    candidates: Object.keys(TIMES),
    run: (candidate: string) => void measured.push(candidate),
  };
  return { tuner: made, contest, measured };
}

/** A store in memory that starts with some text under every name. */
function memory(text?: string): TunerStore & { readonly written: Map<string, string> } {
  const written = new Map<string, string>();
  return {
    written,
    read: async (name) => written.get(name) ?? text,
    write: async (name, value) => void written.set(name, value),
  };
}

test('cold: the usual choice until contests are settled, then the fastest, and that is stored', async () => {
  const store = memory();
  const { tuner: cold, contest, measured } = tuner(store);
  await cold.load();
  const before = cold.round;
  assert.is(cold.choice(contest), undefined);
  assert.equal(measured, []);
  await cold.settle();
  assert.is(cold.choice(contest), 'fast');
  assert.ok(cold.round > before);
  assert.is(store.written.size, 1);
  assert.match([...store.written.values()][0], /"matmul": "fast"/);
  const count = measured.length;
  await cold.settle();
  assert.is(measured.length, count, 'nothing is measured twice');
});

test('warm: what was stored is taken over without measuring', async () => {
  const store = memory();
  const first = tuner(store);
  first.tuner.choice(first.contest);
  await first.tuner.settle();
  const { tuner: warm, contest, measured } = tuner(store);
  await warm.load();
  assert.is(warm.choice(contest), 'fast');
  await warm.settle();
  assert.equal(measured, []);
});

for (const [name, text] of Object.entries({
  'cut off': '{"version": 1, "adapter": "Some GPU',
  'no object': '17',
  'no choices': '{"version": 1, "adapter": "Some GPU (driver 1.2)"}',
  'choices of a wrong type': '{"version": 1, "adapter": "Some GPU (driver 1.2)", "choices": {"matmul": 5}}',
  'of another version': '{"version": 0, "adapter": "Some GPU (driver 1.2)", "choices": {"matmul": "slow"}}',
  'of another adapter under the same name': '{"version": 1, "adapter": "some-gpu", "choices": {"matmul": "slow"}}',
  'with a kernel that is gone': '{"version": 1, "adapter": "Some GPU (driver 1.2)", "choices": {"matmul": "old"}}',
})) {
  test(`corrupted: a store that is ${name} is measured anew and written over`, async () => {
    const store = memory(text);
    const { tuner: fresh, contest } = tuner(store);
    await fresh.load();
    assert.is(fresh.choice(contest), undefined);
    await fresh.settle();
    assert.is(fresh.choice(contest), 'fast');
    assert.match([...store.written.values()][0], /"matmul": "fast"/);
  });
}

test('read-only: findings that cannot be stored hold for the process', async () => {
  const fails = async (): Promise<never> => {
    throw new Error('EROFS');
  };
  const { tuner: forgetful, contest } = tuner({ read: fails, write: fails });
  await forgetful.load();
  forgetful.choice(contest);
  await forgetful.settle();
  assert.is(forgetful.choice(contest), 'fast');
});

test('another adapter, or another driver, has findings of its own', async () => {
  const store = memory();
  for (const adapter of ['Some GPU (driver 1.2)', 'Some GPU (driver 1.3)', 'Another GPU']) {
    const { tuner: each, contest, measured } = tuner(store, adapter);
    await each.load();
    assert.is(each.choice(contest), undefined, adapter);
    await each.settle();
    assert.ok(measured.length > 0);
  }
  assert.is(store.written.size, 3);
});

test('IndexedDB keeps a text; without it nothing is remembered and nothing breaks', async () => {
  const { tuner: each, contest } = tuner(tunerDatabase, 'a test');
  await each.load();
  each.choice(contest);
  await each.settle();
  assert.is(each.choice(contest), 'fast');
  const { tuner: next, contest: again } = tuner(tunerDatabase, 'a test');
  await next.load();
  assert.is(next.choice(again), typeof indexedDB === 'undefined' ? undefined : 'fast');
});

onGpu(test, 'kernels are chosen by measurement; the result differs by rounding at most', async () => {
  const results: number[][] = [];
  for (const options of [{ tune: true }, { tune: true, deterministic: true }, { tune: false }]) {
    const device = await init({ backend: 'webgpu', seed: 2, ...options });
    if (!(device instanceof GpuDevice)) throw new Error('internal: a GPU was asked for');
    assert.is(device.tuner !== undefined, options.tune && !('deterministic' in options));
    const [a, b] = [randomNormal([30, 40]), randomNormal([40, 20])];
    const product = compile((x: Tensor, y: Tensor) => matmul(x, y));
    await product.tune(a, b);
    results.push([...(await scope(() => product(a, b)).data())]);
    device.dispose();
  }
  assert.equal(results[1], results[2], 'pinned kernels give the same bits');
  const furthest = Math.max(...results[0].map((value, i) => Math.abs(value - results[1][i])));
  assert.ok(furthest < 40 * 2 ** -20, `${furthest}`);
});

test.run();
