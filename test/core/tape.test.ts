import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  add,
  argMax,
  type Device,
  matmul,
  mean,
  mul,
  ones,
  parameter,
  relu,
  scope,
  square,
  sub,
  sum,
  Tape,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('tape');

/** Runs a test on both backends and frees everything it makes. */
function onBoth(name: string, body: (device: Device) => Promise<void>): void {
  test(`${name} (cpu)`, () => scope(() => body(cpu)));
  onGpu(test, `${name} (gpu)`, (device) => scope(() => body(device)));
}

const read = (tensors: readonly Tensor[]) => Promise.all(tensors.map((t) => t.array()));

onBoth('valueAndGrad of a least-squares loss', async (device) => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device },
  );
  const y = tensor([[1], [2]], { device });
  const w = parameter(tensor([[0.5], [-0.5]], { device }));
  const b = parameter(tensor([1], { device }));
  const { value, grads } = valueAndGrad(() => mean(square(sub(add(matmul(x, w), b), y))), [w, b]);
  // residuals r = [0.5, 0.5] - [1, 2] = [-0.5, -1.5]; loss = mean r^2, dw = x^T r, db = sum r
  assert.is(await value.item(), 1.25);
  assert.equal(await read(grads), [[[-5], [-7]], [-2]]);
  w.dispose();
  b.dispose();
});

onBoth('a tape used directly, twice', async (device) => {
  const x = tensor([1, 2, 3], { device });
  using tape = new Tape();
  const y = square(x);
  const loss = sum(mul(y, x)); // x^3
  assert.equal(await read(tape.gradient(loss, [x])), [[3, 12, 27]]);
  assert.equal(await read(tape.gradient(y, [x])), [[2, 4, 6]]); // the gradient of the sum of y
});

onBoth('outputGradient weights the elements of the output', async (device) => {
  const x = tensor([1, 2, 3], { device });
  using tape = new Tape();
  const y = square(x);
  const outputGradient = tensor([1, 0, -2], { device });
  assert.equal(await read(tape.gradient(y, [x], { outputGradient })), [[2, 0, -12]]);
  assert.throws(
    () => tape.gradient(y, [x], { outputGradient: ones([2], { device }) }),
    /Tape.gradient: got an outputGradient of shape \[2\]; expected the shape of the loss, \[3\]/,
  );
});

onBoth('an intermediate tensor can be a source and passes its gradient on', async (device) => {
  const x = tensor([1, 2], { device });
  using tape = new Tape();
  const y = square(x);
  const loss = sum(square(y));
  assert.equal(await read(tape.gradient(loss, [y, x])), [
    [2, 8],
    [4, 32],
  ]);
  assert.equal(await read(tape.gradient(loss, [loss])), [1]);
});

onBoth('several uses of a tensor add up', async (device) => {
  const x = tensor([2], { device });
  using tape = new Tape();
  const loss = add(mul(x, x), add(x, mul(x, 3)));
  assert.equal(await read(tape.gradient(loss, [x])), [[8]]);
});

onBoth('a source without effect on the loss gets zeros of its shape', async (device) => {
  const [x, other] = [ones([2], { device }), ones([2, 3], { device })];
  const { grads } = valueAndGrad(() => sum(x), [other, x]);
  assert.equal(await read(grads), [
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [1, 1],
  ]);
});

onBoth('the same source twice gets two gradients', async (device) => {
  const x = ones([2], { device });
  const { grads } = valueAndGrad(() => sum(x), [x, x]);
  assert.equal(await read(grads), [
    [1, 1],
    [1, 1],
  ]);
  grads[0].dispose();
  assert.equal(await read([grads[1]]), [[1, 1]]);
});

onBoth('a gradient is summed over broadcast axes', async (device) => {
  const [x, b, c] = [ones([2, 3], { device }), ones([3], { device }), ones([2, 1], { device })];
  const { grads } = valueAndGrad(() => sum(mul(add(x, b), c)), [b, c]);
  assert.equal(await read(grads), [
    [2, 2, 2],
    [[6], [6]],
  ]);
});

