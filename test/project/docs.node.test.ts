import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as data from '../../src/data/node.ts';
import * as dawngrad from '../../src/node.ts';
import * as search from '../../src/search/index.ts';

const test = suite('docs');

/** Where a test lies, by its name. */
const tests = new Map((await readdir('test', { recursive: true })).map((path) => [basename(path), join('test', path)]));

const read = (path: string): string => readFileSync(path, 'utf8');

/** Rows of the lecture's table: statement, section, API, example, test. */
const rows = read('docs/lecture.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| **') && !line.startsWith('| ---'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 7 && cells[1] !== 'statement' && cells[5].includes('test'));

/** What stands in backquotes. */
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);

/** The words of a source file without its comments, which may name what the code does not do. */
function wordsOf(path: string): Set<string> {
  const code = read(path).replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
  return new Set(code.match(/\w+/g));
}

test('every statement of the lecture has a section, an API that exists, an example and a test', async () => {
  const headings = new Set(
    read('docs/lecture.md')
      .match(/^###? .*$/gm)
      ?.map((line) => line.replace(/^#+ /, '')),
  );
  const known = new Set(Object.keys({ ...dawngrad, ...data, ...search }));
  const examples = await readdir('examples');
  assert.ok(rows.length > 50, `${rows.length} statements`);
  for (const [, topic, section, api, example, testCell] of rows) {
    assert.ok(headings.has(section), `${topic}: no section ${section}`);
    for (const name of quoted(api)) {
      const [, head] = /^(?:[\w]+: )?([A-Za-z0-9]+)(?=\(| of |$)/.exec(name) ?? [];
      if (head === undefined || !/\($|\(/.test(name)) continue; // an option, a method or a command
      assert.ok(known.has(head) || ['fit', 'save'].includes(head), `${topic}: ${head} is not exported`);
    }
    assert.ok(quoted(example).length > 0, `${topic}: no example`);
    for (const name of quoted(example)) assert.ok(examples.includes(`${name}.mjs`), `${topic}: no example ${name}`);
    assert.ok(quoted(testCell).length > 0, `${topic}: no test`);
    for (const name of quoted(testCell)) assert.ok(tests.has(name), `${topic}: no test ${name}`);
  }
});

test('every word of an API is in the code of one of its examples and of one of its tests', () => {
  const missing: string[] = [];
  for (const [, topic, , api, example, testCell] of rows) {
    const shown = quoted(example).map((name) => wordsOf(`examples/${name}.mjs`));
    const tested = quoted(testCell).map((name) => wordsOf(tests.get(name) ?? name));
    for (const text of quoted(api)) {
      const command = text.startsWith('dawngrad '); // not of the kind that an example calls
      for (const word of text.match(/[A-Za-z]\w+/g) ?? []) {
        if (!command && !shown.some((words) => words.has(word))) missing.push(`${topic}: ${word} is in no example`);
        if (!tested.some((words) => words.has(word))) missing.push(`${topic}: ${word} is in no test`);
      }
    }
  }
  assert.equal(missing, []);
});

test('what the lecture has beside its table exists and is in the test that it names', () => {
  const [, line] = /\nAlso included: ([\s\S]*?)\n\n/.exec(read('docs/lecture.md')) ?? [];
  const entries = [...line.matchAll(/`(\w+)[^`]*`[^`]*\(`([\w.]+)`\)/g)];
  assert.ok(entries.length > 3);
  for (const [, name, file] of entries)
    assert.ok(wordsOf(tests.get(file) ?? file).has(name), `${name} is not in ${file}`);
});

test("the lecture's listing runs as it stands", async () => {
  await dawngrad.init({ backend: 'cpu' });
  const [, listing] = /Line by line:\n\n```js\n([\s\S]*?)```/.exec(read('docs/lecture.md')) ?? [];
  const samples = (count: number) => [
    { data: Float32Array.from({ length: 784 * count }, (_, i) => Math.sin(i) ** 2), shape: [count, 784] },
    { data: Float32Array.from({ length: 10 * count }, (_, i) => +(i % 11 === 0)), shape: [count, 10] },
  ];
  const [[xTrain, yTrain], [xTest, yTest]] = [samples(20), samples(3)];
  const scope = { ...dawngrad, xTrain, yTrain, xTest, yTest };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction(...Object.keys(scope), `${listing}\nreturn { history, score, network };`);
  const { history, score, network } = await run(...Object.values(scope));
  assert.is(history.val_accuracy.length, 20);
  assert.ok(Number.isFinite(score.loss));
  assert.is(
    network.parameters.reduce((sum: number, { size }: dawngrad.Parameter) => sum + size, 0),
    179_310,
  );
});

test('examples are short, and import what there is', async () => {
  const modules = { dawngrad, 'dawngrad/data': data, 'dawngrad/search': search };
  for (const file of (await readdir('examples')).filter((name) => name.endsWith('.mjs'))) {
    const text = read(`examples/${file}`);
    assert.ok(text.split('\n').length <= 81 || file === 'charts.mjs', `${file} has more than 80 lines`);
    for (const [, names, from] of text.matchAll(/import \{([^}]*)\} from '(dawngrad[^']*)'/g)) {
      const exported = Object.keys(modules[from as keyof typeof modules]);
      for (const name of names
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean)) {
        assert.ok(exported.includes(name), `${file} imports ${name}, which ${from} does not export`);
      }
    }
  }
});

test.run();
