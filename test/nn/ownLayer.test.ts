import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import type { Shape } from '../../src/core/shape.ts';
import {
  type AddWeight,
  add,
  defineLayer,
  defineOp,
  dense,
  gradcheck,
  type LayerOptions,
  loadModel,
  type Model,
  mul,
  parameter,
  sequential,
  sgd,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onBoth } from '../harness/device.ts';

const test = suite('ownLayer');

const scale = defineLayer<LayerOptions & { readonly factor?: number }>(
  'scale',
  { factor: [(value) => typeof value === 'number', 'a number'] },
  ({ factor = 1 }) => ({
    outputShape: (shape) => shape,
    build: (addWeight, shape) => addWeight('gain', [shape[shape.length - 1]], 'ones'),
    call: (x, { weights: { gain } }) => mul(mul(x, gain), factor),
  }),
);

const x = [
  [1, 2],
  [3, 4],
  [-1, 0.5],
];
const y = [[1], [0], [2]];

function net(): Model {
  const m = sequential([dense({ units: 3, inputShape: [2] }), scale({ factor: 0.5 }), dense({ units: 1 })]);
  m.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.1 }) });
  return m;
}

onBoth(test, "a layer of one's own trains, is checked, saved and loaded", async () => {
  using m = net();
  const { history } = await m.fit(x, y, { epochs: 20 });
  assert.ok(history.loss[19] < 0.5 * history.loss[0], `${history.loss}`);
  for (const { name, ok, error } of await gradcheck(m, x, y)) assert.ok(ok, `${name}: ${error}`);
  assert.match(m.summary(), /scale +\[batch, 3\] +3/);
  const files = await m.save();
  assert.throws(() => loadModel(files), /a layer of kind 'scale'; expected one of .*layers: \[\.\.\.\]/);
  using loaded = loadModel(files, { layers: [scale] });
  assert.equal(await (await loaded.predict(x)).array(), await (await m.predict(x)).array());
});

test('what a definition gets wrong is said with its name', async () => {
  setCurrentDevice(cpu);
  assert.throws(() => scale({ factor: 'two' } as never), /scale: got factor 'two'; expected a number/);
  assert.throws(() => scale({ fctor: 2 } as never), /scale: got the option 'fctor'.*Did you mean 'factor'/);
  const broken = (call: (x: Tensor) => unknown): Model => {
    const layer = defineLayer('broken', {}, () => ({ outputShape: (shape) => shape, call: call as () => Tensor }));
    const m = sequential([layer({ inputShape: [2] })]);
    m.compile({ loss: 'meanSquaredError' });
    return m;
  };
  await rejects(() => broken(() => 3).predict(x), /broken: got 3 in return; expected a tensor/);
  await rejects(() => broken(async (t) => t).fit(x, x), /broken: got a promise in return/);
  await rejects(
    () => broken((t) => dense({ units: 3 })(t as never)).predict(x),
    /got a tensor; expected an input, or the output of a layer/,
  );
  const wide = defineLayer('wide', {}, () => ({ outputShape: () => [7], call: (t) => t }));
  await rejects(
    () => sequential([wide({ inputShape: [2] })]).predict(x),
    /wide: got a tensor of shape \[3, 2\] in return; expected \[3, 7\]/,
  );
  const files = await net().save();
  const clash = defineLayer('dense', {}, () => ({ outputShape: (shape) => shape, call: (t) => t }));
  assert.throws(
    () => loadModel(files, { layers: [clash] }),
    /your own kind of layer 'dense', the name of a built-in layer; expected a name that/,
  );
  assert.throws(
    () => loadModel(files, { layers: [scale({})] as never }),
    /layers.*expected a list of what defineLayer made/,
  );
});

