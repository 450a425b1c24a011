// Compares dawngrad with other libraries in one run, in Node and in Chrome.
//   npm ci --prefix bench/peers
//   npm run bench:peers -- [--node] [--chrome] [--only <part of a workload's name>] [--rounds 7] [--out bench/results]
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withFolder } from '../../test/bundle.mjs';
import { hasChrome } from '../../test/chrome.mjs';
import { about } from './about.mjs';
import { contest } from './contest.mjs';
import { chromeHost, nodeHost } from './hosts.mjs';
import { markdown, printHeader, printRow } from './report.mjs';
import { workloads } from './workloads.mjs';

const FEWEST_ROUNDS = 5;

const { values: options } = parseArgs({
  options: {
    node: { type: 'boolean' },
    chrome: { type: 'boolean' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    out: { type: 'string', default: fileURLToPath(new URL('../results', import.meta.url)) },
  },
});
const both = !options.node && !options.chrome;
const chosen = workloads.filter(({ name }) => name.includes(options.only));

/** Runs the chosen workloads on one host, printing as it goes, and writes the report. */
async function report(host) {
  const rounds = Number(options.rounds);
  const note = rounds < FEWEST_ROUNDS ? ` (a trial: fewer than ${FEWEST_ROUNDS} say little)` : '';
  const facts = { ...(await about(host)), rounds: `${rounds}${note}` };
  console.log();
  for (const [name, text] of Object.entries(facts)) console.log(`${name.padEnd(10)} ${text}`);
  console.log();
  printHeader();
  const rows = [];
  for (const workload of chosen) {
    for (const row of await contest(host, workload, rounds)) {
      printRow(row);
      rows.push(row);
    }
  }
  const slug = facts.adapter.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
  const path = join(options.out, `peers-${host.name}-${slug}`);
  await mkdir(options.out, { recursive: true });
  await writeFile(`${path}.json`, `${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
  await writeFile(`${path}.md`, markdown(facts, rows));
  console.log(`\n${path}.json and .md`);
}

async function on(openHost) {
  await withFolder(async (folder) => {
    const host = await openHost(folder);
    try {
      await report(host);
    } finally {
      await host.close();
    }
  });
}

if (!existsSync(new URL('node_modules', import.meta.url))) {
  console.error('The peers are not installed: npm ci --prefix bench/peers');
  process.exitCode = 1;
} else if (!(Number(options.rounds) >= 1) || chosen.length === 0) {
  console.error(
    `Nothing to do: --rounds wants a number, --only a part of one of\n  ${workloads.map(({ name }) => name).join('\n  ')}`,
  );
  process.exitCode = 1;
} else {
  if (both || options.node) await on(nodeHost);
  if (both || options.chrome) {
    if (hasChrome()) await on(chromeHost);
    else console.log('Chrome: skipped, there is no package for this platform');
  }
}
