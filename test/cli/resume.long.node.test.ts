import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onGpu } from '../harness/device.ts';
import { dawngrad, folder, lossesOf, trainTo, weightsOf } from '../harness/runs.ts';

const test = suite('kill and resume');

/** Kills a run some milliseconds after its first checkpoint, goes on with it, and compares its end with another's. */
async function killAndResume(whole: string, run: string, { backend, epochs, after }: Kill): Promise<void> {
  const { child, ended } = dawngrad(...trainTo(run, backend, epochs));
  while (child.exitCode === null && !existsSync(join(run, 'checkpoint.safetensors'))) await sleep(2);
  await sleep(after);
  child.kill('SIGKILL');
  await ended;
  assert.not.ok(existsSync(join(run, 'report.html')), 'killed too late');
  const { code, stderr } = await dawngrad('train', '--resume', run).ended;
  assert.is(code, 0, stderr);
  assert.is(weightsOf(run), weightsOf(whole));
  assert.equal(lossesOf(run), lossesOf(whole));
  assert.not.ok(existsSync(join(run, 'checkpoint.safetensors')));
}

interface Kill {
  readonly backend: 'cpu' | 'webgpu';
  readonly epochs: number;
  /** Milliseconds. */
  readonly after: number;
}

async function many(backend: 'cpu' | 'webgpu', { epochs, delays }: { epochs: number; delays: readonly number[] }) {
  const whole = join(folder, `${backend}-whole`);
  const { code, stderr } = await dawngrad(...trainTo(whole, backend, epochs)).ended;
  assert.is(code, 0, stderr);
  for (const [i, after] of delays.entries()) {
    await killAndResume(whole, join(folder, `${backend}-${i}`), { backend, epochs, after });
  }
}

test('cpu: a run that is killed ten times at any moment ends with the bits of one that is not', async () => {
  await many('cpu', { epochs: 12, delays: Array.from({ length: 10 }, (_, i) => 61 * i) });
});

onGpu(test, 'webgpu: the same', async () => {
  await many('webgpu', { epochs: 6, delays: Array.from({ length: 10 }, (_, i) => 35 * i) });
});

test('a run that was killed before its first checkpoint begins anew', async () => {
  const run = join(folder, 'early');
  const { child, ended } = dawngrad(...trainTo(run, 'cpu', 12));
  while (child.exitCode === null && !existsSync(join(run, 'config.json'))) await sleep(1);
  child.kill('SIGKILL');
  await ended;
  rmSync(join(run, 'checkpoint.safetensors'), { force: true });
  assert.is((await dawngrad('train', '--resume', run).ended).code, 0);
  assert.is(weightsOf(run), weightsOf(join(folder, 'cpu-whole')));
});

test('what can not be gone on with is refused', async () => {
  const refused = async (args: readonly string[], message: RegExp): Promise<void> => {
    const { code, stderr } = await dawngrad(...args).ended;
    assert.is(code, 1);
    assert.match(stderr, message);
    assert.match(stderr, /^error: [^\n]*\n$/);
  };
  const whole = join(folder, 'cpu-whole');
  await refused(['train', '--resume', whole], /a complete run; expected the folder of an interrupted run/);
  await refused(['train', '--resume', folder], /no file .*config\.json/);
  await refused(['train', '--resume', whole, '--epochs', '3'], /--epochs with --resume/);
  rmSync(join(whole, 'report.html'));
  writeFileSync(join(whole, 'checkpoint.safetensors'), readFileSync(join(whole, 'weights.safetensors')));
  await refused(['train', '--resume', whole], /a safetensors file of another kind; expected one of the format/);
  writeFileSync(join(whole, 'checkpoint.safetensors'), 'abc');
  await refused(['train', '--resume', whole], /safetensors: got a file of 3 bytes/);
  assert.is(lossesOf(whole).length, 12);
});

test.run();
