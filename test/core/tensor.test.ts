import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  add,
  arange,
  cast,
  concat,
  DisposedError,
  dense,
  full,
  keep,
  matmul,
  mul,
  type NestedNumbers,
  ones,
  parameter,
  relu,
  reshape,
  scope,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from '../../src/index.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onBoth, onGpu } from '../harness/device.ts';

const test = suite('tensor');

onBoth(test, 'nested arrays of every rank survive a round trip', async (device) => {
  const nested: NestedNumbers[] = [
    5,
    [1, 2, 3],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [[[1], [2]]],
    [[[[1, 2]]]],
    [[[[[1], [2]]]]],
    [
      [
        [
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ],
      ],
    ],
    [],
    [[], []],
  ];
  await scope(async () => {
    for (const values of nested) assert.equal(await tensor(values, { device }).array(), values);
  });
});

onBoth(test, 'shape, size, rank and dtype', async (device) => {
  using t = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { device },
  );
  assert.equal([t.shape, t.size, t.ndim, t.dtype], [[2, 3], 6, 2, 'f32']);
  using scalar = tensor(1, { device });
  assert.equal([scalar.shape, scalar.size, scalar.ndim], [[], 1, 0]);
  using empty = zeros([2, 0, 3], { device });
  assert.equal([empty.size, (await empty.data()).length], [0, 0]);
});

onBoth(test, 'typed arrays are copied, with their dtype', async (device) => {
  const source = Float32Array.of(1, 2, 3, 4);
  using matrix = tensor(source, { shape: [2, 2], device });
  source[0] = 9;
  assert.equal(await matrix.array(), [
    [1, 2],
    [3, 4],
  ]);
  using integers = tensor(Int32Array.of(-1, 2 ** 31 - 1), { device });
  assert.is(integers.dtype, 'i32');
  assert.equal(await integers.array(), [-1, 2 ** 31 - 1]);
  using bytes = tensor(Uint8Array.of(0, 255), { device });
  assert.equal([bytes.dtype, await bytes.array()], ['f32', [0, 255]]);
  using part = tensor(source.subarray(1, 3), { device });
  assert.equal(await part.array(), [2, 3]);
});

test('data() returns the typed array of the dtype and device', async () => {
  using float = tensor([1], { device: cpu });
  using integer = tensor([1], { dtype: 'i32', device: cpu });
  assert.instance(await float.data(), Float64Array);
  assert.instance(await integer.data(), Int32Array);
});

onGpu(test, 'data() returns float32 or int32 from the GPU', async (device) => {
  using float = tensor([1 / 3], { device });
  using integer = tensor([1], { dtype: 'i32', device });
  assert.instance(await float.data(), Float32Array);
  assert.is(await float.item(), Math.fround(1 / 3));
  assert.instance(await integer.data(), Int32Array);
});

test('invalid tensor values are rejected in the caller’s words', () => {
  const make =
    (values: NestedNumbers, options = {}) =>
    () =>
      tensor(values, { device: cpu, ...options });
  assert.throws(
    make([[1, 2], [3]]),
    /tensor: got a list of length 1 at depth 1; expected nested arrays of numbers of shape \[2, 2\]/,
  );
  assert.throws(make([[1, 2], 3]), /tensor: got 3 at depth 1/);
  assert.throws(make([1, [2]]), /tensor: got a list of length 1 at depth 1/);
  assert.throws(make([1, 2, 3], { shape: [2, 2] }), /tensor: got 3 numbers; expected 4 for shape \[2, 2\]/);
  assert.throws(
    make(JSON.parse('["1", "2"]')),
    /tensor: got '1' at depth 1; expected nested arrays of numbers .* Convert/,
  );
  assert.throws(make(JSON.parse('"12"')), /tensor: got '12' at depth 0/);
  assert.throws(make(JSON.parse('[null]')), /tensor: got null at depth 1/);
  assert.throws(make([1, 2], Object({ dtype: 'float32' })), /got dtype 'float32'; expected 'f32' or 'i32'/);
  assert.throws(make([1, 2], Object({ dtpye: 'i32' })), /got the option 'dtpye'.*Did you mean 'dtype'/);
  assert.throws(() => cast(tensor([1], { device: cpu }), JSON.parse('"int32"')), /cast: got dtype 'int32'/);
  assert.throws(() => full([2], 1.5, { dtype: 'i32', device: cpu }), /got 1.5 at element 0 for dtype i32/);
  assert.throws(make([1.5], { dtype: 'i32' }), /tensor: got 1.5 at element 0 for dtype i32; expected 32-bit integers/);
  assert.throws(make([2 ** 31], { dtype: 'i32' }), /got 2147483648 at element 0/);
  assert.throws(() => zeros([1, 1, 1, 1, 1, 1, 1], { device: cpu }), /expected at most 6 axes/);
  assert.throws(() => full([-1], 0, { device: cpu }), /full: got the shape \[-1\]/);
  assert.throws(() => full([1], JSON.parse('"1"'), { device: cpu }), /full: got value '1'; expected a number/);
  assert.throws(() => zeros(JSON.parse('3'), { device: cpu }), /got 3 for the lengths of a shape; expected an array/);
  assert.throws(() => parameter(JSON.parse('[1]')), /parameter: got the source \[1\]; expected a tensor/);
});

