// Serves the repository on localhost: WebGPU requires localhost or https.
//   npm run example:browser
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.map': 'application/json' };
const root = new URL('../../', import.meta.url);

/** Listens on the port (0: any free port); returns the page's URL and a function that closes the server. */
export async function serve(port = 0) {
  const server = createServer(async ({ url }, response) => {
    try {
      const { pathname } = new URL(url, 'http://localhost'); // removes ../
      const body = await readFile(new URL(`.${pathname}`, root));
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/examples/browser/index.html`;
  return { url, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`Open ${(await serve(8080)).url} in Chrome`);
