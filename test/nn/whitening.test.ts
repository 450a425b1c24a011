import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal } from '../../src/core/random/generator.ts';
import { type WhiteningStatisticsOptions, whiteningStatistics } from '../../src/data/index.ts';
import { type Device, dense, type HostArray, loadModel, sequential, tensor, whitening } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, gpu } from '../harness/device.ts';

const test = suite('whitening');

const SAMPLES = 5000; // more than one block
const FEATURES = 6;

/** Correlated features of very different variances, around a mean that is not 0. */
function correlated(): HostArray {
  const z = normal(SAMPLES * FEATURES, new Generator(5));
  const data = z.map((_, i) => {
    const [sample, feature] = [Math.floor(i / FEATURES), i % FEATURES];
    const mixed = z
      .subarray(sample * FEATURES, (sample + 1) * FEATURES)
      .reduce((sum, each, j) => sum + each / (1 + j), 0);
    return 3 * feature + 2 ** (-feature / 2) * z[i] + 0.5 * mixed;
  });
  return { data, shape: [SAMPLES, FEATURES] };
}

/** The covariance of samples that are centred, divided by their number; their means have to be 0. */
function covarianceOf({ data, shape: [samples, features] }: HostArray, tolerance: number): number[][] {
  const column = (j: number): number[] => Array.from({ length: samples }, (_, i) => data[i * features + j]);
  const columns = Array.from({ length: features }, (_, j) => column(j));
  for (const each of columns) assert.ok(Math.abs(each.reduce((sum, v) => sum + v, 0) / samples) < tolerance);
  return columns.map((a) => columns.map((b) => a.reduce((sum, v, i) => sum + v * b[i], 0) / samples));
}

/** What the layer makes of the samples. */
async function whitened(device: Device, x: HostArray, options: WhiteningStatisticsOptions): Promise<HostArray> {
  setCurrentDevice(device);
  const model = sequential([whitening(await whiteningStatistics(x, options))]);
  using y = await model.predict(x, { batchSize: 1000 });
  return { data: await y.data(), shape: y.shape };
}

function checkIdentity(covariance: readonly (readonly number[])[], tolerance: number): void {
  covariance.forEach((row, i) => {
    row.forEach((value, j) => {
      assert.ok(Math.abs(value - Number(i === j)) < tolerance, `covariance ${i}, ${j}: ${value}`);
    });
  });
}

/**
 * The smallest deviation is 2^-2.5, and what the layer knows of a mean of 15 is 2^-24 of that. On the GPU sums of 4096 products
 * may be off by 4096 * 2^-24 of the largest variance, 100 times the smallest.
 */
const tolerances = new Map([[cpu, 15 * 2 ** -24 * 2 ** 2.5]]);
if (gpu !== undefined) tolerances.set(gpu, 4096 * 2 ** -24 * 100);

for (const [device, tolerance] of tolerances) {
  for (const kind of ['pca', 'zca'] as const) {
    test(`${device.info.backend}: ${kind} makes the covariance the identity`, async () => {
      checkIdentity(covarianceOf(await whitened(device, correlated(), { kind, epsilon: 0 }), tolerance), tolerance);
    });
  }

  test(`${device.info.backend}: fewer components are those of the largest variance`, async () => {
    const x = correlated();
    setCurrentDevice(device);
    const all = await whiteningStatistics(x, { kind: 'pca' });
    const two = await whiteningStatistics(x, { kind: 'pca', components: 2 });
    assert.equal(two.variance, all.variance.slice(0, 2));
    assert.equal(two.matrix.shape, [FEATURES, 2]);
    assert.ok(all.variance.every((v, i) => i === 0 || v <= all.variance[i - 1]));
    const y = await whitened(device, x, { kind: 'pca', components: 2, epsilon: 0 });
    assert.equal(y.shape, [SAMPLES, 2]);
    checkIdentity(covarianceOf(y, tolerance), tolerance);
  });
}

// Covariance [[5, 3], [3, 5]]: variance 8 along (1, 1), 2 along (1, -1).
const HAND: HostArray = { data: Float32Array.of(13, 21, 11, 23, 7, 19, 9, 17), shape: [4, 2] };

const near = (got: ArrayLike<number>, expected: readonly number[]): void => {
  assert.is(got.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(got[i] - value) < 1e-12, `${i}: ${got[i]}, expected ${value}`);
  });
};

