// Runs what the pack measures, with and without Dawn's checks, and writes it down after every stage.
//   run.sh [--out results] [--rounds 7] [--against <part of a peer's name>]
//          [--stages gradcheck,roofline,training,peers,pytorch] [--modes checked,unchecked]
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasVulkanLoader } from '../../src/gpu/software.ts';
import { compare } from '../peers/compare.mjs';
import { nodeHost } from '../peers/hosts.mjs';
import { workloads } from '../peers/workloads.mjs';
import { nvidiaEnvironments, pythons } from './drivers.mjs';
import { markdown } from './report.mjs';

const MODES = { checked: '', unchecked: 'enable-dawn-features=skip_validation,disable_robustness' };
const STAGES = ['gradcheck', 'roofline', 'training', 'peers', 'pytorch'];

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'results' },
    rounds: { type: 'string', default: '7' },
    against: { type: 'string', default: '' },
    stages: { type: 'string', default: STAGES.join() },
    modes: { type: 'string', default: Object.keys(MODES).join() },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url)); // the pack keeps the folders of the repository
const cli = join(root, 'dist/node/cli.js');
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const out = resolve(options.out);
const list = (text, known) => {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`got ${unknown}; expected some of ${known.join(', ')}`);
  return names;
};
const stages = list(options.stages, STAGES);
const modes = list(options.modes, Object.keys(MODES));

const results = {
  date: new Date().toISOString(),
  machine: { cpu: `${cpus()[0].model}, ${cpus().length} cores`, kernel: release() },
};

/** Ends with what a program printed; throws its last words if it failed. */
function run(program, args, { quiet = false } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let words = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        words = `${words}${chunk}`.slice(-600);
        if (stream === child.stdout) text += chunk;
        if (!quiet) process.stdout.write(chunk);
      });
    }
    child.on('error', fail);
    child.on('close', (code, signal) =>
      code === 0 ? done(text) : fail(new Error(`${signal ?? `exit code ${code}`}: ${words.trim()}`)),
    );
  });
}

const node = (...args) => run(process.execPath, args);
const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'));

async function save() {
  await writeFile(join(out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(join(out, 'report.md'), markdown(results));
}

/** Does a part of the work; what goes wrong with it is noted, and costs nothing else. */
async function stage(mode, name, work) {
  console.log(`\n== ${[mode, name].filter(Boolean).join(' ')}`);
  const start = performance.now();
  if (mode !== undefined) results[mode] ??= {};
  const place = mode === undefined ? results : results[mode];
  try {
    place[name] = await work();
  } catch (error) {
    console.log(`failed: ${error.message}`);
    place[name] = { failed: error.message };
  }
  console.log(`-- ${((performance.now() - start) / 1000).toFixed(0)} s`);
  await save();
}

/** Points Vulkan at the GPU: as the system has it, else as an NVIDIA driver in an odd place wants it. */
async function findGpu() {
  const tried = [];
  const libraryPath = process.env.LD_LIBRARY_PATH;
  const loader = hasVulkanLoader() ? [] : [join(root, 'lib')];
  const nvidia = await nvidiaEnvironments(join(out, 'drivers'));
  for (const candidate of [undefined, ...nvidia]) {
    const paths = [...loader, ...(candidate?.libraryFolders ?? []), libraryPath].filter(Boolean);
    if (paths.length > 0) process.env.LD_LIBRARY_PATH = paths.join(':');
    for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
      if (candidate === undefined) delete process.env[name];
      else process.env[name] = candidate.manifest;
    }
    const name = candidate?.manifest ?? "the system's drivers";
    try {
      const info = JSON.parse(await run(process.execPath, [cli, 'device', '--json'], { quiet: true }));
      tried.push(`${name}: ${info.adapter.device} (${info.adapter.description})`);
      if (!info.adapter.software) return { ...info, tried };
    } catch (error) {
      tried.push(`${name}: ${error.message}`);
    }
  }
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) delete process.env[name];
  return { ...JSON.parse(await run(process.execPath, [cli, 'device', '--json'], { quiet: true })), tried };
}

async function gradcheck() {
  const text = await node(cli, 'gradcheck').catch((error) => error.message); // failed cases are a result
  const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(text) ?? [];
  if (passed === undefined) throw new Error(text);
  return { passed: Number(passed), failed: Number(failed) };
}

async function roofline(mode) {
  const folder = join(out, mode);
  const text = await node(cli, 'bench', '--out', folder);
  return readJson(`${/(\S*roofline-\S+)\.json/.exec(text)[1]}.json`);
}

async function training(mode) {
  const path = join(out, mode, 'training.json');
  await node(beside('training.mjs'), path);
  return readJson(path);
}

const peers = (mode) =>
  compare(nodeHost(beside('contestant.mjs'), beside('wasm/')), {
    workloads,
    against: options.against,
    rounds: Number(options.rounds),
    out: join(out, mode),
  });

/** The machine's PyTorch, if it has one, on the batches of `training` and the kernels of `roofline`. */
async function pytorch() {
  const { samples, rows } = results.checked?.training ?? { samples: 8192, rows: [] };
  const kernels = (results.checked?.roofline?.kernels ?? []).map(({ name, size }) => [name, size]);
  const tasks = JSON.stringify({ samples, batches: rows.map(({ batchSize }) => batchSize), kernels });
  const path = join(out, 'pytorch.json');
  const reasons = [];
  for (const python of pythons()) {
    try {
      await run(python, [beside('pytorch.py'), tasks, path]);
      return await readJson(path);
    } catch (error) {
      reasons.push(`${python}: ${error.message.split('\n').at(-1)}`);
    }
  }
  throw new Error(reasons.join('; ') || 'no python3');
}

await mkdir(out, { recursive: true });
process.env.XDG_CACHE_HOME = join(out, 'cache'); // the tuner's findings are of this run
await stage(undefined, 'gpu', findGpu);
console.log(results.gpu.adapter ?? '');
const measures = { gradcheck, roofline, training, peers };
for (const mode of modes) {
  process.env.DAWNGRAD_DAWN_FLAGS = MODES[mode];
  await mkdir(join(out, mode), { recursive: true });
  for (const [name, measure] of Object.entries(measures)) {
    if (stages.includes(name)) await stage(mode, name, () => measure(mode));
  }
}
if (stages.includes('pytorch')) await stage(undefined, 'pytorch', pytorch);
console.log(`\n${join(out, 'report.md')} and results.json`);
