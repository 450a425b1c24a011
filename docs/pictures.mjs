// Draws the pictures of the documents again: npm run pictures [-- NAME ...]; without names, all. With --stale it lists the
// pictures that are older than their example's code instead. Each example runs as a reader runs it; its picture and its
// numbers are kept with a digest of the code that made them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The examples that have a picture in the documents. */
const pictured = (await readdir(path('pictures')))
  .filter((file) => file.endsWith('.svg'))
  .map((file) => file.slice(0, -4));

/** A digest of an example's code and of the files that it imports, without comments; the style of charts is not part. */
async function digestOf(example) {
  const { outputFiles } = await build({
    entryPoints: [path(`../examples/${example}.mjs`)],
    bundle: true,
    write: false,
    minifyWhitespace: true,
    minifySyntax: true,
    format: 'esm',
    packages: 'external',
    external: ['./charts.mjs'],
  });
  return createHash('sha256').update(outputFiles[0].contents).digest('hex').slice(0, 16);
}

const kept = (name) => path(`pictures/${name}.json`);

async function isStale(name) {
  return !existsSync(kept(name)) || JSON.parse(readFileSync(kept(name), 'utf8')).code !== (await digestOf(name));
}

async function draw(name) {
  console.log(`\n${name}`);
  const start = performance.now();
  execFileSync(process.execPath, [path(`../examples/${name}.mjs`)], { stdio: 'inherit' });
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
  const output = path(`../examples/output/${name}`);
  const results = JSON.parse(await readFile(`${output}.json`, 'utf8'));
  await copyFile(`${output}.svg`, path(`pictures/${name}.svg`));
  await writeFile(kept(name), `${JSON.stringify({ code: await digestOf(name), results }, undefined, 1)}\n`);
}

const names = process.argv.slice(2);
if (names[0] === '--stale') {
  for (const name of pictured) if (await isStale(name)) console.log(name);
} else {
  for (const name of names.length > 0 ? names : pictured) await draw(name);
}