test('the values of a case done by hand', async () => {
  const pca = await whiteningStatistics(HAND, { kind: 'pca', epsilon: 0, device: cpu });
  near(pca.mean, [10, 20]);
  near(pca.variance, [8, 2]);
  near(pca.matrix.data, [0.25, 0.5, 0.25, -0.5]);
  const zca = await whiteningStatistics(HAND, { kind: 'zca', epsilon: 0, device: cpu });
  const [sum, difference] = [1 / Math.sqrt(8) + 1 / Math.sqrt(2), 1 / Math.sqrt(8) - 1 / Math.sqrt(2)];
  near(
    zca.matrix.data,
    [sum, difference, difference, sum].map((v) => v / 2),
  );
  const damped = await whiteningStatistics(HAND, { kind: 'pca', epsilon: 1, device: cpu });
  near(damped.matrix.data, [
    Math.SQRT1_2 / 3,
    Math.SQRT1_2 / Math.sqrt(3),
    Math.SQRT1_2 / 3,
    -Math.SQRT1_2 / Math.sqrt(3),
  ]);
});

test('ZCA is symmetric, and leaves white data as they are', async () => {
  const { matrix } = await whiteningStatistics(correlated(), { kind: 'zca', device: cpu });
  for (let i = 0; i < FEATURES; i++) {
    for (let j = 0; j < i; j++) {
      assert.ok(Math.abs(matrix.data[i * FEATURES + j] - matrix.data[j * FEATURES + i]) < 1e-12);
    }
  }
  const square = { data: Float32Array.of(1, 1, 1, -1, -1, 1, -1, -1), shape: [4, 2] };
  near((await whiteningStatistics(square, { kind: 'zca', epsilon: 0, device: cpu })).matrix.data, [1, 0, 0, 1]);
});

test('features that never vary or repeat others come out finite, and are refused where epsilon is 0', async () => {
  const { data } = correlated();
  const x = {
    data: Float32Array.from(
      { length: 100 * 4 },
      (_, i) => [data[6 * (i >> 2)], 7, data[6 * (i >> 2)], data[6 * (i >> 2) + 1]][i % 4],
    ),
    shape: [100, 2, 2],
  };
  for (const device of tolerances.keys()) {
    for (const kind of ['pca', 'zca'] as const) {
      setCurrentDevice(device);
      const { mean, matrix } = await whiteningStatistics(x, { kind });
      using y = sequential([whitening({ mean, matrix })]).call(tensor(x.data, { shape: [100, 4] }));
      assert.ok((await y.data()).every((value) => Math.abs(value) < 100));
      await rejects(
        () => whiteningStatistics(x, { kind, epsilon: 0 }),
        /got a component of variance [\d.e-]+, the largest being [\d.]+, and epsilon 0.*fewer than 4 components/,
      );
    }
  }
});

test('a saved model holds its whitening once, and whitens the same', async () => {
  setCurrentDevice(cpu);
  const { mean, matrix } = await whiteningStatistics(correlated(), { kind: 'pca', components: 3 });
  const model = sequential([whitening({ mean, matrix, inputShape: [FEATURES] }), dense({ units: 2 })]);
  model.build([FEATURES]);
  const files = await model.save();
  assert.ok(files['model.json'].length < 500, files['model.json']);
  const x = tensor([[1, 2, 3, 4, 5, 6]]);
  const [before, after] = await Promise.all([model, loadModel(files)].map((each) => each.call(x).data()));
  near(
    after,
    [...before].map((v) => v),
  ); // float32 in the file
  assert.is(model.trainableParameters.length, 2);
});

test('what cannot be whitened is refused', async () => {
  setCurrentDevice(cpu);
  await rejects(
    () => whiteningStatistics({ data: Float32Array.of(1, 2), shape: [1, 2] }, { kind: 'pca' }),
    /got an array of shape \[1, 2\]; expected two samples or more/,
  );
  await rejects(() => whiteningStatistics(HAND, { kind: 'ica' as 'pca' }), /got kind 'ica'; expected 'pca' or 'zca'/);
  await rejects(
    () => whiteningStatistics(HAND, { kind: 'pca', components: 3 }),
    /got 3 components; expected at most 2/,
  );
  await rejects(
    () => whiteningStatistics(HAND, { kind: 'pca', epsilon: -1 }),
    /epsilon -1; expected a finite number of 0 or more/,
  );
  const broken = { data: Float32Array.of(1, Number.NaN, 2, 3), shape: [2, 2] };
  await rejects(() => whiteningStatistics(broken, { kind: 'pca' }), /got NaN at \[0, 1\]/);
  const { mean, matrix } = await whiteningStatistics(HAND, { kind: 'pca' });
  assert.throws(
    () => sequential([whitening({ mean, matrix, inputShape: [3] })]).parameters,
    /a mean of 2 numbers and a matrix \[2, 2\] for 3 features/,
  );
});

test('the layer knows its options', () => {
  const matrix = { data: Float32Array.of(1), shape: [1, 1] };
  const misspelt = { mean: [0], matrix, inputshape: [1] };
  assert.throws(
    () => whitening(misspelt),
    /whitening: got the option 'inputshape'; expected only mean, matrix, variance/,
  );
});

test.run();
