import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('browser example');

const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;

test('the page trains without a bundler, and its loss falls', () => {
  const script = 'test/project/browserExample.mjs';
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.is(stderr, '');
  const { skipped, problems, status, points } = JSON.parse(stdout);
  if (skipped !== undefined) {
    console.log(`skipped: the browser example (${skipped})`);
    return;
  }
  assert.equal(problems, []);
  assert.match(status, /^\w{3}.*, step 120 of 120: loss \d\.\d\d, \d+ % right$/);
  const heights: number[] = points.map(([, y]: [number, number]) => y);
  assert.ok(mean(heights.slice(-20)) > mean(heights.slice(0, 20)) + 40, stdout); // y goes downwards in a picture
});

test.run();