test('an argument of an operation that is not a tensor is named with its position', () => {
  using x = tensor([[1, 2]], { device: cpu });
  const given = (json: string) => JSON.parse(json);
  assert.throws(() => matmul(x, given('[[1], [2]]')), /matmul: got \[\[1\], \[2\]\] as input 1; expected a tensor/);
  assert.throws(() => relu(given('3')), /relu: got 3 as input 0/);
  assert.throws(() => sum(x, given('{ "axis": "x" }')), /sum: got axis x for a tensor with 2 axes/);
  assert.throws(() => transpose(x, given('"x"')), /transpose: got 'x' for the permutation; expected an array/);
  assert.throws(() => reshape(x, given('2')), /reshape: got 2 for the lengths of a shape/);
  assert.throws(() => concat(Object(x)), /concat: got an object of type Tensor for the tensors/);
});

test('item() requires a single element', async () => {
  using one = tensor([[7]], { device: cpu });
  assert.is(await one.item(), 7);
  using two = tensor([1, 2], { device: cpu });
  await rejects(() => two.item(), /item: got a tensor of shape \[2\]; expected a tensor of size 1/);
});

onBoth(test, 'assign overwrites in place', async (device) => {
  using t = zeros([2, 2], { device });
  using alias = t.alias([4]);
  t.assign([1, 2, 3, 4]);
  assert.equal(await alias.array(), [1, 2, 3, 4]);
  assert.throws(() => t.assign([1]), /assign: got 1 numbers; expected 4 for shape \[2, 2\]/);
});

onBoth(test, 'reads requested before assign return the old elements', async (device) => {
  using t = ones([3], { device });
  using sum = add(t, 1);
  t.assign([5, 5, 5]);
  using later = add(t, 1);
  assert.equal(
    [await sum.array(), await later.array()],
    [
      [2, 2, 2],
      [6, 6, 6],
    ],
  );
});

onBoth(test, 'a disposed tensor throws', async (device) => {
  const t = ones([2, 3], { device });
  t.dispose();
  t.dispose(); // a second call does nothing
  assert.ok(t.isDisposed);
  const message = /got a disposed tensor of shape \[2, 3\]; expected a live tensor/;
  assert.throws(
    () => relu(t),
    (error: unknown) => error instanceof DisposedError && message.test(error.message),
  );
  await rejects(() => t.data(), message);
});

onBoth(test, 'an alias outlives the tensor it came from', async (device) => {
  const t = ones([2], { device });
  using alias = t.alias();
  t.dispose();
  assert.equal(await alias.array(), [1, 1]);
});

onBoth(test, 'a scope frees everything made inside except its result', async (device) => {
  const before = device.memory().buffers;
  let inner: Tensor | undefined;
  const result = scope(() => {
    inner = ones([3], { device });
    return { sums: [add(inner, 1), add(inner, 2)], note: 'text' };
  });
  assert.ok(inner?.isDisposed);
  assert.equal(await result.sums[1].array(), [3, 3, 3]);
  assert.is(device.memory().buffers, before + 2);
  for (const t of result.sums) t.dispose();
  assert.is(device.memory().buffers, before);
});

