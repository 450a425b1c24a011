import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { tunerDatabase } from '../../src/backends/webgpu/tuner/database.ts';
import { Tuner, type TunerStore } from '../../src/backends/webgpu/tuner/tuner.ts';
import { setCurrentDevice } from '../../src/core/device.ts';
import { compile, init, matmul, randomNormal, scope, type Tensor } from '../../src/node.ts';
import { candidatesOn } from '../../src/ops/matmul/kernels.ts';
import { onGpu } from '../harness/device.ts';
import { limitedGpu } from '../harness/limited.ts';

const test = suite('tuner');

/** Milliseconds that a run of each candidate claims to take. */
type Times = Readonly<Record<string, number>>;

const TIMES: Times = { slow: 3, fast: 1, middling: 2 };

interface Pretended {
  readonly times?: Times;
  readonly adapter?: string;
  /** The clock's readings, in milliseconds, for the begin and end of some runs. */
  readonly clock?: (begin: number, end: number) => number;
}

/** A tuner on a simulated bench, and what ran there. */
function tuner(
  store: TunerStore | undefined,
  { times = TIMES, adapter = 'Some GPU (driver 1.2)', clock = (begin, end) => end - begin }: Pretended = {},
) {
  const measured: string[] = [];
  const compiled: string[] = [];
  let into = measured;
  let now = 0;
  const made = new Tuner(adapter, store, {
    compile: async (work) => {
      into = compiled;
      work();
      into = measured;
    },
    time: async (work, { runs }) => {
      const [from, begin] = [measured.length, now];
      for (let i = 0; i < runs; i++) work();
      now += measured.slice(from).reduce((sum, name) => sum + times[name], 0);
      return clock(begin, now);
    },
  });
  const contest = {
    key: 'matmul',
    candidates: Object.keys(times),
    run: (candidate: string) => void into.push(candidate),
  };
  const runsOf = (candidate: string): number => measured.filter((name) => name === candidate).length;
  return { tuner: made, contest, measured, compiled, runsOf };
}

/** A tuner's choice. */
async function winner({ tuner: each, contest }: ReturnType<typeof tuner>): Promise<string | undefined> {
  each.choice(contest);
  await each.settle();
  return each.choice(contest);
}

/** A store in memory that has some text under every name at first. */
function memory(text?: string): TunerStore & { readonly written: Map<string, string> } {
  const written = new Map<string, string>();
  return {
    written,
    read: async (name) => written.get(name) ?? text,
    write: async (name, value) => void written.set(name, value),
  };
}

