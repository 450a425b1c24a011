import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { families } from '../../src/gradcheck/suite.ts';

// uvu swallows what a hook throws, and a suite without .run() passes empty: both exit 0. So nobody may write either.

const test = suite('style');

const folder = join(process.cwd(), 'test');
const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.test.ts'));
const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const));

test('there are test files', () => {
  assert.ok(names.includes(join('project', 'style.node.test.ts')));
});

test('each family of gradient-check cases has a file of its own', () => {
  for (const family of Object.keys(families)) {
    assert.is(files.filter(([, text]) => text.includes(`rowsOf('${family}')`)).length, 1, family);
  }
});

for (const [name, text] of files) {
  test(`${name} ends with .run()`, () => assert.match(text, /\n\w+\.run\(\);\n$/));
  test(`${name} runs every suite it makes`, () => {
    const made = [...text.matchAll(/const (\w+) = (?:suite|rowsOf)\(/g)].map(([, variable]) => variable);
    assert.ok(made.length > 0);
    for (const variable of made) assert.ok(text.includes(`\n${variable}.run();\n`), `${variable}.run() is missing`);
  });
  test(`${name} has no hooks and leaves nothing out`, () => {
    assert.not.match(text, /\btest\.(before|after|only)\b/);
  });
}

test.run();
