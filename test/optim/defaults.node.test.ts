import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { optimizers } from '../../src/optim/get.ts';

const test = suite('the defaults of optimizers');

const HEADER = '| optimizer | options | default in Keras 3 | default here |';
const [, , ...table] = readFileSync('docs/lecture.md', 'utf8').split(HEADER)[1].split('\n\n')[0].split('\n');
const listOf = (cell: string): string[] => cell.split(',').map((item) => item.replaceAll('`', '').trim());

/** By optimizer the options, Keras's defaults and the defaults here. */
const rows = new Map(
  table.map((line) => {
    const [, name, ...cells] = line.split('|');
    return [listOf(name)[0], cells.slice(0, 3).map(listOf)] as const;
  }),
);
const shared = rows.get('every one') ?? [];

test('the table of the lecture has every optimizer', () => {
  assert.equal([...rows.keys()].sort(), [...Object.keys(optimizers), 'every one'].sort());
});

for (const [name, make] of Object.entries(optimizers)) {
  test(`${name} has the options and defaults of the table, which are those of Keras 3`, () => {
    const [options, keras, here] = rows.get(name) ?? [];
    const { name: ownName, convention, parameterGroups, ...config } = make().config();
    assert.is(ownName, name);
    assert.is(convention, 'keras');
    assert.equal(parameterGroups, []);
    // an optimizer's own row comes last and wins: adamW has another weight decay
    const known = Object.fromEntries(
      [shared, [options, keras, here]].flatMap(([o, , d]) => o.map((o, i) => [o, d[i]])),
    );
    assert.equal(Object.keys(config).sort(), Object.keys(known).sort());
    for (const [option, value] of Object.entries(config))
      assert.is(String(value), String(JSON.parse(known[option])), option);
    for (const [i, value] of keras.entries()) if (value !== '–') assert.is(value, here[i], options[i]);
  });
}

test.run();
