import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  broadcastShapes,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  sameShape,
  sizeOf,
  stridesOf,
  viewAround,
} from '../../src/core/shape.ts';

const test = suite('shape');

test('size and strides of a scalar, a matrix and an empty tensor', () => {
  assert.is(sizeOf([]), 1);
  assert.is(sizeOf([2, 3, 4]), 24);
  assert.is(sizeOf([2, 0, 4]), 0);
  assert.equal(stridesOf([]), []);
  assert.equal(stridesOf([2, 3, 4]), [12, 4, 1]);
  assert.ok(sameShape([2, 3], [2, 3]));
  assert.not.ok(sameShape([2, 3], [2, 3, 1]));
});

test('broadcasting follows NumPy', () => {
  assert.equal(broadcastShapes('add', [], []), []);
  assert.equal(broadcastShapes('add', [45, 65], [65]), [45, 65]);
  assert.equal(broadcastShapes('add', [1], [45, 65]), [45, 65]);
  assert.equal(broadcastShapes('add', [8, 1, 6, 1], [7, 1, 5]), [8, 7, 6, 5]);
  assert.equal(broadcastShapes('add', [2, 0], [1]), [2, 0]);
  assert.equal(broadcastShapes('add', [0], [1, 1]), [1, 0]);
  assert.throws(
    () => broadcastShapes('add', [2, 3], [2, 4]),
    /^add: got shapes \[2, 3\] and \[2, 4\]; expected .*axis 1 has 3 and 4/,
  );
  assert.throws(() => broadcastShapes('add', [0], [2]), /axis 0 has 0 and 2/);
});

test('axes count from either end', () => {
  assert.is(normalizeAxis('sum', -1, 3), 2);
  assert.is(normalizeAxis('sum', 0, 1), 0);
  assert.throws(
    () => normalizeAxis('sum', 3, 3),
    /axis 3 for a tensor with 3 axes; expected a whole number from -3 to 2/,
  );
  assert.throws(() => normalizeAxis('sum', 0.5, 3), /axis 0.5/);
  assert.throws(() => normalizeAxis('softmax', 0, 0), /expected a tensor of rank 1 or more/);
  assert.equal(normalizeAxes('sum', undefined, 3), [0, 1, 2]);
  assert.equal(normalizeAxes('sum', [-1, 0], 3), [0, 2]);
  assert.equal(normalizeAxes('sum', [], 3), []);
  assert.throws(() => normalizeAxes('sum', [0, -3], 3), /axes \[0, -3\]; expected each axis once/);
});

test('a reduction removes its axes or keeps them with length 1', () => {
  assert.equal(reducedShape([2, 3, 4], [0, 2], false), [3]);
  assert.equal(reducedShape([2, 3, 4], [0, 2], true), [1, 3, 1]);
  assert.equal(reducedShape([], [], false), []);
});

test('a shape splits around an axis, or a run of axes', () => {
  assert.equal(viewAround([2, 3, 4, 5], 1), { outer: 2, length: 3, inner: 20 });
  assert.equal(viewAround([2, 3, 4, 5], 1, 2), { outer: 2, length: 12, inner: 5 });
  assert.equal(viewAround([7], 0), { outer: 1, length: 7, inner: 1 });
});

test('invalid shapes are rejected', () => {
  checkShape('zeros', [0, 1, 2, 3, 4, 5]);
  assert.throws(() => checkShape('zeros', [1, 1, 1, 1, 1, 1, 1]), /zeros: got the shape .*expected at most 6 axes/);
  assert.throws(() => checkShape('zeros', [2, -1]), /each a whole number of 0 or more/);
  assert.throws(() => checkShape('zeros', [1.5]), /each a whole number of 0 or more/);
  assert.throws(() => checkShape('zeros', [Number.NaN]), /each a whole number/);
});

test.run();