onBoth('tapes nest: each records and ends independently', async (device) => {
  const x = tensor([3], { device });
  using outer = new Tape();
  const y = square(x);
  const { value, grads } = valueAndGrad(() => mul(y, x), [x]);
  const loss = add(value, y);
  assert.equal(await read(grads), [[9]]); // y is the source of the inner tape
  assert.equal(await read(outer.gradient(loss, [x])), [[33]]); // x^3 + x^2
});

onBoth('the derivative of a gradient is rejected, its value can be used', async (device) => {
  const x = tensor([3], { device });
  const w = tensor([2], { device });
  using outer = new Tape();
  const [inner] = valueAndGrad(() => square(x), [x]).grads;
  const loss = mul(inner, w);
  assert.throws(() => outer.gradient(loss, [x]), /gradient: got a value that depends on a gradient; expected/);
  assert.equal(await read(outer.gradient(loss, [w])), [[6]]);
});

onBoth('tensors that the backward pass needs outlive their disposal', async (device) => {
  const x = tensor([1, 2, 3], { device });
  using tape = new Tape();
  const loss = scope(() => {
    const y = square(x);
    const z = square(y);
    y.dispose();
    return sum(z);
  });
  assert.equal(await read(tape.gradient(loss, [x])), [[4, 32, 108]]);
});

onBoth('a disposed tape frees what it saved', async (device) => {
  const x = ones([64], { device });
  const before = device.memory().buffers;
  const tape = new Tape();
  const loss = scope(() => sum(square(square(x))));
  assert.ok(device.memory().buffers > before + 1);
  tape.dispose();
  assert.is(device.memory().buffers, before + 1);
  assert.throws(() => tape.gradient(loss, [x]), /Tape.gradient: got a disposed tape; expected an open tape/);
});

onBoth('valueAndGrad frees everything except its result', async (device) => {
  const x = ones([64], { device });
  const before = device.memory().buffers;
  const { value, grads } = valueAndGrad(() => sum(square(relu(x))), [x]);
  assert.is(device.memory().buffers, before + 2);
  value.dispose();
  grads[0].dispose();
  assert.is(device.memory().buffers, before);
});

onBoth('a gradient needs a loss in f32', async (device) => {
  const x = ones([2], { device });
  assert.throws(
    () => valueAndGrad(() => argMax(x), [x]),
    /the function of valueAndGrad: got a tensor of dtype i32 in return; expected f32/,
  );
});

onBoth('nothing is recorded after an error inside', async (device) => {
  const x = ones([2], { device });
  const fail = (): never => {
    throw new Error('from inside');
  };
  assert.throws(() => valueAndGrad(fail, [x]), /from inside/);
  const before = device.memory().buffers;
  scope(() => {
    square(x);
  });
  assert.is(device.memory().buffers, before);
});

onBoth('the mean of the gradients of all minibatches is the gradient of all samples', async (device) => {
  const samples = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  const w = parameter(tensor([[0.5], [-2]], { device }));
  const gradientOf = async (rows: number[][]): Promise<Float32Array> => {
    const loss = () => mean(square(relu(matmul(tensor(rows, { device }), w))));
    return (await valueAndGrad(loss, [w]).grads[0].data()) as Float32Array;
  };
  const whole = await gradientOf(samples);
  for (const size of [1, 3, 6]) {
    const batches = Array.from({ length: 12 / size }, (_, i) => samples.slice(i * size, (i + 1) * size));
    const gradients = await Promise.all(batches.map(gradientOf));
    for (const [i, expected] of whole.entries()) {
      const got = gradients.reduce((sum, gradient) => sum + gradient[i], 0) / gradients.length;
      assert.ok(Math.abs(got - expected) < 1e-6, `batches of ${size}: ${got} instead of ${expected}`);
    }
  }
});

test.run();
