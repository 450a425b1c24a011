// Bundles test files, each separately, for Node or for Chrome.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { common, node } from '../../build.mjs';

const src = fileURLToPath(new URL('../../src', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/dawngrad/', import.meta.url));

/** Tests import src/node.ts; for Chrome it is replaced by its counterpart, as `exports` in package.json does for users. */
const browserEntry = {
  name: 'browser-entry',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]node\.ts$/ }, () => ({
      contents: "export * from './browser.ts';",
      resolveDir: src,
    }));
  },
};

const platforms = {
  node: { ...node, external: [...node.external, 'typescript'], sourcemap: true },
  chrome: {
    ...common,
    platform: 'browser',
    sourcemap: 'inline',
    plugins: [...common.plugins, browserEntry],
    define: { 'process.env.REQUIRE_GPU': JSON.stringify(process.env.REQUIRE_GPU ?? '') },
  },
};

/** Calls `body` with a new folder (inside node_modules, so that packages are found), then removes it. */
export async function withFolder(body) {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'test-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bundles files into `folder/<platform>`; returns the bundles' paths, in order. */
export async function bundle(files, platform, folder) {
  const outdir = join(folder, platform);
  await build({
    ...platforms[platform],
    entryPoints: files,
    entryNames: '[name]',
    outdir,
    outExtension: { '.js': '.mjs' },
  });
  return files.map((file) => join(outdir, basename(file).replace(/\.ts$/, '.mjs')));
}