test('cold: the default choice until contests are settled, then the fastest, which is stored', async () => {
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

test('warm: stored choices are used without measuring', async () => {
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
  'cut off': '{"version": 2, "adapter": "Some GPU',
  'not an object': '17',
  'no choices': '{"version": 2, "adapter": "Some GPU (driver 1.2)"}',
  'choices of a wrong type': '{"version": 2, "adapter": "Some GPU (driver 1.2)", "choices": {"matmul": 5}}',
  'of another version': '{"version": 0, "adapter": "Some GPU (driver 1.2)", "choices": {"matmul": "slow"}}',
  'of another adapter under the same name': '{"version": 2, "adapter": "some-gpu", "choices": {"matmul": "slow"}}',
  'with a kernel that is gone': '{"version": 2, "adapter": "Some GPU (driver 1.2)", "choices": {"matmul": "old"}}',
})) {
  test(`corrupted: a store that is ${name} is measured again and overwritten`, async () => {
    const store = memory(text);
    const { tuner: fresh, contest } = tuner(store);
    await fresh.load();
    assert.is(fresh.choice(contest), undefined);
    await fresh.settle();
    assert.is(fresh.choice(contest), 'fast');
    assert.match([...store.written.values()][0], /"matmul": "fast"/);
  });
}

test('read-only: choices that cannot be stored last for the process', async () => {
  const fails = async (): Promise<never> => {
    throw new Error('EROFS');
  };
  const { tuner: forgetful, contest } = tuner({ read: fails, write: fails });
  await forgetful.load();
  forgetful.choice(contest);
  await forgetful.settle();
  assert.is(forgetful.choice(contest), 'fast');
});

test('another adapter or driver has separate choices', async () => {
  const store = memory();
  for (const adapter of ['Some GPU (driver 1.2)', 'Some GPU (driver 1.3)', 'Another GPU']) {
    const { tuner: each, contest, measured } = tuner(store, { adapter });
    await each.load();
    assert.is(each.choice(contest), undefined, adapter);
    await each.settle();
    assert.ok(measured.length > 0);
  }
  assert.is(store.written.size, 3);
});

test('IndexedDB stores a text; without it nothing is remembered and nothing breaks', async () => {
  const { tuner: each, contest } = tuner(tunerDatabase, { adapter: 'a test' });
  await each.load();
  each.choice(contest);
  await each.settle();
  assert.is(each.choice(contest), 'fast');
  const { tuner: next, contest: again } = tuner(tunerDatabase, { adapter: 'a test' });
  await next.load();
  assert.is(next.choice(again), typeof indexedDB === 'undefined' ? undefined : 'fast');
});

for (const [where, grain] of Object.entries({
  'as Dawn does, to 65,536 ns': 0.065536,
  'as Chrome does, to 0.1 ms': 0.1,
})) {
  test(`a clock that rounds, ${where}, does not mislead: kernels that take microseconds run until it can measure them`, async () => {
    const clock = (begin: number, end: number): number => (Math.floor(end / grain) - Math.floor(begin / grain)) * grain;
    for (const fast of ['tiled128', 'tiled64', 'tiled32', 'tiled64/2']) {
      const times: Times = { tiled128: 0.031, tiled64: 0.022, tiled32: 0.019, 'tiled64/2': 0.04, [fast]: 0.014 };
      const rounded = tuner(undefined, { times, clock });
      assert.is(await winner(rounded), fast);
    }
  });
}

test('a stopped clock selects nothing, and measuring ends', async () => {
  const stopped = tuner(undefined, { clock: () => 0 });
  assert.is(await winner(stopped), undefined);
  assert.ok(stopped.measured.length < 40000, `${stopped.measured.length} runs`);
});

test('a candidate at twice the best time is dropped after one reading, and a contest ends in time', async () => {
  const times: Times = { usual: 10, slow: 30, best: 8, close: 11 };
  const quick = tuner(undefined, { times });
  assert.is(await winner(quick), 'best');
  assert.is(quick.runsOf('slow'), 2, 'one of them warms up');
  assert.ok(quick.measured.length < 100, `${quick.measured.length} runs`);

  const endless: Times = { usual: 600, other: 500, last: 1 };
  const late = tuner(undefined, { times: endless });
  assert.is(await winner(late), 'other', 'the last one is not tried any more');
  assert.equal(late.measured, ['usual', 'usual', 'other'], 'the first one wakes the GPU');
});

test('warm-up and an idle GPU do not count', async () => {
  let work = 0;
  const cold = tuner(undefined, {
    times: { fast: 1, other: 1.5 },
    clock: (begin, end) => {
      work += end - begin;
      return (end - begin) * (work < 8 ? 5 : 1);
    },
  });
  assert.is(await winner(cold), 'fast');
});

test('the kernels of all contests are compiled before the first is measured', async () => {
  const several = tuner(undefined);
  several.tuner.choice({ ...several.contest, key: 'another' });
  several.tuner.choice({
    ...several.contest,
    run: (name) => {
      several.contest.run(name);
      if (several.measured.length > 0) assert.is(several.compiled.length, 6);
    },
  });
  await several.tuner.settle();
  assert.is(several.compiled.length, 6);
});

onGpu(test, 'kernels are selected by measurement; results differ only by rounding', async () => {
  const results: number[][] = [];
  for (const options of [{ tune: true }, { tune: true, deterministic: true }, { tune: false }]) {
    const device = await init({ backend: 'webgpu', seed: 2, ...options });
    if (!(device instanceof GpuDevice)) throw new Error('internal: expected a GPU');
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

onGpu(test, 'hardware does not use the kernel for software GPUs', async (device) => {
  const sizes = { M: 128, N: 200, K: 784, batches: 1 };
  const hardware = await limitedGpu(device, { hardware: true }, { tune: false });
  const candidates = candidatesOn(hardware, sizes);
  assert.ok(candidates.length > 1 && !candidates.includes('lanes'), `${candidates}`);
  assert.ok(candidatesOn(hardware, sizes).some((choice) => choice.startsWith('tiled')));
  const { software } = device.info.adapter;
  const hasLanes = software && device.info.features.includes('subgroups');
  assert.is(candidatesOn(device, sizes).includes('lanes'), hasLanes);
  hardware.dispose();
  setCurrentDevice(device);
});

test.run();
