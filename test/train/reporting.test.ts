import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal, uniform } from '../../src/core/random/generator.ts';
import type { Loss } from '../../src/nn/losses/defineLoss.ts';
import {
  add,
  argMax,
  auc,
  type CompileOptions,
  cast,
  dense,
  div,
  equal,
  l2,
  type Metric,
  type Model,
  makeMetric,
  maximum,
  mean,
  meanSquaredError,
  precision,
  r2Score,
  recall,
  rootMeanSquaredError,
  sequential,
  sgd,
  sparseCategoricalCrossentropy,
  sum,
  type Tensor,
  tensor,
} from '../../src/node.ts';
import { rejects, warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('reporting');

/** Runs a test on both backends. */
function onBoth(name: string, body: () => Promise<void>): void {
  test(`${name}, on the CPU`, () => {
    setCurrentDevice(cpu);
    return body();
  });
  onGpu(test, `${name}, on the GPU`, (device) => {
    setCurrentDevice(device);
    return body();
  });
}

/** A model that puts out what it takes in, and that training does not change. */
function identity(units: number, options: Omit<CompileOptions, 'optimizer'>): Model {
  const model = sequential([dense({ units, useBias: false, inputShape: [units] })]);
  model.build([units]);
  model.parameters[0].assign(Float64Array.from({ length: units ** 2 }, (_, i) => Number(i % (units + 1) === 0)));
  model.compile({ optimizer: sgd({ learningRate: 0 }), ...options });
  return model;
}

type Data = { readonly data: Float32Array | Int32Array; readonly shape: readonly number[] };

/** What evaluate and fit report, training and validation alike, however the samples are cut into batches. */
async function reports(
  model: Model,
  { x, y, sampleWeight }: { x: Data; y: Data; sampleWeight?: number[] },
  batchSizes = [x.shape[0], 3, 2, 1],
): Promise<Record<string, number>[]> {
  const all: Record<string, number>[] = [];
  for (const batchSize of batchSizes) {
    for (const residentBytes of [undefined, Math.max(64, 16 * batchSize)]) {
      const options = { batchSize, ...(residentBytes && { residentBytes }), ...(sampleWeight && { sampleWeight }) };
      all.push(await model.evaluate(x, y, options));
      const { history } = await model.fit(x, y, {
        ...options,
        validationData: sampleWeight ? [x, y, sampleWeight] : [x, y],
      });
      const named = Object.entries(history).map(([name, [value]]) => [name, value] as const);
      all.push(Object.fromEntries(named.filter(([name]) => !name.startsWith('val_'))));
      const validated = named.filter(([name]) => name.startsWith('val_'));
      all.push(Object.fromEntries(validated.map(([name, value]) => [name.slice('val_'.length), value])));
    }
  }
  return all;
}

function near(actual: Record<string, number>, expected: Record<string, number>, tolerance = 1e-5): void {
  assert.equal(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    const error = Math.abs(actual[name] - value);
    assert.ok(error <= tolerance * (1 + Math.abs(value)), `${name}: ${actual[name]}, expected ${value}`);
  }
}

const points = { data: Float32Array.of(1, 0, 2, 0, 0, 1, 0, 3), shape: [4, 2] };
const labels = { data: Int32Array.of(0, 1, 1, 0), shape: [4] };
/** `-log p` of each sample for its label. */
const each = [Math.log1p(Math.exp(-1)), Math.log1p(Math.exp(2)), Math.log1p(Math.exp(-1)), Math.log1p(Math.exp(3))];
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

onBoth('a loss is that of the whole set, whatever the batches', async () => {
  const cases: [Loss, Data, number[] | undefined, number][] = [
    [
      sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 255 }),
      { data: Int32Array.of(0, 255, 255, 0), shape: [4] },
      undefined,
      (each[0] + each[3]) / 2,
    ],
    [
      sparseCategoricalCrossentropy({ fromLogits: true, reduction: 'meanWithSampleWeight' }),
      labels,
      [9, 1, 1, 0],
      (9 * each[0] + each[1] + each[2]) / 11,
    ],
    [sparseCategoricalCrossentropy({ fromLogits: true }), labels, [9, 1, 1, 0], (9 * each[0] + each[1] + each[2]) / 4],
    [sparseCategoricalCrossentropy({ fromLogits: true, reduction: 'sum' }), labels, undefined, total(each)],
  ];
  for (const [loss, y, sampleWeight, expected] of cases) {
    const model = identity(2, { loss });
    const got = await reports(model, { x: points, y, ...(sampleWeight && { sampleWeight }) });
    for (const report of got) near(report, { loss: expected });
    if (!sampleWeight) near(await model.trainOnBatch(points, y), { loss: expected });
    model.dispose();
  }
});

