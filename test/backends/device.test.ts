import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { setCurrentDevice } from '../../src/core/device.ts';
import { DeviceError, ShaderError, ShapeError } from '../../src/core/errors.ts';
import type { Kernel } from '../../src/core/kernel.ts';
import { add, type Device, exp, full, ones, relu, scope, type Tensor, tensor } from '../../src/index.ts';
import { init } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';
import { limitedGpu } from '../harness/limited.ts';

const test = suite('device');

/** The error with which a promise rejects. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A second GPU device, for tests that break it. */
async function anotherGpu(): Promise<GpuDevice> {
  const device = await init({ backend: 'webgpu' });
  if (!(device instanceof GpuDevice)) throw new Error('expected webgpu');
  return device;
}

test('init rejects unknown options', async () => {
  // @ts-expect-error: JavaScript callers can write this
  await rejects(() => init({ backend: 'cuda' }), /init: got backend 'cuda'; expected 'auto', 'webgpu' or 'cpu'/);
  await rejects(() => init({ backend: 'cpu', seed: 0.5 }), /init: got seed 0.5; expected a 32-bit integer/);
});

const withoutAdapter = (requestAdapter: () => Promise<null>) => ({ requestAdapter });

test('a missing backend throws and lists what was tried', async () => {
  const error = await errorOf(init({ backend: 'webgpu', gpu: withoutAdapter(async () => null) }));
  if (!(error instanceof DeviceError)) throw error;
  assert.is(error.reason, 'unavailable');
  assert.match(error.message, /^init: no WebGPU adapter \(the given gpu: no adapter\)\. Install/);
  const failing = withoutAdapter(async () => {
    throw new Error('driver on strike');
  });
  await rejects(() => init({ backend: 'webgpu', gpu: failing }), /\(the given gpu: driver on strike\)/);
});

test('the CPU backend describes itself', async () => {
  const { info } = await init({ backend: 'cpu' });
  assert.equal([info.backend, info.adapter.software], ['cpu', true]);
});

onGpu(test, 'the GPU backend describes itself', (device) => {
  const { backend, adapter, limits, features } = device.info;
  assert.is(backend, 'webgpu');
  assert.type(adapter.software, 'boolean');
  assert.match(adapter.description, /\w{3}/); // browsers hide the driver
  assert.ok(limits.maxBufferSize >= 2 ** 28);
  assert.instance(features, Array);
});

const SOUND = { file: 'shaders/sound.wgsl', text: 'const ONE: f32 = 1;\n' };
const BROKEN = {
  file: 'shaders/broken.wgsl',
  text: `@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1)
fn forward() { y[0] = no_such_function(ONE); }
`,
};

const runInto = (device: GpuDevice, kernel: Kernel, y: Tensor): void =>
  device.run({ kernel, entry: 'forward', reads: [], writes: [y], grid: { workgroups: 1 } });

onGpu(test, 'a shader error names file and line, where the result is read', async () => {
  const device = await anotherGpu();
  const y = ones([1], { device });
  runInto(device, { name: 'broken', sources: [SOUND, BROKEN] }, y);
  const reads = [errorOf(y.data()), errorOf(y.data())];
  const errors = [...(await Promise.all(reads)), await errorOf(y.data()), await errorOf(device.sync())];
  for (const error of errors) {
    if (!(error instanceof ShaderError)) throw error;
    assert.equal([error.file, error.line, error.reason], ['shaders/broken.wgsl', 3, 'validation']);
    assert.match(
      error.message,
      /^shaders\/broken\.wgsl:3: .*no_such_function[^\n]*\n {2}fn forward\(\) \{ y\[0\] = no_such_function\(ONE\); \}\n {24}\^$/,
    );
  }
  device.dispose();
});

onGpu(test, 'a missing entry point is an error, too', async () => {
  const device = await anotherGpu();
  const y = ones([1], { device });
  const missing = {
    file: 'shaders/missing.wgsl',
    text: BROKEN.text.replace('fn forward() { y[0] = no_such_function(ONE); }', ''),
  };
  runInto(device, { name: 'missing', sources: [missing] }, y);
  const error = await errorOf(y.data());
  assert.instance(error, DeviceError);
  device.dispose();
});

onGpu(test, 'a tensor beyond the limits is rejected with a message', (device) => {
  const shape = [device.info.limits.maxStorageBufferBindingSize];
  assert.throws(
    () => ones(shape, { device }),
    /full: a tensor of shape .* takes \d+ bytes, more than this adapter's limit of \d+ for a tensor/,
  );
});

onGpu(test, 'a disposed device throws, on both backends', async () => {
  for (const device of [await anotherGpu(), await init({ backend: 'cpu' })]) {
    const x = ones([3], { device });
    device.dispose();
    await rejects(() => x.data(), /The device was disposed. Call init\(\) for a new one/);
    assert.throws(() => relu(x), /The device was disposed/);
    await rejects(() => device.sync(), /The device was disposed/);
  }
});

