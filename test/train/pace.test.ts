import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { dense, sequential, setVerbosity } from '../../src/node.ts';
import { Pace } from '../../src/train/loop/pace.ts';
import { cpu } from '../harness/device.ts';

const test = suite('pace');

/** Steps of groups until as many have gone out. */
async function groups(pace: Pace, count: number, arrive = async (): Promise<void> => {}): Promise<number[]> {
  const sizes: number[] = [];
  while (sizes.length < count) {
    let size = 1;
    while (!pace.stepDone()) size++;
    sizes.push(size);
    await pace.send(arrive);
  }
  return sizes;
}

test('groups grow while steps are fast, and an epoch goes on at the pace of the one before', async () => {
  const pace = new Pace(cpu);
  pace.start();
  const first = await groups(pace, 8);
  assert.equal(first.slice(0, 2), [1, 1]);
  await pace.finish();
  const { stepsPerSubmit } = cpu;
  cpu.stepsPerSubmit = 1;
  pace.start();
  assert.ok(first[7] >= 64 && (await groups(pace, 1))[0] >= first[7], `${first}`);
  assert.is(cpu.stepsPerSubmit, stepsPerSubmit);
  await pace.finish();
  cpu.stepsPerSubmit = 1;
});

test('what the first, short groups say is no reason to sleep: a slow first step would hold up the fast ones', async () => {
  const { setTimeout } = globalThis;
  const { now } = performance;
  let clock = 0; // of its own: on a busy machine 5 ms may become 60
  const arrive = async (): Promise<void> => {
    clock += 5;
  };
  const slept: number[] = [];
  globalThis.setTimeout = Object.assign((body: () => void, milliseconds = 0): ReturnType<typeof setTimeout> => {
    slept.push(milliseconds);
    return setTimeout(body, milliseconds);
  }, setTimeout);
  performance.now = () => clock;
  try {
    const pace = new Pace(cpu);
    pace.start();
    await groups(pace, 3, arrive);
    await pace.finish();
  } finally {
    performance.now = now;
    globalThis.setTimeout = setTimeout;
    cpu.stepsPerSubmit = 1;
  }
  assert.equal(slept, []);
});

test('the second epoch of fit reads losses as seldom as the first came to', async () => {
  setVerbosity(0);
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const samples = { data: new Float32Array(100), shape: [100, 1] };
  const reads: number[] = [];
  const { readLater } = cpu;
  let count = 0;
  cpu.readLater = (...args) => {
    count++;
    return readLater.apply(cpu, args);
  };
  try {
    const onEpochEnd = (): void => void reads.push(count);
    await model.fit(samples, samples, { epochs: 2, batchSize: 1, callbacks: [{ onEpochEnd }] });
  } finally {
    cpu.readLater = readLater;
  }
  const [first, both] = reads;
  assert.ok(both - first < first / 2, `${first} reads in the first epoch, ${both - first} in the second`);
  model.dispose();
});

test.run();
