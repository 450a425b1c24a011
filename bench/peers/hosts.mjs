// Where contestants live: a Node process each, or a page of headless Chrome each. Both are asked one thing at a time.
import { fork } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const installedWasm = fileURLToPath(new URL('node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url));

/** Opens contestants as Node processes that run the given bundle; `wasmFolder` holds the .wasm files of TensorFlow.js. */
export const nodeHost = (contestant, wasmFolder = installedWasm) => ({
  name: 'node',
  version: `Node ${process.version}`,
  open: (library) => processOf(fork(contestant, [library, wasmFolder], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })),
  close: () => {},
});

function processOf(child) {
  let lastWords = '';
  child.stderr.on('data', (chunk) => {
    lastWords = `${lastWords}${chunk}`.slice(-500);
  });
  const ended = new Promise((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? `code ${code}`}: ${lastWords}`)));
  });
  ended.catch(() => {}); // also when nobody asks
  return {
    ask: (...question) => {
      const told = new Promise((resolve, reject) => {
        child.once('message', ({ answer, problem }) =>
          problem === undefined ? resolve(answer) : reject(new Error(problem)),
        );
      });
      child.send(question);
      return Promise.race([told, ended]);
    },
    close: async () => {
      child.kill('SIGKILL');
      await ended.catch(() => {});
    },
  };
}

/** Opens contestants as pages of a browser, which load the given bundle. */
export async function chromeHost(contestant, browser) {
  const server = await serve(contestant);
  return {
    name: 'chrome',
    version: `Chrome ${browser.version()}`,
    open: async (library) => pageOf(await browser.newPage(), `${server.url}#${encodeURIComponent(library)}`),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function pageOf(page, url) {
  await page.goto(url);
  const crashed = new Promise((_, reject) => {
    page.once('crash', () => reject(new Error('the page crashed')));
  });
  crashed.catch(() => {}); // also when nobody asks
  return {
    ask: (...question) => Promise.race([page.evaluate((asked) => globalThis.ask(asked), question), crashed]),
    close: () => page.close(),
  };
}

/** Serves the page, its bundle and the .wasm files. The headers allow shared memory: wasm backends use all cores with it. */
async function serve(bundle) {
  const server = createServer(({ url }, response) => {
    const name = basename(url);
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    if (url === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>peers</title><script type="module" src="/${basename(bundle)}"></script>`);
      return;
    }
    const isWasm = name.endsWith('.wasm');
    const file = isWasm ? join(installedWasm, name) : bundle;
    if (name !== basename(file) || !existsSync(file)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader('content-type', isWasm ? 'application/wasm' : 'text/javascript');
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
