// Headless Chrome, for the tests: Chromium from @sparticuz/chromium, driven by playwright-core.
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium as driver } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'dawngrad');

/**
 * Does not clear workgroup memory: kernels write it before they read it, and clearing takes three quarters of the time
 * SwiftShader needs to compile a large tile.
 */
export const DAWN_FLAG = 'enable-dawn-features=disable_workgroup_init';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  `--${DAWN_FLAG}`,
];

/** Whether the package has a Chromium for this platform. */
export const hasChrome = () => process.platform === 'linux' && process.arch === 'x64';

/** Unpacks Chromium and SwiftShader into one folder, once per version; the package itself unpacks into TMPDIR. */
async function unpack() {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const manifest = join(dirname(entry), '..', '..', 'package.json');
  const folder = join(cache, `chromium-${JSON.parse(await readFile(manifest, 'utf8')).version}`);
  if (existsSync(folder)) return join(folder, 'chromium');
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(`${folder}-`);
  const unpacking = "(await import('@sparticuz/chromium')).default.executablePath()";
  const env = { ...process.env, TMPDIR: partial }; // of a process of its own: tests start meanwhile, and inherit ours
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', unpacking], { cwd: root, env });
  // All files appear at once, even if two runs start together.
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return join(folder, 'chromium');
}

/** Serves one bundle and a page that loads it, on a free port; WebGPU requires localhost or https. */
async function serve(bundle) {
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>test</title><script type="module" src="/${basename(bundle)}"></script>`);
    } else if (pathname === `/${basename(bundle)}`) {
      response.setHeader('content-type', 'text/javascript');
      createReadStream(bundle).pipe(response);
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Starts Chrome with WebGPU on the software GPU. */
export const launchChrome = async () => driver.launch({ executablePath: await unpack(), args: FLAGS });

/** Starts Chrome. `run(bundle)` opens a page that loads it, with `query` in its address, and resolves when its console shows `until`. */
export async function openChrome() {
  const browser = await launchChrome();
  return {
    run: async (bundle, { query = '', until, timeout }) => {
      const server = await serve(bundle);
      const page = await browser.newPage();
      try {
        return await watch(page, `${server.url}?${query}`, { until, timeout });
      } finally {
        await page.close();
        server.close();
      }
    },
    close: () => browser.close(),
  };
}

/** The page's output, and the problem if it failed before it printed `until`. */
async function watch(page, url, { until, timeout }) {
  let output = '';
  const problem = await new Promise((resolve) => {
    const timer = setTimeout(resolve, timeout, `no end within ${timeout / 1000} s`);
    const finish = (reason) => {
      clearTimeout(timer);
      resolve(reason);
    };
    page.on('console', (message) => {
      if (message.type() !== 'log') return; // Chrome's own notes about WebGPU on this platform
      output += `${message.text()}\n`;
      if (until.test(output)) finish(undefined);
    });
    page.on('pageerror', (error) => finish(error.stack ?? String(error)));
    page.on('crash', () => finish('the page crashed'));
    page.goto(url).catch((error) => finish(String(error)));
  });
  return { output, ...(problem !== undefined && { problem }) };
}