test('weights of a layer are made once, at once, and with options that exist', () => {
  setCurrentDevice(cpu);
  const build = (body: (add: AddWeight) => unknown): (() => void) => {
    const layer = defineLayer('own', {}, () => ({
      outputShape: (shape) => shape,
      build: body as () => void,
      call: (t) => t,
    }));
    const m = sequential([layer({ inputShape: [2] })]);
    return () => m.build([2]);
  };
  const before = cpu.memory().buffers;
  const twice = build((add) => {
    add('a', [2], 'ones');
    add('a', [2], 'ones');
  });
  assert.throws(twice, /own: got the weight 'a'; expected one of each name/);
  assert.throws(
    build((add) => add('a', [2], 'ones', { trainble: false } as object)),
    /own\/a: got the option 'trainble'.*Did you mean 'trainable'/,
  );
  assert.throws(
    build(async (add) => add('a', [2], 'ones')),
    /own: got the result of build an object of type Promise; expected a build that is not async/,
  );
  assert.throws(
    build((add) => add('a', [-1], 'ones')),
    /own\/a/,
  );
  assert.is(cpu.memory().buffers, before);
});

onBoth(test, 'operations of one name of file, each with its own text', async () => {
  const times = (factor: number) =>
    defineOp<[x: Tensor]>({
      name: 'times',
      shader: {
        file: 'times.wgsl',
        text: `struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
const WORKGROUP_SIZE: u32 = 64;
@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < params.size) { y[id.x] = ${factor}.0 * x[id.x]; }
}
`,
      },
      reference: { forward: ([{ data, shape }]) => ({ data: data.map((value) => factor * value), shape }) },
      shape: ([shape]) => shape,
      forward: (run, [t]) => run('forward', [t], { shape: t.shape, params: { size: t.size } }),
      backward: (_run, dy) => [mul(dy, factor)],
    });
  const [double, triple] = [times(2), times(3)];
  const t = tensor([1, 2, 3]);
  assert.equal(await double(t).array(), [2, 4, 6]);
  assert.equal(await triple(t).array(), [3, 6, 9]);
  const w = parameter(tensor([1, 2]));
  const { grads } = valueAndGrad(() => sum(triple(w)), [w]);
  assert.equal(await grads[0].array(), [3, 3]);
});

onBoth(test, 'an operation whose backward is missing or wrong says so when a gradient goes through it', async () => {
  const double = (backward?: () => unknown) =>
    defineOp<[x: Tensor]>({
      ...{ name: 'double', reference: { forward: ([x]) => x }, shape: ([shape]: readonly [Shape]) => shape },
      forward: (_run, [t]) => mul(t, 2),
      ...(backward && { backward: backward as () => Tensor[] }),
    });
  const w = parameter(tensor([1, 2]));
  const gradientOf = (op: (x: Tensor) => Tensor) => valueAndGrad(() => sum(add(op(w), w)), [w]).grads[0];
  assert.throws(
    () => gradientOf(double()),
    /double: got a request for a gradient through this operation; expected an operation that/,
  );
  assert.throws(
    () => gradientOf(double(() => undefined)),
    /double: got undefined from its backward; expected an array of/,
  );
  assert.throws(() => gradientOf(double(() => [1])), /double: got .* from its backward; expected an array of tensors/);
  assert.throws(
    () => gradientOf(double(() => [tensor([1, 2, 3])])),
    /double: got a gradient of shape \[3\] from its backward; expected the shape of the input, \[2\]/,
  );
  assert.equal(await gradientOf(double(() => [])).array(), [1, 1], 'piecewise constant');
});

test('a definition that lacks a part says which', () => {
  const op = (given: unknown) => () => defineOp(given as never);
  const rest = { name: 'own', shape: () => [], forward: () => tensor(1), reference: { forward: () => undefined } };
  assert.throws(op(null), /defineOp: got null for the options; expected an object with any of name/);
  for (const part of ['name', 'shape', 'forward', 'reference']) {
    assert.throws(op({ ...rest, [part]: undefined }), new RegExp(`defineOp: got ${part} undefined; expected`));
  }
  assert.throws(op({ ...rest, backwards: () => [] }), /defineOp: got the option 'backwards'.*Did you mean 'backward'/);
  const layer = (given: unknown) => defineLayer('own', {}, () => given as never);
  assert.throws(
    layer(undefined),
    /own: got undefined for the options; expected an object with any of takes, outputShape/,
  );
  assert.throws(layer({ outputShape: () => [] }), /own: got call undefined; expected a function/);
});

test.run();
