// The laboratory: does one stage after another, and writes down what each came to before the next begins.
//   lab.sh [--budget seconds] [--out results] [--stages gradcheck,suite,... in the order to be run] [--against <part of a peer's name>]
// A stage that runs out of its share of the budget is ended; what it had measured by then counts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasVulkanLoader } from '../../src/backends/webgpu/node/software.ts';
import { readTotals } from '../../test/harness/report.mjs';
import { compare } from '../peers/compare.mjs';
import { nodeHost } from '../peers/hosts.mjs';
import { workloads } from '../peers/workloads.mjs';
import { nvidiaEnvironments, pythons } from './drivers.mjs';
import { markdown } from './report.mjs';

const UNCHECKED = 'enable-dawn-features=skip_validation,disable_robustness';
const ROUNDS = 3; // of the peers

/** Stages in their usual order, the most telling first, each with its share of what is left of the budget. */
const STAGES = {
  training: { share: 30, run: (limits) => program('training', limits) },
  kernels: { share: 35, run: (limits) => program('kernels', limits) },
  pytorch: { share: 80, run: pytorch },
  sweep: { share: 40, run: (limits) => program('sweep', limits) },
  steps: { share: 30, run: (limits) => program('steps', limits) },
  latency: { share: 5, run: (limits) => program('latency', limits) },
  gradcheck: { share: 40, run: gradcheck },
  suite: { share: 80, run: suite },
  peers: { share: 45, run: peers },
  unchecked: { share: 30, run: (limits) => program('training', limits, { flags: UNCHECKED, as: 'unchecked' }) },
};

const { values: options } = parseArgs({
  options: {
    budget: { type: 'string', default: '540' },
    out: { type: 'string', default: 'results' },
    stages: { type: 'string', default: Object.keys(STAGES).join() },
    against: { type: 'string', default: '' },
  },
});
const stages = options.stages.split(',');
const unknown = stages.find((name) => !(name in STAGES));
if (unknown !== undefined)
  throw new Error(`got the stage ${unknown}; expected some of ${Object.keys(STAGES).join(', ')}`);
const budget = Number(options.budget);
if (!(budget > 0)) throw new Error(`got --budget ${options.budget}; expected seconds`);

const end = performance.now() + 1000 * budget;
const root = fileURLToPath(new URL('../..', import.meta.url)); // the pack keeps the folders of the repository
const cli = join(root, 'dist/node/cli.js');
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const out = resolve(options.out);
const results = {
  date: new Date().toISOString(),
  version: JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version,
  machine: { cpu: `${cpus()[0].model}, ${cpus().length} cores` },
};

/**
 * Ends with what a program printed, and whether it was ended at its limit.
 * @throws Error with its last words if it failed, unless that is a result too.
 */
function run(file, args, { seconds = 60, quiet = false, mayFail = false } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, 1000 * Math.max(1, seconds));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
        if (!quiet) process.stdout.write(chunk);
      });
    }
    child.on('error', fail);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || late || mayFail) done({ text, late, code });
      else fail(new Error(`${signal ?? `exit code ${code}`}: ${text.slice(-600).trim()}`));
    });
  });
}

const readJson = async (path) => JSON.parse(await readFile(path, 'utf8'));

