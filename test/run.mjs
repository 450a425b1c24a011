// Runs test/**/*.test.ts in Node, then those that need no Node in headless Chrome. The last line counts.
//   node test/run.mjs [--node] [--chrome] [part of a path ...]
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, withFolder } from './harness/bundle.mjs';
import { DAWN_FLAG, hasChrome, openChrome } from './harness/chrome.mjs';
import { printFile, readTotals, summary } from './harness/report.mjs';

const TIMEOUT = 480_000; // per file, in ms

const { values, positionals } = parseArgs({
  options: { node: { type: 'boolean' }, chrome: { type: 'boolean' } },
  allowPositionals: true,
});
const both = !values.node && !values.chrome;
const here = fileURLToPath(new URL('.', import.meta.url));
const names = (await readdir(here, { recursive: true })).filter((name) => name.endsWith('.test.ts')).sort();
const files = names
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  .map((name) => join(here, name));

const totals = { passed: 0, failed: 0, skipped: 0 };
function count(where, file, result) {
  printFile(where, basename(file), result);
  for (const key of Object.keys(totals)) totals[key] += result[key];
}

function runInNode(file) {
  return new Promise((resolve) => {
    const env = { DAWNGRAD_DAWN_FLAGS: DAWN_FLAG, ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, ['--enable-source-maps', file], { cwd: join(here, '..'), env });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, TIMEOUT);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const problem = late ? `no end within ${TIMEOUT / 1000} s` : `it ended with ${signal ?? `exit code ${code}`}`;
      resolve(readTotals(output, code === 0 ? {} : { problem }));
    });
  });
}

async function inNode(folder) {
  const bundles = await bundle(files, 'node', folder);
  for (const [i, file] of files.entries()) count('node', file, await runInNode(bundles[i]));
}

async function inChrome(folder) {
  const chosen = files.filter((file) => !file.endsWith('.node.test.ts'));
  if (!hasChrome()) {
    console.log(`skipped: Chrome (no package for ${process.platform} on ${process.arch})`);
    totals.skipped += chosen.length;
    return;
  }
  let chrome;
  try {
    chrome = await openChrome();
  } catch (error) {
    console.log(`Chrome did not start: ${error.message}`);
    totals.failed++;
    return;
  }
  try {
    const bundles = await bundle(chosen, 'chrome', folder);
    for (const [i, file] of chosen.entries()) {
      const { output, problem } = await chrome.run(bundles[i], { until: /Duration: /, timeout: TIMEOUT });
      count('chrome', file, readTotals(output, { problem }));
    }
  } finally {
    await chrome.close();
  }
}

await withFolder(async (folder) => {
  if (both || values.node) await inNode(folder);
  if (both || values.chrome) await inChrome(folder);
});
if (totals.passed + totals.failed + totals.skipped === 0) totals.failed++; // nothing ran: no success either
console.log(summary(totals));
process.exitCode = totals.failed > 0 ? 1 : 0;
