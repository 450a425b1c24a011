import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  adam,
  batchNormalization,
  crossValidate,
  type Device,
  dense,
  dropout,
  earlyStopping,
  findLearningRate,
  gradcheck,
  layerStatistics,
  type Model,
  pretrain,
  sequential,
} from '../../src/node.ts';
import { cpu, onGpu } from '../harness/device.ts';

// Who frees what (docs/architecture.md): after each of these, a device holds as much memory as before.

const test = suite('ownership');

const x = [
  [1, 0],
  [2, 1],
  [0, 3],
  [4, 4],
];
const y = [[1], [2], [3], [4]];

const make = (): Model => sequential([dense({ units: 8, inputShape: [2] }), batchNormalization(), dense({ units: 1 })]);
const compile = (m: Model): void =>
  m.compile({ loss: 'meanSquaredError', optimizer: adam({ useEma: true }), metrics: ['meanAbsoluteError'] });

function made(): Model {
  const m = make();
  compile(m);
  return m;
}

/** A new model for each call, freed afterwards. */
const each =
  (body: (m: Model) => unknown): (() => Promise<void>) =>
  async () => {
    using m = made();
    await body(m);
  };

const fails = async (body: () => Promise<unknown>): Promise<void> => {
  const failed = await body().then(
    () => false,
    () => true,
  );
  assert.ok(failed);
};

const throwing = {
  onEpochEnd: () => {
    throw new Error('mine');
  },
};
const wrong = (): never => {
  throw new Error('mine');
};

const rounds: Readonly<Record<string, () => Promise<void>>> = {
  'make, fit, dispose': each((m) => m.fit(x, y)),
  'every way to run': each(async (m) => {
    await m.fit(x, y, { validationData: [x, y, [1, 2, 3, 4]], sampleWeight: [1, 1, 2, 2], batchSize: 3 });
    await m.evaluate(x, y, { batchSize: 3 });
    (await m.predict(x, { batchSize: 3 })).dispose();
    for (const rows of [1, 2, 3]) await m.trainOnBatch(x.slice(0, rows), y.slice(0, rows), { terminateOnNaN: true });
    await m.recalibrate(x);
    await m.save();
  }),
  'in chunks': each((m) =>
    m.fit(
      { data: Float32Array.from(x.flat()), shape: [4, 2] },
      { data: Float32Array.from(y.flat()), shape: [4, 1] },
      { batchSize: 1, residentBytes: 24 },
    ),
  ),
  'compile again': each(async (m) => {
    for (let i = 0; i < 3; i++) {
      compile(m);
      await m.fit(x, y);
      await m.trainOnBatch(x, y);
    }
  }),
  'an optimizer for one model after the other': async () => {
    const optimizer = adam();
    for (let i = 0; i < 2; i++) {
      using m = make();
      m.compile({ loss: 'meanSquaredError', optimizer });
      m.compile({ loss: 'meanAbsoluteError', optimizer });
      await m.fit(x, y);
    }
  },
  'early stopping beside a callback that throws': each((m) =>
    fails(() => m.fit(x, y, { callbacks: [earlyStopping({ monitor: 'loss', restoreBestWeights: true }), throwing] })),
  ),
  'layer statistics of weighted samples': each((m) =>
    m.fit(x, y, { sampleWeight: [1, 1, 1, 1], callbacks: [layerStatistics({ every: 1 })] }),
  ),
  'a loss and a metric that throw': async () => {
    for (const options of [{ loss: wrong }, { loss: 'meanSquaredError', metrics: [wrong] }]) {
      using m = make();
      m.compile(options);
      await fails(() => m.fit(x, y));
      await fails(() => m.evaluate(x, y));
      await fails(() => m.trainOnBatch(x, y));
    }
  },
  'data that do not fit': each(async (m) => {
    await fails(() => m.fit(x, [[1]]));
    await fails(() => m.fit(x, y, { validationData: [x, [[1]]] }));
    await fails(() => m.fit([[Number.NaN, 0]], [[0]]));
    await fails(() => m.evaluate([[1, 2, 3]], [[1]]));
    await fails(() => m.predict([[1, 2, 3]]));
    await fails(() => m.trainOnBatch(x, [[1]]));
  }),
  'a loss that is not finite': each(async (m) => {
    m.compile({ loss: 'meanSquaredError', optimizer: adam({ learningRate: 1e300 }) });
    await fails(() => m.fit(x, y, { epochs: 50 }));
  }),
  'helpers of training': async () => {
    await each((m) => findLearningRate(m, x, y, { steps: 3, batchSize: 2 }))();
    await each((m) => gradcheck(m, x, y))();
    await crossValidate(made, x, y, { folds: 2 });
    using deep = sequential([dense({ units: 4, inputShape: [2] }), dense({ units: 3 }), dense({ units: 1 })]);
    await pretrain(deep, x);
  },
};

const grownAfter = async (device: Device, rounds: number, body: () => Promise<void>): Promise<number> => {
  await body(); // allocates what a device allocates once
  await device.sync();
  const before = device.memory();
  for (let i = 0; i < rounds; i++) await body();
  await device.sync();
  const after = device.memory();
  assert.is(after.bytes - before.bytes === 0, after.buffers === before.buffers);
  return after.buffers - before.buffers;
};

for (const [name, body] of Object.entries(rounds)) {
  const check = async (device: Device): Promise<void> => {
    setCurrentDevice(device);
    assert.is(await grownAfter(device, 2, body), 0);
  };
  test(`${name} (cpu)`, () => check(cpu));
  onGpu(test, `${name} (gpu)`, check);
}

onGpu(test, '500 models leave nothing behind', async (device) => {
  setCurrentDevice(device);
  const body = async (): Promise<void> => {
    using m = sequential([dense({ units: 4, inputShape: [2] }), dropout({ rate: 0.5 }), dense({ units: 1 })]);
    m.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
    await m.trainOnBatch(x, y);
  };
  assert.is(await grownAfter(device, 500, body), 0);
});

test.run();
