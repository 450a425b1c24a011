// Bundles the bench suites and runs them one after another: `npm run bench -- matmul` for those with that in their names.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { node } from '../build.mjs';

const suites = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.bench.ts'));

const outdir = fileURLToPath(new URL('../node_modules/.cache/dawngrad-bench', import.meta.url));
await build({
  ...node,
  entryPoints: suites.map((file) => fileURLToPath(new URL(file, import.meta.url))),
  outdir,
  outExtension: { '.js': '.mjs' },
  external: [...node.external, 'benny'],
});
for (const file of suites) {
  const { status } = spawnSync(
    process.execPath,
    [`${outdir}/${file.replace(/ts$/, 'mjs')}`, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exitCode = 1;
}
