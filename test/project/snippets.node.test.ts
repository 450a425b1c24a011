// Runs the JavaScript of README, guide and lecture as it stands, and compares what it prints with the page.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as data from '../../src/data/node.ts';
import * as dawngrad from '../../src/node.ts';
import * as search from '../../src/search/index.ts';

const test = suite('snippets');

const MODULES: Readonly<Record<string, object>> = { dawngrad, 'dawngrad/data': data, 'dawngrad/search': search };
const { dense, init, sequential, setVerbosity } = dawngrad;

/** The JavaScript of a page, each with its heading. */
function snippetsOf(page: string): { readonly heading: string; readonly code: string }[] {
  return readFileSync(page, 'utf8')
    .split(/^#+ /m)
    .flatMap((section) =>
      [...section.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => ({
        heading: section.split('\n', 1)[0],
        code,
      })),
    );
}

/** Imports become constants, as the code runs in a function. */
const asFunctionBody = (code: string): string =>
  code.replace(/^import \{([^}]*)\} from '([^']*)';$/gm, (_, names: string, from: string) => {
    assert.ok(from in MODULES, `imports from ${from}`);
    return `const {${names.replaceAll(' as ', ': ')}} = modules['${from}'];`;
  });

/** Runs code with names in scope; returns what it printed. */
async function run(code: string, names: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
  const printed: string[] = [];
  const console = { log: (...values: unknown[]) => printed.push(format(...values)) };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const scope = { ...names, console, modules: MODULES };
  const body = `{ ${asFunctionBody(code)} }`; // a block may declare names that are in scope
  await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
  return printed;
}

test("the README's example prints what it says", async () => {
  setVerbosity(0);
  const [{ code }] = snippetsOf('README.md');
  const [, stated] = /^```\n(running on[\s\S]*?)```/m.exec(readFileSync('README.md', 'utf8')) ?? [];
  const [accuracy, probabilities] = stated.trimEnd().split('\n').slice(-2);
  const printed = await run(code);
  assert.is(printed[1], accuracy);
  const twoDigits = (line: string): string[] => (line.match(/\d\.\d+/g) ?? []).map((p) => Number(p).toPrecision(2));
  assert.equal(twoDigits(printed[2]), twoDigits(probabilities));
});

test('the snippets of the guide run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dawngrad-snippets-'));
  const device = await init({ backend: 'cpu', seed: 1 });
  try {
    await sequential([dense({ units: 3, inputShape: [2] })]).save(join(folder, 'base'));
    const loadModel = () => dawngrad.loadModel(join(folder, 'base'));
    const snippets = snippetsOf('docs/guide.md');
    assert.ok(snippets.length >= 2);
    for (const { heading, code } of snippets) {
      await run(code, { ...dawngrad, loadModel }).catch((error: Error) => {
        throw new Error(`${heading}: ${error.message}`);
      });
    }
  } finally {
    device.dispose();
    rmSync(folder, { recursive: true });
  }
});

test.run();
