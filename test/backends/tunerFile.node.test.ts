import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tunerFiles } from '../../src/backends/webgpu/node/tunerFile.ts';
import { rejects } from '../harness/check.ts';

const test = suite('tunerFile');

test('files in a folder created on demand, always complete', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dawngrad-tuner-'));
  try {
    const store = tunerFiles(join(folder, 'made', 'here'));
    await rejects(async () => store.read('tuner-a'), /ENOENT/);
    await Promise.all([store.write('tuner-a', 'first'), store.write('tuner-b', 'other')]);
    await store.write('tuner-a', 'second');
    assert.is(await store.read('tuner-a'), 'second');
    assert.equal(await readdir(join(folder, 'made', 'here')), ['tuner-a.json', 'tuner-b.json']);
    await writeFile(join(folder, 'file'), '');
    await rejects(() => tunerFiles(join(folder, 'file')).write('tuner-a', 'x'), /ENOTDIR|EEXIST/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