onBoth(test, 'an async scope frees at its end', async (device) => {
  const before = device.memory().buffers;
  const value = await scope(async () => {
    const t = ones([3], { device });
    await t.data();
    return mul(t, 2).array(); // made after the first await
  });
  assert.equal(value, [2, 2, 2]);
  assert.is(device.memory().buffers, before);
});

test('a scope that throws frees its tensors, too', async () => {
  const before = cpu.memory().buffers;
  const fail = (): never => {
    ones([3], { device: cpu });
    throw new Error('from inside');
  };
  assert.throws(() => scope(fail), /from inside/);
  await rejects(() => scope(async () => fail()), /from inside/);
  assert.is(cpu.memory().buffers, before);
});

test('the result of an inner scope belongs to the outer one', () => {
  const before = cpu.memory().buffers;
  scope(() => {
    const t = scope(() => ones([3], { device: cpu }));
    assert.not.ok(t.isDisposed);
  });
  assert.is(cpu.memory().buffers, before);
});

test('keep removes a tensor from every scope', () => {
  const [kept, lost] = [[] as Tensor[], [] as Tensor[]];
  scope(() =>
    scope(() => {
      kept.push(keep(ones([3], { device: cpu })));
      lost.push(ones([3], { device: cpu }));
    }),
  );
  assert.equal([kept[0].isDisposed, lost[0].isDisposed], [false, true]);
  kept[0].dispose();
});

onBoth(test, 'a parameter outlives scopes and replaces its source', async (device) => {
  const before = device.memory().buffers;
  let source: Tensor | undefined;
  const w = scope(() => {
    source = ones([2], { device });
    return [parameter(source, { name: 'w' })];
  })[0];
  const hidden: Tensor[] = [];
  scope(() => {
    hidden.push(parameter(zeros([2], { device })));
  });
  assert.ok(source?.isDisposed);
  assert.equal([w.name, w.trainable, await w.array()], ['w', true, [1, 1]]);
  assert.equal(await hidden[0].array(), [0, 0]);
  w.dispose();
  hidden[0].dispose();
  assert.is(device.memory().buffers, before);
});

test('using frees at the end of the block', () => {
  const before = cpu.memory().buffers;
  {
    using t = arange(0, 3, 1, { device: cpu });
    assert.is(t.size, 3);
    assert.is(cpu.memory().buffers, before + 1);
  }
  assert.is(cpu.memory().buffers, before);
});

onGpu(test, 'tensors of two devices do not mix', (device) => {
  using a = ones([2], { device });
  using b = ones([2], { device: cpu });
  assert.throws(() => add(a, b), /add: got tensors of two devices; expected one/);
});

test('a tensor shows shape, dtype and how to read it', () => {
  const inspect = (t: Tensor): unknown => Reflect.get(t, Symbol.for('nodejs.util.inspect.custom')).call(t);
  const t = tensor(Int32Array.of(1, 2), { device: cpu });
  assert.is(inspect(t), 'Tensor [2] i32 (read it with await t.array() or t.data())');
  t.dispose();
  assert.is(inspect(t), 'Tensor [2] i32 (disposed)');
  assert.match(String(inspect(parameter(ones([2, 3], { device: cpu }), { name: 'w' }))), /^Parameter 'w' \[2, 3\] f32/);
});

test('nested arrays are typed as numbers and as lists', async () => {
  const nested = await tensor([[1, 2]], { device: cpu }).array();
  const number: number = nested[0][1];
  const rows: number[][] = nested;
  assert.equal([number, rows], [2, [[1, 2]]]);
});

test('arrays that contain themselves or nest endlessly are rejected at once', () => {
  const self: unknown[] = [];
  self.push(self);
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = [deep];
  for (const nested of [self, deep]) {
    assert.throws(() => tensor(nested as never), /got the shape \[1, 1, 1, 1, 1, 1, 1\]; expected at most 6 axes/);
    assert.throws(() => tensor([1], { shape: nested as never }), /expected at most 6 axes/);
    assert.throws(() => dense({ units: 1, inputShape: nested as never }), /inputShape .*an array of 1/);
  }
});

test.run();
