// Runs `npm test` and then what that leaves out; the last line counts both.
import { spawn } from 'node:child_process';
import { summary } from './harness/report.mjs';

const COUNT = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm;

/** Runs a script of package.json, and returns what it counted. */
async function run(script) {
  console.log(`\nnpm run ${script}`);
  const npm = spawn(process.execPath, [process.env.npm_execpath, 'run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  npm.stdout.on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  const code = await new Promise((resolve) => npm.on('close', resolve));
  const [, passed, failed, skipped = 0] = [...output.matchAll(COUNT)].at(-1)?.map(Number) ?? [0, 0, 1];
  return { passed, failed: Math.max(failed, +(code !== 0)), skipped: skipped || 0 };
}

const counts = [await run('test'), await run('test:rest')];
const total = (key) => counts.reduce((sum, each) => sum + each[key], 0);
const totals = { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
console.log(`\n${summary(totals)}`);
process.exitCode = totals.failed > 0 ? 1 : 0;