onBoth('penalties are added once, whatever the loss weighs', async () => {
  const loss = meanSquaredError({ reduction: 'sum' });
  const model = sequential([dense({ units: 1, useBias: false, inputShape: [1], kernelRegularizer: l2(0.5) })]);
  model.build([1]);
  model.parameters[0].assign([2]);
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss, metrics: [loss] });
  const [x, y] = [1, 0].map((value) => ({ data: new Float32Array(4).fill(value), shape: [4, 1] }));
  const expected = { loss: 16 + 2, meanSquaredError: 16, penalty: 2 };
  for (const report of await reports(model, { x, y })) near(report, expected);
  near(await model.trainOnBatch(x, y), expected);
});

/** Targets of 0 and 1, probabilities and numbers, in float64, and what sklearn's formulas say of them. */
const COUNT = 37;
const random = new Generator(5);
const p = Float32Array.from(uniform(COUNT, random), (u) => (Math.floor(199 * u) + 0.5) / 199); // in the middle of a bin
const yes = Float32Array.from(uniform(COUNT, random), (u, i) => Number(u < 0.2 + 0.5 * p[i]));
const column = [COUNT, 1];
const given = { x: { data: p, shape: column }, y: { data: yes, shape: column } };
const pairs = [...p].flatMap((a, i) =>
  [...p].flatMap((b, j) => (yes[i] > yes[j] ? [a > b ? 1 : a === b ? 0.5 : 0] : [])),
);
const found = [...p].filter((value, i) => value > 0.5 && yes[i] === 1).length;
const squares = [...p].map((value, i) => (value - yes[i]) ** 2);
const share = total([...yes]) / COUNT;
const expected = {
  loss: total(squares) / COUNT,
  precision: found / [...p].filter((value) => value > 0.5).length,
  recall: found / total([...yes]),
  auc: total(pairs) / pairs.length,
  rootMeanSquaredError: Math.sqrt(total(squares) / COUNT),
  r2Score: 1 - total(squares) / total([...yes].map((y) => (y - share) ** 2)),
};

onBoth('metrics are those of the whole set, captured or not, resident or not', async () => {
  const metrics = [precision(), recall(), auc(), rootMeanSquaredError(), r2Score()];
  const model = identity(1, { loss: 'mse', metrics });
  for (const report of await reports(model, given, [COUNT, 10])) near(report, expected);
  near(await model.trainOnBatch(given.x, given.y), expected);
  for (const metric of metrics) {
    const [yTrue, yPred] = [given.y, given.x].map(({ data, shape }) => tensor(data, { shape }));
    near({ [metric.name]: await metric(yTrue, yPred).item() }, { [metric.name]: Object(expected)[metric.name] });
  }
  const uploading: Metric = (yTrue) => mean(tensor([yTrue.shape[0]]));
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'mse', metrics: [...metrics, uploading] });
  const warnings = await warningsOf(async () => {
    const { uploading: seen, ...others } = await model.evaluate(given.x, given.y, { batchSize: 10 });
    near(others, expected);
    near({ seen }, { seen: (30 * 10 + 7 * 7) / COUNT });
  });
  assert.ok(warnings.every((text) => text.includes('uncaptured')));
});

onBoth('R2 does not lose small differences in large numbers, and is the mean over outputs', async () => {
  const size = 40;
  const y = Float32Array.from(normal(2 * size, new Generator(3)), (z, i) => (i % 2 ? 4096 + z : 1));
  const x = y.map((value, i) => value + (i % 2 ? Math.sin(i) : 0));
  const odd = (values: Float32Array) => [...values].filter((_, i) => i % 2);
  const average = total(odd(y)) / size;
  const errors = total(odd(x).map((value, i) => (value - odd(y)[i]) ** 2));
  const second = 1 - errors / total(odd(y).map((value) => (value - average) ** 2));
  const data = { x: { data: x, shape: [size, 2] }, y: { data: y, shape: [size, 2] } };
  const model = identity(2, { loss: 'mae', metrics: ['r2Score'] });
  for (const batchSize of [size, 7]) {
    const { r2Score } = await model.evaluate(data.x, data.y, { batchSize });
    near({ r2Score }, { r2Score: (1 + second) / 2 }, 2e-4); // float32 has 4096 to 5e-4
  }
});

