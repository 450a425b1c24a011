import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onGpu } from '../harness/device.ts';
import { dawngrad, folder, lossesOf, trainTo, weightsOf } from '../harness/runs.ts';
import { onSignals } from '../harness/signals.ts';

const test = suite('interrupted runs');

const EPOCHS = 30;
const whole = join(folder, 'whole');
const ended = await dawngrad(...trainTo(whole, 'cpu', EPOCHS)).ended;

test('a run succeeds', () => {
  assert.is(ended.code, 0, ended.stderr);
});

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  onSignals(
    test,
    `${signal} stops a run after the running step, before any checkpoint was due, and it goes on to the same bits`,
    async () => {
      const run = join(folder, signal);
      const args = trainTo(run, 'cpu', EPOCHS).with(-3, '1000');
      const { child, ended } = dawngrad(...args);
      while (child.exitCode === null && !existsSync(join(run, 'history.jsonl'))) await sleep(1);
      child.kill(signal);
      assert.is((await ended).code, expected);
      assert.ok(existsSync(join(run, 'checkpoint.safetensors')));
      assert.ok(lossesOf(run).length < EPOCHS, 'stopped too late');
      const { code, stderr } = await dawngrad('train', '--resume', run).ended;
      assert.is(code, 0, stderr);
      assert.is(weightsOf(run), weightsOf(whole));
      assert.equal(lossesOf(run), lossesOf(whole));
      assert.equal(readdirSync(run).sort(), [
        'config.json',
        'history.jsonl',
        'model.json',
        'report.html',
        'weights.safetensors',
      ]);
    },
  );
}

onGpu(test, 'a run goes on with another device only if it is told to, and says so', async () => {
  const run = join(folder, 'elsewhere');
  const { child, ended } = dawngrad(...trainTo(run, 'webgpu', 6));
  while (child.exitCode === null && !existsSync(join(run, 'checkpoint.safetensors'))) await sleep(2);
  child.kill('SIGKILL');
  await ended;
  const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
  writeFileSync(
    join(run, 'config.json'),
    JSON.stringify({ ...config, options: { ...config.options, backend: 'cpu' } }),
  );
  const refused = await dawngrad('train', '--resume', run).ended;
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /got device.backend "cpu"; expected "webgpu", as in the saved run.* --inexact/);
  const { code, stderr } = await dawngrad('train', '--resume', run, '--inexact').ended;
  assert.is(code, 0, stderr);
  assert.match(readFileSync(join(run, 'report.html'), 'utf8'), /<td>[^<]*WebGPU[^<]*, then [^<]*CPU/);
});

onSignals(test, 'of two processes that go on with one run one is refused', async () => {
  const run = join(folder, 'twice');
  const { child, ended } = dawngrad(...trainTo(run, 'cpu', 10_000));
  while (child.exitCode === null && !existsSync(join(run, 'checkpoint.safetensors'))) await sleep(2);
  child.kill('SIGKILL');
  await ended;
  const { mtimeMs: before } = statSync(join(run, 'checkpoint.safetensors'));
  const both = [1, 2].map(() => dawngrad('train', '--resume', run));
  const first = await Promise.race(both.map(({ ended }) => ended));
  assert.is(first.code, 1);
  assert.match(first.stderr, /^error: train: got the folder .*, to which process \d+ on \S+ is writing; expected/);
  const running = both.filter(({ child }) => child.exitCode === null);
  assert.is(running.length, 1);
  // It is interrupted once it trains: before that there is nothing to keep, and a signal ends it at once.
  const hasSaved = (): boolean => statSync(join(run, 'checkpoint.safetensors')).mtimeMs > before;
  while (running[0].child.exitCode === null && !hasSaved()) await sleep(2);
  running[0].child.kill('SIGINT');
  assert.is((await running[0].ended).code, 130);
});

test.run();
