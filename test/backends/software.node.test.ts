import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onGpu } from '../harness/device.ts';

const test = suite('software GPU');

const folder = mkdtempSync(join(tmpdir(), 'dawngrad-software-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The first line of `dawngrad device` with some environment variables. */
function device(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const cli = [resolve('dist/node/cli.js'), ...(args.length > 0 ? args : ['device'])];
  const { XDG_CACHE_HOME, ...others } = process.env;
  return spawnSync(process.execPath, cli, { env: { ...others, ...env }, encoding: 'utf8', timeout: 60_000 });
}

onGpu(test, 'a worker thread finds the same GPU as the main thread', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads');
    import('${pathToFileURL(resolve('dist/node/node.js'))}').then(async ({ init, tensor }) => {
      const device = await init({ backend: 'webgpu' });
      const { description } = device.info.adapter;
      const data = await tensor([1, 2]).data();
      device.dispose(); // before the message, after which the worker may be terminated: in the middle of it Node aborts
      parentPort.postMessage({ description, data });
    });`;
  // In a separate process, whose main thread has loaded nothing.
  const main = `
    const worker = new (require('node:worker_threads').Worker)(${JSON.stringify(code)}, { eval: true });
    worker.on('message', (message) => console.log(JSON.stringify(message)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', main], { encoding: 'utf8', timeout: 60_000 });
  assert.match(stdout, /"data":\{"0":1,"1":2\}/, stderr);
  const beside = new Worker(code, { eval: true });
  const message = await new Promise<{ data: Float32Array }>((done, fail) => {
    beside.on('message', done);
    beside.on('error', fail);
  });
  assert.equal(message.data, Float32Array.of(1, 2));
  await beside.terminate();
});

/** The driver is ours if the system has none. */
const isOurs = spawnSync(process.execPath, [resolve('dist/node/cli.js'), 'device'], { encoding: 'utf8' });
const onSoftware = (name: string, body: () => void): void =>
  onGpu(test, name, () => {
    if (/SwiftShader/.test(isOurs.stdout)) body();
  });

onSoftware('a driver that was damaged or half unpacked is unpacked anew', () => {
  const cache = join(folder, 'cache');
  const started = (): void => assert.match(device({ XDG_CACHE_HOME: cache }).stdout, /^Device +SwiftShader/);
  started();
  const [version] = readdirSync(join(cache, 'dawngrad'));
  const path = join(cache, 'dawngrad', version);
  const driver = join(path, 'libvk_swiftshader.so');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const files = readdirSync(path);
  assert.equal(files.sort(), ['libvk_swiftshader.so', 'vk_swiftshader_icd.json']);
  truncateSync(driver, 100_000);
  writeFileSync(`${driver}.${readHost()}.${pid}.0123abcd.unfinished`, 'a part');
  started();
  assert.equal(readdirSync(path).sort(), files);
  rmSync(driver);
  started();
  writeFileSync(join(path, 'vk_swiftshader_icd.json'), '{');
  started();
});

const readHost = (): string =>
  spawnSync(process.execPath, ['-p', "os.hostname().replace(/[^A-Za-z0-9-]/g, '-')"], {
    encoding: 'utf8',
  }).stdout.trim();

onSoftware('without a writable cache folder, a private folder of the user is used, never one of another user', () => {
  const env = { HOME: '/proc', TMPDIR: folder };
  assert.match(device(env).stdout, /^Device +SwiftShader/);
  const [name] = readdirSync(folder).filter((each) => each.startsWith('dawngrad-'));
  chmodSync(join(folder, name), 0o777);
  const other = device(env);
  assert.match(other.stderr, /not a private folder of this user; set XDG_CACHE_HOME to a writable folder/);
  assert.match(other.stdout, /^Device +CPU reference/);
  const trained = device(env, 'train', '--out', join(folder, 'run'));
  assert.is(trained.status, 1);
  assert.match(trained.stderr, /^error: init: no WebGPU adapter .* On the command line, use --backend cpu \(slow\)/);
  assert.not.ok(readdirSync(folder).includes('run'));
});

test.run();