onBoth('decisions of one class, from class indices too, and of another threshold', async () => {
  const probabilities = tensor([
    [0.7, 0.2, 0.1],
    [0.6, 0.3, 0.1],
    [0.1, 0.4, 0.5],
    [0.1, 0.8, 0.1],
  ]);
  const classes = tensor(Int32Array.of(0, 1, 1, 1));
  const scores: [Metric, number][] = [
    [precision(), 2 / 3],
    [recall(), 1 / 2],
    [precision({ classId: 0 }), 1 / 2],
    [recall({ classId: 1 }), 1 / 3],
    [recall({ classId: 1, threshold: 0.25 }), 1],
    [precision({ classId: 2 }), 0],
  ];
  for (const [metric, score] of scores) near({ score: await metric(classes, probabilities).item() }, { score });
  assert.throws(() => recall({ classId: 3 })(classes, probabilities), /recall: got classId 3; expected below 3/);
  assert.throws(() => auc({ numThresholds: 1 }), /numThresholds 1; expected a whole number of 2 or more/);
});

/** `hits` counts the right answers: a scalar of dtype i32. */
const hits: Metric = (yTrue, yPred) => sum(equal(argMax(yPred), yTrue));

onBoth('a metric may be of dtype i32', async () => {
  const model = identity(2, { loss: sparseCategoricalCrossentropy({ fromLogits: true }), metrics: [hits] });
  assert.is((await model.evaluate(points, labels)).hits, 2);
  assert.is((await model.trainOnBatch(points, labels)).hits, 2);
  assert.equal((await model.fit(points, labels, { batchSize: 3, shuffle: false })).history.hits, [(3 * 2 + 1 * 0) / 4]);
});

onBoth('a metric of one’s own may say what its batches weigh', async () => {
  const ratio = makeMetric('rightOfFirst', {
    weighted: (yTrue, yPred) => {
      const first = equal(argMax(yPred), 0);
      const found = sum(first);
      const right = sum(equal(add(first, equal(yTrue, 0)), 2));
      return { value: div(cast(right, 'f32'), maximum(cast(found, 'f32'), 1)), weight: found };
    },
  });
  const model = identity(2, { loss: sparseCategoricalCrossentropy({ fromLogits: true }), metrics: [ratio] });
  for (const { rightOfFirst } of await reports(model, { x: points, y: labels }))
    near({ rightOfFirst }, { rightOfFirst: 0.5 });
});

/** A metric that goes by a name. */
const named = (name: string, metric: (yTrue: Tensor, yPred: Tensor) => Tensor = (y) => mean(y)): Metric =>
  Object.defineProperty((...both: [Tensor, Tensor]) => metric(...both), 'name', { value: name });

test('names: those of functions, one each, and none that the loss has', async () => {
  setCurrentDevice(cpu);
  const metrics = [
    (y: Tensor) => mean(y),
    (_: Tensor, p: Tensor) => mean(p),
    named('loss'),
    named('a'),
    named('a'),
    named('a_1'),
  ];
  const model = identity(1, { loss: 'mse', metrics });
  const names = ['loss', 'metric', 'metric_1', 'loss_1', 'a', 'a_1', 'a_1_1'];
  assert.equal(Object.keys(await model.evaluate(given.x, given.y)), names);
  const short = identity(1, { loss: 'MSE', metrics: ['acc', 'mae', 'rmse', 'mean_absolute_error', 'mape'] });
  const keys = ['loss', 'acc', 'mae', 'rmse', 'meanAbsoluteError', 'mape'];
  assert.equal(Object.keys(await short.evaluate(given.x, given.y)), keys);
});

test('refused by name: what is no tensor with one number', async () => {
  setCurrentDevice(cpu);
  const wrong: [result: unknown, message: RegExp][] = [
    [0.5, /wrong: got 0.5 in return; expected a tensor. Return the/],
    [undefined, /wrong: got undefined in return; expected a tensor/],
    [Promise.resolve(1), /wrong: got a promise in return; .* leave out async and await/],
    [tensor([1, 2]), /wrong: got 2 numbers, \[2\](, in return)?; expected one (number )?for (a|the) batch/],
  ];
  for (const [result, message] of wrong) {
    const metric = named('wrong', () => result as Tensor); // as JavaScript may
    const model = identity(1, { loss: 'mse', metrics: [metric] });
    await rejects(() => model.evaluate(given.x, given.y), message);
    await rejects(() => model.fit(given.x, given.y), message);
    await rejects(() => model.trainOnBatch(given.x, given.y), message);
    model.compile({ loss: Object(metric) });
    await rejects(() => model.fit(given.x, given.y), message);
  }
  const perBatch = makeMetric('perBatch', { weighted: (yTrue) => ({ value: yTrue }), result: ([first]) => first });
  const model = identity(1, { loss: 'mse', metrics: [perBatch] });
  await rejects(
    () => model.evaluate(given.x, given.y),
    /perBatch: got 5 number\(s\) without a weight; expected 32 number\(s\) without a weight, as for the batch before/,
  );
});

test.run();