async function save() {
  await writeFile(join(out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(join(out, 'report.md'), markdown(results));
}

/** Does a part of the work; what goes wrong with it is noted, and costs nothing else. */
async function stage(name, seconds, work) {
  console.log(`\n== ${name}, up to ${seconds.toFixed(0)} s`);
  const start = performance.now();
  try {
    results[name] = await work({ seconds });
  } catch (error) {
    console.log(`failed: ${error.message}`);
    results[name] = { failed: error.message };
  }
  results[name].seconds = Math.round((performance.now() - start) / 100) / 10;
  console.log(`-- ${results[name].seconds} s`);
  await save();
}

/** A program beside this one that keeps its results in a file, up to date while it measures. */
async function program(name, { seconds }, { flags = '', as = name } = {}) {
  process.env.DAWNGRAD_DAWN_FLAGS = flags;
  const path = join(out, `${as}.json`);
  const { late } = await run(process.execPath, [beside(`${name}.mjs`), path, String(seconds - 2)], { seconds });
  if (late && !existsSync(path)) throw new Error(`nothing was measured within ${seconds.toFixed(0)} s`);
  return { ...(await readJson(path)), ...(late && { late }) };
}

/** Points Vulkan at the GPU: as the system has it, else as an NVIDIA driver in an odd place wants it. */
async function findGpu() {
  const tried = [];
  const libraryPath = process.env.LD_LIBRARY_PATH;
  const loader = hasVulkanLoader() ? [] : [join(root, 'lib')];
  const nvidia = await nvidiaEnvironments(join(out, 'drivers'));
  const ask = async () =>
    JSON.parse((await run(process.execPath, [cli, 'device', '--json'], { quiet: true })).text.replace(/^[^{]*/, ''));
  for (const candidate of [undefined, ...nvidia]) {
    const paths = [...loader, ...(candidate?.libraryFolders ?? []), libraryPath].filter(Boolean);
    if (paths.length > 0) process.env.LD_LIBRARY_PATH = paths.join(':');
    for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
      if (candidate === undefined) delete process.env[name];
      else process.env[name] = candidate.manifest;
    }
    const name = candidate ? basename(candidate.manifest) : "the system's drivers";
    try {
      const info = await ask();
      tried.push(`${name}: ${info.adapter.device} (${info.adapter.description})`);
      if (!info.adapter.software) return { ...info, tried };
    } catch (error) {
      tried.push(`${name}: ${error.message}`);
    }
  }
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) delete process.env[name];
  return { ...(await ask()), tried };
}

async function gradcheck({ seconds }) {
  process.env.DAWNGRAD_DAWN_FLAGS = '';
  const { text, late } = await run(process.execPath, [cli, 'gradcheck'], { seconds, quiet: true, mayFail: true });
  const rows = text.split('\n');
  const failures = rows.filter((row) => / failed$/.test(row) && !/ passed, /.test(row));
  const passed = rows.filter((row) => / passed$/.test(row)).length;
  const [, all, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(text) ?? [undefined, passed, failures.length];
  console.log([...failures, `${all} passed, ${failed} failed`].join('\n'));
  return { passed: Number(all), failed: Number(failed), failures, ...(late && { late }) };
}

/** The tests, several at a time: they time nothing. */
async function suite({ seconds }) {
  const last = performance.now() + 1000 * seconds;
  process.env.DAWNGRAD_DAWN_FLAGS = '';
  process.env.NO_COLOR = '1';
  const files = (await readdir(join(root, 'test'))).filter((name) => name.endsWith('.test.mjs'));
  const rows = [];
  const work = async () => {
    for (let file = files.shift(); file !== undefined && performance.now() < last; file = files.shift()) {
      const left = (last - performance.now()) / 1000;
      const path = join(root, 'test', file);
      const { text, late, code } = await run(process.execPath, [path], { seconds: left, quiet: true, mayFail: true });
      const problem = late ? 'timed out' : code === 0 ? undefined : `exit code ${code}`;
      const { passed, failed, skipped, text: said } = readTotals(text, problem && { problem });
      rows.push({ file: basename(file, '.mjs'), passed, failed, skipped, ...(late && { late }) });
      console.log(`${file}: ${passed} passed, ${failed} failed${late ? ', timed out' : ''}`);
      if (failed > 0) {
        rows.at(-1).said = said.slice(0, 4000);
        console.log(late ? '' : said.slice(0, 3000));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(10, cpus().length >> 1)) }, work));
  return { files: rows.sort((a, b) => (a.file < b.file ? -1 : 1)), left: files };
}

async function peers({ seconds }) {
  process.env.DAWNGRAD_DAWN_FLAGS = '';
  const comparison = compare(nodeHost(beside('contestant.mjs'), beside('wasm/')), {
    workloads,
    against: options.against,
    rounds: ROUNDS,
    out,
  });
  const timer = new Promise((done) => setTimeout(done, 1000 * seconds));
  return { rows: (await Promise.race([comparison, timer])) ?? [] };
}

/** The machine's PyTorch, if it has one, on the batches of `training`. */
async function pytorch({ seconds }) {
  const path = join(out, 'pytorch.json');
  const { samples, rows } = results.training?.rows ? results.training : { samples: 480000, rows: [] };
  const batches = rows.length > 0 ? rows.map(({ batchSize }) => batchSize) : [128, 1024, 8192, 16384];
  const kernels = (results.kernels?.kernels ?? []).map(({ name, size }) => [name, size]);
  const tasks = JSON.stringify({ samples, batches, kernels, seconds: seconds - 15 });
  const reasons = [];
  for (const python of pythons()) {
    try {
      const { late } = await run(python, [beside('pytorch.py'), tasks, path], { seconds });
      return { ...(await readJson(path)), ...(late && { late }) };
    } catch (error) {
      reasons.push(`${python}: ${error.message.split('\n').at(-1)}`);
    }
  }
  throw new Error(reasons.join('; ') || 'no python3');
}

await mkdir(out, { recursive: true });
process.env.XDG_CACHE_HOME = join(out, 'cache'); // the tuner's findings are of this run
await stage('gpu', 30, findGpu);
console.log(results.gpu.adapter ?? '');
for (const [i, name] of stages.entries()) {
  const left = (end - performance.now()) / 1000 - 2;
  const shares = stages.slice(i).reduce((sum, each) => sum + STAGES[each].share, 0);
  const share = (left * STAGES[name].share) / shares;
  // Most stages take less than their share, so that one may have half as much again; the last has all.
  if (left < 3) results[name] = { failed: 'the budget was spent' };
  else await stage(name, Math.min(left, 1.5 * share), STAGES[name].run);
}
await save();
console.log(
  `\n${stages.map((name) => `${name}: ${typeof results[name].failed === 'string' ? results[name].failed : results[name].late ? 'cut off' : 'done'}`).join('\n')}`,
);
console.log(`\n${join(out, 'report.md')} and results.json`);
process.exit(0); // peers that were cut off
