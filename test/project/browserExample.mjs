// Opens examples/browser in headless Chrome and prints what it shows at the end, as JSON; `--picture FILE` keeps a
// screenshot.
import { parseArgs } from 'node:util';
import { serve } from '../../examples/browser/serve.mjs';
import { hasChrome, launchChrome } from '../harness/chrome.mjs';

const { values } = parseArgs({ options: { picture: { type: 'string' } } });
if (hasChrome()) {
  const server = await serve();
  const browser = await launchChrome();
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(server.url);
    await page.waitForSelector('figcaption', { timeout: 120_000 });
    if (values.picture !== undefined) await page.screenshot({ path: values.picture });
    const status = await page.textContent('#status');
    const points = await page.getAttribute('#curve', 'points');
    console.log(
      JSON.stringify({ problems, status, points: points.split(' ').map((point) => point.split(',').map(Number)) }),
    );
  } finally {
    await browser.close();
    server.close();
  }
} else console.log(JSON.stringify({ skipped: `no Chrome for ${process.platform} on ${process.arch}` }));
