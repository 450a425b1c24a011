// Draws the pictures of the documents again: node docs/pictures.mjs [NAME ...], after npm run build; without names, all.
// Each example runs as a reader runs it. Its picture and its numbers are kept with a digest of the code that made them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The examples that have a picture in the documents. */
export const pictured = async () =>
  (await readdir(path('pictures'))).filter((file) => file.endsWith('.svg')).map((file) => file.slice(0, -4));

/** A digest of an example's code and of the files that it imports, without comments; the style of charts is not part. */
export async function digestOf(example) {
  const { outputFiles } = await build({
    entryPoints: [path(`../examples/${example}.mjs`)],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    packages: 'external',
    external: ['./charts.mjs'],
  });
  return createHash('sha256').update(outputFiles[0].contents).digest('hex').slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : await pictured()) {
    console.log(`\n${name}`);
    const start = performance.now();
    execFileSync(process.execPath, [path(`../examples/${name}.mjs`)], { stdio: 'inherit' });
    console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
    const output = path(`../examples/output/${name}`);
    const results = JSON.parse(await readFile(`${output}.json`, 'utf8'));
    await copyFile(`${output}.svg`, path(`pictures/${name}.svg`));
    const kept = { code: await digestOf(name), results };
    await writeFile(path(`pictures/${name}.json`), `${JSON.stringify(kept, undefined, 1)}\n`);
  }
}