onGpu(test, 'a lost device throws an error with the reason', async (device) => {
  if (!(device instanceof GpuDevice)) throw new Error('not a GPU');
  const adapter = await device.instance.requestAdapter();
  const raw = await adapter?.requestDevice();
  if (raw === undefined) throw new Error('no second device');
  const { instance, info, random } = device;
  const doomed = new GpuDevice({ instance, device: raw, info, random });
  const x = ones([3], { device: doomed });
  raw.destroy();
  await raw.lost;
  const error = await errorOf(x.data());
  if (!(error instanceof DeviceError)) throw error;
  assert.is(error.reason, 'lost');
  assert.match(error.message, /^The GPU device was lost \(destroyed\): .*Call init\(\) again/);
});

onGpu(test, 'many pending commands and their buffers keep their order', async (device) => {
  let x = tensor([0, 1], { device });
  for (let i = 0; i < 300; i++) {
    const next = add(x, 1);
    x.dispose(); // a later sum reuses its buffer
    x = next;
  }
  assert.equal(await x.array(), [300, 301]);
  x.dispose();
});

onGpu(test, 'timed work runs the requested number of times, and earlier commands run once', async (device) => {
  if (!(device instanceof GpuDevice)) throw new Error('expected a GPU device');
  const one = ones([4], { device });
  const others = full([4], 0, { device });
  const timed = full([4], 0, { device });
  const increase = (t: Tensor): void => scope(() => device.copy(add(t, one).storage, t.storage, 4));
  increase(others);
  assert.ok((await device.time(() => increase(timed), { runs: 5 })) > 0);
  assert.equal([await others.array(), await timed.array()], [Array(4).fill(1), Array(4).fill(5)]);
  const failing = (): void => {
    increase(timed);
    throw new Error('on strike');
  };
  await rejects(() => device.time(failing, { runs: 5 }), /on strike/);
  assert.equal(await timed.array(), Array(4).fill(6));
});

onGpu(test, 'time counts commands submitted while work is recorded', async (device) => {
  if (!(device instanceof GpuDevice)) throw new Error('expected a GPU device');
  const x = ones([2 ** 22], { device });
  const large = full([4096], 0, { device });
  const small = full([64], 0, { device });
  const submitting: Readonly<Record<string, () => void>> = {
    'a large write': () => device.write(large.storage, new Float32Array(4096), 'f32'),
    'many small writes': () => {
      for (let i = 0; i < 300; i++) device.write(small.storage, new Float32Array(64), 'f32');
    },
    'the user': () => device.flush(),
  };
  const work = (): void => scope(() => void exp(exp(x)));
  await device.time(work);
  const plain = await device.time(work);
  for (const [name, submit] of Object.entries(submitting)) {
    const both = await device.time(() => {
      work();
      submit();
    });
    assert.ok(both > plain / 3, `${name}: ${both} ms, ${plain} without`);
  }
  for (const t of [x, large, small]) t.dispose();
});

onGpu(test, 'kernels are compiled ahead on hardware; an error is reported where the result is read', async (usual) => {
  const device = await limitedGpu(usual, { hardware: true });
  const x = tensor([-1, 2]);
  await device.compile(() => scope(() => void relu(x)));
  assert.equal(await relu(x).array(), [0, 2]);
  const y = ones([1], { device });
  const run = (): void => runInto(device, { name: 'broken', sources: [SOUND, BROKEN] }, y);
  await device.compile(run);
  assert.equal(await y.array(), [1]);
  run();
  await rejects(() => y.data(), /broken.wgsl:3/);
  device.dispose();
  setCurrentDevice(usual);
});

onGpu(test, 'freed buffers are used again', async (device) => {
  const before = device.memory();
  for (let i = 0; i < 10; i++) {
    using x = ones([1000], { device });
    using y = relu(x);
    await y.data();
  }
  const after = device.memory();
  assert.is(after.buffers, before.buffers);
  assert.ok(after.pooledBuffers <= before.pooledBuffers + 2, `${after.pooledBuffers} buffers in the pool`);
});

const arenas = async (device: Device): Promise<void> => {
  const { whole, length, parts } = device.arena([3, 0, 100]);
  assert.is(parts.length, 3);
  assert.ok(length >= 103);
  device.write(parts[2], Float32Array.of(1, 2), 'f32');
  assert.equal([...(await device.read(parts[2], 3, 'f32'))], [1, 2, 0]);
  assert.equal([...(await device.read(parts[0], 3, 'f32'))], [0, 0, 0]);
  const before = device.memory().buffers;
  for (const each of [whole, ...parts]) each.release();
  assert.is(device.memory().buffers, before - 1);
};
test('an arena is one allocation (cpu)', () => arenas(cpu));
onGpu(test, 'an arena is one allocation (gpu)', arenas);

test('errors carry their facts as fields', () => {
  const fault = { op: 'matmul', got: 'x', expected: 'y', fix: 'Do z.' };
  const error = new ShapeError(fault);
  assert.equal([error.name, error.message, error.fault], ['ShapeError', 'matmul: got x; expected y. Do z.', fault]);
});

test.run();
