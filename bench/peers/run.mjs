// Compares dawngrad with other libraries in one run, in Node and in Chrome.
//   npm ci --prefix bench/peers
//   npm run bench:peers -- [--node] [--chrome] [--only <part of a workload's name>] [--against <part of a library's name>]
//     [--rounds 7] [--out bench/results]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { withFolder } from '../../test/harness/bundle.mjs';
import { hasChrome, launchChrome } from '../../test/harness/chrome.mjs';
import { contestantInChrome, contestantInNode } from './bundles.mjs';
import { compare } from './compare.mjs';
import { chromeHost, nodeHost } from './hosts.mjs';
import { workloads } from './workloads.mjs';

const { values: options } = parseArgs({
  options: {
    node: { type: 'boolean' },
    chrome: { type: 'boolean' },
    only: { type: 'string', default: '' },
    against: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    out: { type: 'string', default: fileURLToPath(new URL('../results', import.meta.url)) },
  },
});
const both = !options.node && !options.chrome;
const chosen = workloads.filter(({ name }) => name.includes(options.only));

/** Bundles a contestant, opens a host for it and compares. */
async function on(contestant, openHost) {
  await withFolder(async (folder) => {
    const outfile = join(folder, 'contestant.mjs');
    await build({ ...contestant, outfile });
    const host = await openHost(outfile);
    try {
      await compare(host, {
        workloads: chosen,
        against: options.against,
        rounds: Number(options.rounds),
        out: options.out,
      });
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
  if (both || options.node) await on(contestantInNode, nodeHost);
  if (both || options.chrome) {
    if (hasChrome()) await on(contestantInChrome, async (bundle) => chromeHost(bundle, await launchChrome()));
    else console.log('Chrome: skipped, there is no package for this platform');
  }
}
