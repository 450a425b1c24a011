// Runs test/**/*.test.ts, some files at a time; the last line counts.
//   node test/run.mjs [--all | --rest] [--node] [--chrome] [--jobs N] [part of a path or of a suite's name ...]
//
// The end of a file's name says where it runs, and whether `npm test` leaves it to `npm run test:all`:
//
//                         npm test   npm run test:all
//   x.test.ts             Node       Node, Chrome
//   x.node.test.ts        Node       Node
//   x.chrome.test.ts      Chrome     Chrome
//   x.long.test.ts        -          Node, Chrome
//   x.long.node.test.ts   -          Node
//
// `--rest` runs what `npm test` leaves out. Names choose long files too; --node and --chrome run all that runs there.
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, withFolder } from './harness/bundle.mjs';
import { DAWN_FLAG, hasChrome, openChrome } from './harness/chrome.mjs';
import { printFile, readTotals, summary } from './harness/report.mjs';

const TIMEOUT = 480_000; // per file, in ms
/** Files that run beside each other: a GPU in software compiles on one core. */
const MOST_JOBS = 4;

const { values, positionals: wanted } = parseArgs({
  options: {
    all: { type: 'boolean' },
    rest: { type: 'boolean' },
    node: { type: 'boolean' },
    chrome: { type: 'boolean' },
    jobs: { type: 'string', default: String(Math.min(MOST_JOBS, availableParallelism())) },
  },
  allowPositionals: true,
});
const jobs = Math.max(1, Number(values.jobs));
const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');

const totals = { passed: 0, failed: 0, skipped: 0 };
function count({ where, name }, result, milliseconds) {
  printFile(where, name, { ...result, seconds: milliseconds / 1000 });
  for (const key of Object.keys(totals)) totals[key] += result[key];
}

/** The files with what they are called by: their path and the names of their suites. */
async function readFiles() {
  const names = (await readdir(here, { recursive: true })).filter((name) => name.endsWith('.test.ts')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(here, name), 'utf8');
      const suites = [...text.matchAll(/\bsuite\('([^']+)'/g)].map(([, suite]) => suite);
      return { name: name.replaceAll('\\', '/'), suites };
    }),
  );
}

/** Where a file runs, and whether it does so in `npm test`. */
const runsOf = ({ name }) => {
  const isOf = (kind) => name.includes(`.${kind}.`);
  return [
    ...(isOf('chrome') ? [] : [{ where: 'node', name, quick: !isOf('long') }]),
    ...(isOf('node') ? [] : [{ where: 'chrome', name, quick: isOf('chrome') }]),
  ];
};

function choose(files) {
  const named = files.filter(
    ({ name, suites }) => wanted.length === 0 || wanted.some((part) => [name, ...suites].join(' ').includes(part)),
  );
  if (named.length === 0) {
    const known = files.map(({ name }) => name.replace(/(\.\w+)*\.test\.ts$/, '')).join(' ');
    console.log(
      `No test file has '${wanted.join("' or '")}' in its path or in the name of its suite. There are:\n${known}`,
    );
    console.log('The cases of an operation run with `npm run gradcheck -- NAME`.');
  }
  const isPlaced = values.node || values.chrome;
  return named.flatMap(runsOf).filter(({ where, quick }) => {
    if (isPlaced && !values[where]) return false;
    if (values.rest) return !quick;
    return values.all || isPlaced || quick || (wanted.length > 0 && where === 'node');
  });
}

function runNode(...args) {
  return new Promise((resolve) => {
    const env = { DAWNGRAD_DAWN_FLAGS: DAWN_FLAG, ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, args, { cwd: root, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, TIMEOUT);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const problem = late ? `no end within ${TIMEOUT / 1000} s` : `it ended with ${signal ?? `exit code ${code}`}`;
      resolve({ output, ...(code !== 0 && { problem }) });
    });
  });
}

/** Takes runs off the list until there are none. */
async function work(runs, bundles) {
  let chrome;
  const runChrome = async (file) => {
    try {
      chrome ??= await openChrome();
      return await chrome.run(file, { until: /Duration: /, timeout: TIMEOUT });
    } catch (error) {
      return { output: '', problem: `Chrome: ${error.message}` };
    }
  };
  for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
    const start = performance.now();
    const file = bundles[run.where].get(run.name);
    const { output, problem } = await (run.where === 'node' ? runNode('--enable-source-maps', file) : runChrome(file));
    count(run, readTotals(output, { problem }), performance.now() - start);
  }
  await chrome?.close();
}

/** Builds dist, once, for the files that use it: they run beside each other. */
async function buildDist() {
  const start = performance.now();
  const { output, problem } = await runNode('build.mjs');
  const isBuilt = problem === undefined;
  const result = { passed: +isBuilt, failed: +!isBuilt, skipped: 0, text: output, ...(!isBuilt && { fault: problem }) };
  count({ where: 'node', name: 'build.mjs' }, result, performance.now() - start);
}

await withFolder(async (folder) => {
  const chosen = choose(await readFiles());
  const runs = chosen.filter(({ where }) => where === 'node' || hasChrome());
  if (runs.length < chosen.length) {
    console.log(`skipped: Chrome (no package for ${process.platform} on ${process.arch})`);
    totals.skipped += chosen.length - runs.length;
  }
  const bundles = {};
  for (const where of ['node', 'chrome']) {
    const names = runs.filter((run) => run.where === where).map(({ name }) => name);
    const files = await bundle(
      names.map((name) => join(here, name)),
      where,
      folder,
    );
    bundles[where] = new Map(names.map((name, i) => [name, files[i]]));
  }
  if (runs.some(({ name }) => name.includes('.node.'))) await buildDist();
  await Promise.all(Array.from({ length: jobs }, () => work(runs, bundles)));
});
if (totals.passed + totals.failed + totals.skipped === 0) totals.failed++; // nothing ran: no success either
console.log(summary(totals));
process.exitCode = totals.failed > 0 ? 1 : 0;
