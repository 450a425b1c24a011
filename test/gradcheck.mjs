// Checks operations and kernels against the float64 reference: in Node, with the table of `dawngrad gradcheck`, and in
// Chrome, which prints what fails.
//   node test/gradcheck.mjs                        everything, in both
//   node test/gradcheck.mjs [--chrome] NAME ...    what has that in its name, in Node; with --chrome in both
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, withFolder } from './harness/bundle.mjs';
import { hasChrome, openChrome } from './harness/chrome.mjs';

const TIMEOUT = 300_000; // in ms
const COUNT = /^\d+ passed, (\d+) failed$/m;

const { values, positionals: names } = parseArgs({ options: { chrome: { type: 'boolean' } }, allowPositionals: true });

const inNode = async (folder) => {
  const [cli] = await bundle([fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))], 'node', folder);
  const child = spawn(process.execPath, [cli, 'gradcheck', ...names], { stdio: 'inherit', timeout: TIMEOUT });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return code === 0;
};

const inChrome = async (folder) => {
  if (!hasChrome()) {
    console.log(`Chrome: skipped, there is no package for ${process.platform} on ${process.arch}`);
    return true;
  }
  const [page] = await bundle([fileURLToPath(new URL('harness/gradcheckPage.ts', import.meta.url))], 'chrome', folder);
  const chrome = await openChrome();
  try {
    const query = new URLSearchParams(names.map((name) => ['name', name]));
    const { output, problem } = await chrome.run(page, { query, until: COUNT, timeout: TIMEOUT });
    console.log(`Chrome: ${output.trim()}${problem === undefined ? '' : `\n${problem}`}`);
    return COUNT.exec(output)?.[1] === '0';
  } finally {
    await chrome.close();
  }
};

const right = await withFolder(async (folder) => {
  const isRight = await inNode(folder);
  return names.length === 0 || values.chrome ? [isRight, await inChrome(folder)] : [isRight];
});
process.exitCode = right.every(Boolean) ? 0 : 1;
