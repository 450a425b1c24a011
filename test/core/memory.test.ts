import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { Tuner } from '../../src/backends/webgpu/tuner/tuner.ts';
import { setCurrentDevice } from '../../src/core/device.ts';
import { DeviceError, ShaderError } from '../../src/core/errors.ts';
import {
  adagrad,
  adam,
  add,
  clipGradients,
  compile,
  type Device,
  dense,
  eye,
  type FitOptions,
  matmul,
  maxPool2d,
  mean,
  type Optimizer,
  type OptimizerOptions,
  ones,
  parameter,
  randomNormal,
  randomUniform,
  relu,
  scope,
  sequential,
  sgd,
  square,
  sum,
  Tape,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from '../../src/node.ts';
import { search, uniform } from '../../src/search/index.ts';
import type { CheckpointFiles } from '../../src/train/loop/checkpoint.ts';
import { rejects, warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';
import { type Limits, limitedGpu } from '../harness/limited.ts';

const test = suite('memory');

const MIB = 2 ** 20;
/** A tensor of some MiB. */
const ofSize = (mib: number): Tensor => ones([(mib * MIB) / 4]);

/** A test on a separate device with lower limits. */
function onLimited(
  name: string,
  given: Limits,
  body: (device: GpuDevice, given: Limits, whole: Device) => Promise<void>,
): void {
  onGpu(test, name, async (device) => {
    const limits = { ...given };
    const limited = await limitedGpu(device, limits, { seed: 3 });
    try {
      await body(limited, limits, device);
    } finally {
      limited.dispose();
      setCurrentDevice(device);
    }
  });
}

/** The error that `body` throws. */
function caught(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The error with which a promise rejects. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

function isShortage(error: unknown): void {
  if (!(error instanceof DeviceError)) throw error ?? new Error('nothing was thrown');
  assert.is(error.reason, 'memory', error.message);
}

onLimited(
  'a failed allocation is an error of its call, and the device stays usable',
  { memory: 40 * MIB },
  async (device) => {
    const small = tensor([1, 2]);
    const all: Tensor[] = [];
    const error = caught(() => {
      for (;;) all.push(ofSize(8));
    });
    isShortage(error);
    assert.match(
      String(error),
      /no memory for a tensor of 8388608 bytes: 33554688 bytes are in use, in 5 buffers. Free/,
    );
    assert.is(all.length, 4);
    assert.equal(await relu(small).array(), [1, 2]);
    isShortage(await errorOf(all[3].data())); // no memory for the readback copy
    all.pop()?.dispose();
    assert.is((await all[2].data()).at(-1), 1);
    for (const t of all) t.dispose();
    const model = sequential([dense({ units: 2, inputShape: [3] })]);
    model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
    const { history } = await model.fit([[1, 2, 3]], [[1, 2]], { epochs: 2 });
    assert.ok(history.loss[1] < history.loss[0]);
    assert.ok(Object.keys(await model.save()).length > 0);
    await device.sync();
  },
);

onLimited('pooled buffers serve tensors of similar size, or are freed', { memory: 40 * MIB }, async (device) => {
  ofSize(22).dispose();
  const smaller = ofSize(20); // does not fit in 40 MiB besides the 22 pooled
  assert.is(device.memory().pooledBytes, 0);
  smaller.dispose();
  assert.is(device.memory().bytes, 0);
  isShortage(caught(() => ofSize(30)));
  assert.is(device.memory().pooledBytes, 0);
  await device.sync();
  assert.is((await ofSize(10).data())[0], 1);
});

onLimited('where one can wait, an allocation is tried again', { memory: 40 * MIB }, async (device, given) => {
  ofSize(20).dispose();
  const large = await device.allocating(() => ofSize(30));
  isShortage(await errorOf(device.allocating(() => ofSize(30))));
  large.dispose();
  given.memory = 52 * MIB;
  // fit allocates the buffers of its steps this way
  const model = sequential([dense({ units: 2 ** 20, useBias: false, kernelInitializer: 'ones', inputShape: [1] })]);
  model.compile({ loss: 'meanSquaredError', optimizer: sgd() });
  const y = { data: new Float32Array(2 ** 20), shape: [1, 2 ** 20] };
  assert.equal((await model.fit([[1]], y, { epochs: 1 })).history.loss, [1]);
});

onLimited('uploads and readbacks that find no memory say so', { memory: 40 * MIB }, async (device) => {
  const x = ofSize(30);
  isShortage(await errorOf(x.data())); // no memory for the readback copy
  const before = device.memory();
  isShortage(caught(() => tensor(new Float32Array(5 * MIB))));
  assert.equal(device.memory(), before);
  x.dispose();
  assert.is((await tensor(new Float32Array(MIB).fill(2)).data())[7], 2);
});

onLimited(
  'a step without memory changes nothing, and runs once there is enough',
  { memory: 16 * MIB },
  async (device, given) => {
    const w = parameter(ones([1, MIB]));
    const optimizer = adam({ learningRate: 0.5, epsilon: 1e-12, clipNorm: 1e6 });
    const step = compile((x: Tensor) => {
      using tape = new Tape();
      const loss = mean(square(matmul(x, w)));
      optimizer.apply(tape.gradient(loss, [w]), [w]);
      return loss;
    });
    const x = tensor([[1]]);
    const before = device.memory();
    isShortage(caught(() => step(x))); // no memory for the moments
    assert.equal(device.memory().bytes, before.bytes);
    assert.is((await w.data())[0], 1);
    given.memory = 21 * MIB; // no memory for the step's results
    isShortage(caught(() => step(x)));
    assert.is((await w.data())[0], 1);
    given.memory = 200 * MIB;
    assert.is(await step(x).item(), 1);
    assert.ok(Math.abs((await w.data())[0] - 0.5) < 1e-5);
  },
);

onLimited('running out of memory ends fit with an error; the weights stay', { memory: 100 * MIB }, async (_, given) => {
  const model = sequential([dense({ units: 2, useBias: false, kernelInitializer: 'ones', inputShape: [4] })]);
  model.compile({ loss: 'meanSquaredError', optimizer: sgd({ learningRate: 0.01 }) });
  const x = { data: new Float32Array(64).fill(1), shape: [16, 4] };
  const y = { data: new Float32Array(32), shape: [16, 2] };
  let after = new Float32Array();
  const spend = async (): Promise<void> => {
    after = Float32Array.from(await model.parameters[0].data());
    given.memory = 0;
    relu(tensor(new Float32Array(2000)));
  };
  isShortage(
    await model.fit(x, y, { epochs: 3, callbacks: [{ onEpochEnd: spend }] }).then(
      () => undefined,
      (e: unknown) => e,
    ),
  );
  given.memory = 100 * MIB;
  assert.equal(Float32Array.from(await model.parameters[0].data()), after);
  assert.ok(after[0] < 1);
  await model.fit(x, y, { epochs: 1 });
});

onLimited('in a page a shortage is known too late, and ends the device', { memory: 40 * MIB, late: true }, async () => {
  const x = tensor([1, 2]);
  const none = ofSize(50);
  for (const t of [none, x, x]) {
    const error = await errorOf(t.data());
    isShortage(error);
    assert.match(String(error), /The GPU ran out of memory: .* Call init\(\) again/);
  }
});

onLimited(
  'a trial without memory does not affect later ones, and failures are counted',
  { memory: 40 * MIB },
  async () => {
    const objective = async ({ mib }: { mib: number }): Promise<number> =>
      scope(async () => (await mean(ofSize(Math.round(mib))).item()) - mib);
    const warnings = await warningsOf(async () => {
      const { best, trials, failed } = await search(
        { space: { mib: uniform(1, 60) }, sampler: 'random', trials: 12 },
        objective,
      );
      const wrong = trials.filter(({ parameters, value }) => (value === undefined) !== Math.round(parameters.mib) > 38);
      assert.equal(wrong, []);
      assert.is(failed, trials.filter(({ value }) => value === undefined).length);
      assert.ok(failed > 0 && best.parameters.mib <= 38.5);
    });
    assert.is(warnings.length, 1);
    assert.match(
      warnings[0],
      /search: \d+ of 12 trials failed; the first, number \d+: The GPU has no memory for a tensor/,
    );
  },
);

onGpu(test, 'a disposed device rejects pending and later calls', async (device) => {
  const doomed = await limitedGpu(device, {});
  const x = ones([1000]);
  const step = compile((t: Tensor) => relu(t));
  const waiting = [x.data(), doomed.sync(), step(x).data(), doomed.time(() => void relu(x))].map((each) =>
    each.then(
      () => 'done',
      (error: unknown) => String(error),
    ),
  );
  doomed.dispose();
  for (const outcome of await Promise.all(waiting)) assert.match(outcome, /The device was disposed. Call init\(\)/);
  for (const late of [
    () => ones([3]),
    () => tensor([1]),
    () => add(x, 1),
    () => step(x),
    () => x.assign(new Float32Array(1000)),
  ]) {
    assert.throws(late, /The device was disposed/);
  }
  await rejects(() => x.data(), /The device was disposed/);
  await rejects(() => doomed.sync(), /The device was disposed/);
  x.dispose();
  step.dispose();
  doomed.dispose();
  setCurrentDevice(device);
});

onGpu(test, 'init throws if its device is lost', async (device) => {
  await rejects(() => limitedGpu(device, { lost: true }), /^The GPU device was lost \(destroyed\)/);
  assert.is(await sum(ones([3])).item(), 3, 'the device before is the current one still');
});

onGpu(test, 'a shader that does not compile is reported by every call, with file and line', async (device) => {
  const broken = await limitedGpu(device, {});
  const file = 'shaders/unary/broken.wgsl';
  const text = `@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1)
fn forward() { y[0] = sinn(y[0]); }
`;
  const y = ones([1]);
  const run = (): void =>
    broken.run({
      kernel: { name: 'broken', sources: [{ file, text }] },
      entry: 'forward',
      reads: [],
      writes: [y],
      grid: { workgroups: 1 },
    });
  run();
  broken.flush(); // here Dawn reports an invalid pipeline without a reason
  run();
  const errors = await Promise.all(
    [y.data(), broken.sync(), broken.time(run)].map((each) =>
      each.then(
        () => undefined,
        (e: unknown) => e,
      ),
    ),
  );
  for (const error of [...errors, caught(run)]) {
    if (!(error instanceof ShaderError)) throw error;
    assert.equal([error.file, error.line], [file, 3]);
    assert.match(error.message, /sinn/);
  }
  broken.dispose();
  setCurrentDevice(device);
});

const sizes = async (device: Device): Promise<void> => {
  setCurrentDevice(device);
  const start = performance.now();
  const model = sequential([dense({ units: 60000, inputShape: [3] }), dense({ units: 60000, name: 'wide' })]);
  const before = device.memory();
  await rejects(
    async () => model.build([3]),
    /^The weight 'wide\/kernel' of shape \[60000, 60000\] takes 14400000000 bytes, more than this adapter's limit/,
  );
  assert.equal(device.memory(), before, 'nothing was made');
  for (const [name, make] of Object.entries({
    randomNormal: () => randomNormal([1e5, 1e5]),
    randomUniform: () => randomUniform([1e5, 1e5]),
    zeros: () => zeros([1e5, 1e5]),
    eye: () => eye(1e5),
  })) {
    const error = caught(make);
    isShortage(error);
    assert.match(String(error), /a tensor of shape \[100000, 100000\] takes 40000000000 bytes/, name);
  }
  assert.ok(performance.now() - start < 2000, 'at once');
};
test('sizes are checked before numbers are computed (cpu)', () => sizes(cpu));
onGpu(test, 'sizes are checked before numbers are computed (gpu)', sizes);

onGpu(test, 'more workgroups than a grid allows are rejected, and the device stays usable', async (device) => {
  setCurrentDevice(device);
  const x = zeros([1, 1, 65535, 65]);
  assert.throws(
    () => maxPool2d(x, { poolSize: [1, 2], strides: 1 }),
    /workgroups; expected at most 65535 workgroups per grid axis/,
  );
  // Windows two pixels apart fit; their gradient, one number per pixel, does not.
  const half = (): Tensor => mean(maxPool2d(x, { poolSize: [1, 3], strides: [1, 2] }));
  assert.is(await scope(half).item(), 0);
  assert.throws(() => valueAndGrad(half, [x]), /66559 x 1 x 1 workgroups; expected at most 65535/);
  assert.equal(await relu(tensor([3])).array(), [3]);
  x.dispose();
});

onGpu(test, 'of many shapes of one step, the last sixteen keep their memory', async (device) => {
  setCurrentDevice(device);
  const w = tensor([
    [1, 2],
    [3, 4],
  ]);
  const step = compile((x: Tensor) => mean(square(matmul(x, w))));
  const of = (rows: number): Promise<number> =>
    scope(async () => {
      const x = ones([rows, 2]);
      return step(x).item();
    });
  for (let rows = 1; rows <= 20; rows++) await of(rows);
  const { buffers } = device.memory();
  for (let rows = 21; rows <= 60; rows++) assert.ok(Math.abs((await of(rows)) - 26) < 1e-4);
  assert.is(device.memory().buffers, buffers);
  assert.ok(Math.abs((await of(1)) - 26) < 1e-4, 'a shape whose plan is gone is captured anew');
  step.dispose();
  w.dispose();
});

onGpu(test, 'time counts work whose results are not pooled', async (device) => {
  const roomy = await limitedGpu(device, {});
  const x = ofSize(64);
  const work = (): void => {
    for (const t of Array.from({ length: 6 }, () => relu(x))) t.dispose();
  };
  await roomy.time(work);
  const [all, one] = [await roomy.time(work), await roomy.time(() => relu(x).dispose())];
  assert.ok(all > 2 * one && one > 0, `six take ${all} ms, one ${one}`);
  roomy.dispose();
  setCurrentDevice(device);
});

const SHAPES = [[300, 100], [7], [200, 300], [260000], [100, 100], [], [50, 50]];

/** Losses and weights of some manual steps. */
async function trained(optimizer: Optimizer) {
  const numbers = (shape: readonly number[], key: number): Float32Array =>
    Float32Array.from({ length: shape.reduce((n, length) => n * length, 1) }, (_, i) =>
      Math.sin(12.9898 * (i + 1) + key),
    );
  const weights = SHAPES.map((shape, i) => parameter(tensor(numbers(shape, i), { shape }), { name: `w${i}` }));
  for (let step = 0; step < 3; step++) {
    scope(() =>
      optimizer.apply(
        SHAPES.map((shape, i) => tensor(numbers(shape, 7 * step + i), { shape })),
        weights,
      ),
    );
  }
  optimizer.finalize();
  const seen = await Promise.all([...weights, ...Object.values(optimizer.slots).flat()].map((t) => t.data()));
  const free = (): void => {
    for (const w of weights) w.dispose();
    optimizer.dispose();
    optimizer.dispose();
  };
  return { seen, free };
}

/** WebGPU's guaranteed limits, except for the size of bindings. */
const GUARANTEED = { maxStorageBufferBindingSize: MIB, maxStorageBuffersPerShaderStage: 8 };

const makers: Readonly<Record<string, () => Optimizer>> = {
  'adam, one norm for all': () => adam({ globalClipNorm: 0.5, amsgrad: true, useEma: true }),
  'adam, a norm each': () => adam({ clipNorm: 0.5, gradientAccumulationSteps: 3 }),
  'adagrad, groups': () => adagrad({ parameterGroups: [{ match: 'w[135]', learningRateFactor: 0.5 }] }),
};
for (const [name, make] of Object.entries(makers)) {
  onLimited(
    `more weights than a buffer holds take several arenas, with the same results: ${name}`,
    { limits: GUARANTEED },
    async (limited, _, device) => {
      const before = limited.memory();
      const several = await trained(make());
      const arenas = limited.memory();
      several.free();
      assert.is(limited.memory().bytes, before.bytes);
      assert.ok(arenas.bytes > 4 * MIB);
      const whole = await limitedGpu(device, {});
      const one = await trained(make());
      assert.ok(whole.memory().buffers < arenas.buffers);
      assert.equal(several.seen, one.seen);
      whole.dispose();
      setCurrentDevice(limited);
    },
  );
}

onLimited('clipGradients sees all arenas', { limits: GUARANTEED }, async () => {
  const given = [ones([200000]), ones([200000]), ones([100])];
  const clipped = clipGradients(given, { globalClipNorm: 1 });
  const [first] = await clipped[2].data();
  assert.ok(Math.abs(first - 1 / Math.sqrt(400100)) < 1e-8, `${first}`);
});

onGpu(
  test,
  'a model with more weights than a buffer holds trains, and its checkpoint resumes where one buffer suffices',
  async (device) => {
    const x = { data: new Float32Array(16 * 300).fill(0.1), shape: [16, 300] };
    const y = { data: Int32Array.from({ length: 16 }, (_, i) => i % 3), shape: [16] };
    const losses = async (limits: Limits['limits'] & object, options: FitOptions) => {
      const limited = await limitedGpu(device, { limits }, { seed: 1 });
      try {
        const layers = [500, 300, 200].map((units) => dense({ units, activation: 'relu' }));
        const model = sequential([...layers, dense({ units: 3, activation: 'softmax' })]);
        model.compile({ optimizer: adam({ globalClipNorm: 1 }), loss: 'sparseCategoricalCrossentropy' });
        return (await model.fit(x, y, { batchSize: 8, ...options })).history.loss;
      } finally {
        limited.dispose();
        setCurrentDevice(device);
      }
    };
    const files: Uint8Array[] = [];
    const checkpoint = {
      save: ({ 'checkpoint.safetensors': file }: CheckpointFiles) => void files.push(file),
      everySteps: 3,
    };
    const several = await losses(GUARANTEED, { epochs: 3, checkpoint });
    assert.equal(several, await losses({}, { epochs: 3 }));
    assert.ok(files.length > 0);
    assert.equal(await losses({}, { epochs: 3, resume: files[0] }), several);
    await rejects(
      () => losses({ maxStorageBufferBindingSize: 512 * 1024 }, { epochs: 1 }),
      /The weight 'dense\/kernel' of shape \[300, 500\] takes 600000 bytes, more than this adapter's limit of 524288/,
    );
  },
);

onGpu(test, 'with the tuner on, a batch that is too large is rejected before kernels are measured', async (device) => {
  const limited = await limitedGpu(device, { limits: GUARANTEED }, { tune: true });
  const model = sequential([dense({ units: 1024, useBias: false, inputShape: [2] }), dense({ units: 1 })]);
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  const measured: string[] = [];
  limited.tuner = new Tuner('a GPU', undefined, {
    compile: async () => void measured.push('compiled'),
    time: async () => measured.push('run'),
  });
  const count = 300;
  const x = { data: new Float32Array(2 * count), shape: [count, 2] };
  const y = { data: new Float32Array(count), shape: [count, 1] };
  await rejects(
    () => model.fit(x, y, { batchSize: count }),
    /A batch of 300 needs a buffer of \d+ bytes.* A batch of 256 fits/,
  );
  assert.equal(measured, []);
  limited.dispose();
  setCurrentDevice(device);
});

const settings: readonly OptimizerOptions[] = [{}, { useEma: true, clipNorm: 1, gradientAccumulationSteps: 2 }];

onGpu(test, 'disposing parameters, optimizer and captured step leaves nothing', async (usual) => {
  const device = await limitedGpu(usual, {});
  const round = async (options: OptimizerOptions): Promise<void> => {
    const weights = [parameter(ones([3, 4])), parameter(ones([4]))];
    const optimizer = adam(options);
    const step = compile((x: Tensor) => {
      using tape = new Tape();
      const loss = mean(square(add(matmul(x, weights[0]), weights[1])));
      optimizer.apply(tape.gradient(loss, weights), weights);
      return loss;
    });
    for (const rows of [2, 3, 2]) await scope(async () => step(ones([rows, 3])).item());
    for (const w of weights) w.dispose();
    for (const each of [step, optimizer, step, optimizer]) each.dispose();
  };
  for (const options of settings) {
    await round(options);
    const before = device.memory();
    await round(options);
    assert.equal(device.memory(), before);
  }
  assert.equal(device.memory().buffers, 0);
  device.dispose();
  setCurrentDevice(usual);
});

test.run();
