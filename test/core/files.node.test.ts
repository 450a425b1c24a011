import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lockFolder } from '../../src/io/files.ts';
import { toFolder } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';

const test = suite('files');

const folder = mkdtempSync(join(tmpdir(), 'dawngrad-files-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
/** The id of a process that has ended. */
const { pid: gone } = spawnSync(process.execPath, ['-e', '']);

test('toFolder: of two concurrent saves, the later one remains complete', async () => {
  const path = join(folder, 'saves');
  const save = toFolder(path);
  await Promise.all([save({ t: new Uint8Array(8e6).fill(1) }), save({ t: new Uint8Array(5e6).fill(2) })]);
  const bytes = readFileSync(join(path, 't'));
  assert.is(bytes.length, 5e6);
  assert.ok(bytes.every((byte) => byte === 2));
  await Promise.all([1, 2, 3].map((i) => toFolder(path)({ t: new Uint8Array(1e6).fill(i) })));
  const [first, ...others] = readFileSync(join(path, 't'));
  assert.is(others.length, 1e6 - 1);
  assert.ok(others.every((byte) => byte === first));
  assert.equal(readdirSync(path), ['t']);
});

test('toFolder: a failed save is reported, and the next one proceeds', async () => {
  const save = toFolder(join(folder, 'failing'));
  await rejects(() => save({ 'no/such/folder': 'a' }), /ENOENT/);
  await save({ file: 'b' });
  assert.equal(readdirSync(join(folder, 'failing')), ['file']);
});

test('toFolder: unfinished files of killed processes are removed', async () => {
  const path = join(folder, 'litter');
  await toFolder(path)({ file: 'a' });
  const [dead, alive] = [gone, process.pid].map((pid) => `file.${host}.${pid}.0123abcd.unfinished`);
  for (const name of [dead, alive]) writeFileSync(join(path, name), 'half');
  await toFolder(path)({ file: 'b' });
  assert.equal(readdirSync(path).sort(), ['file', alive].sort());
});

test('toFolder: a missing folder and missing files are rejected', async () => {
  for (const path of [undefined, '', 3]) {
    assert.throws(() => toFolder(path as never), /^toFolder: got folder .*; expected the path of a folder/);
  }
  const save = toFolder(join(folder, 'none'));
  for (const files of [undefined, {}, Promise.resolve({ a: 'b' }), { a: 1 }]) {
    await rejects(() => save(files as never), /^toFolder: got files .*; expected files, each a text or a Uint8Array/);
  }
  assert.not.ok(existsSync(join(folder, 'none')));
});

test('lockFolder: a running process excludes others, an ended one does not', async () => {
  const path = join(folder, 'locked');
  await toFolder(path)({ file: 'a' });
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)']);
  const lock = join(path, `lock.${host}.${other.pid}`);
  writeFileSync(lock, '');
  await rejects(() => lockFolder('train', path), /to which process \d+ on \S+ is writing; .* remove .*lock\./);
  assert.equal(readdirSync(path).sort(), ['file', `lock.${host}.${other.pid}`]);
  other.kill('SIGKILL');
  await new Promise((resolve) => other.on('close', resolve));
  await lockFolder('train', path);
  assert.equal(readdirSync(path).sort(), ['file', `lock.${host}.${process.pid}`]);
});

test.run();
