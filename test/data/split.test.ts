import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  kFold,
  minMaxStatistics,
  samplesAt,
  statistics,
  trainTestSplit,
  whiteningStatistics,
} from '../../src/data/index.ts';
import { adam, crossValidate, dense, type HostArray, type Model, sequential, tensor } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('split');

const COUNT = 103;
/** Sample i holds i and -i, and its class: 70 of 0, 25 of 1, 8 of 5. */
const x: HostArray = {
  data: Float32Array.from({ length: 2 * COUNT }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
  shape: [COUNT, 2],
};
const labels = Uint8Array.from({ length: COUNT }, (_, i) => (i < 70 ? 0 : i < 95 ? 1 : 5));

const firsts = ({ data }: HostArray): number[] => [...data].filter((_, i) => i % 2 === 0);
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
const everyone = Array.from({ length: COUNT }, (_, i) => i);
const countsOf = (classes: Iterable<number>): number[] =>
  [0, 1, 5].map((label) => [...classes].filter((each) => each === label).length);

test('samples at some positions keep their kind and shape', () => {
  const images = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2, 1] };
  assert.equal(samplesAt(images, [2, 0, 2]), { data: Uint8Array.of(5, 6, 1, 2, 5, 6), shape: [3, 2, 1] });
  assert.equal(samplesAt(images, []), { data: new Uint8Array(0), shape: [0, 2, 1] });
});

test('a split deals every sample out once, with its label', () => {
  for (const stratify of [false, true]) {
    const {
      train,
      test: tested,
      validation,
    } = trainTestSplit(x, labels, { testSize: 0.2, validationSize: 10, stratify });
    assert.equal(
      [tested, validation, train].map((part) => part.x.shape),
      [
        [21, 2],
        [10, 2],
        [72, 2],
      ],
    );
    assert.equal(sorted([train, tested, validation].flatMap((part) => firsts(part.x))), everyone);
    for (const part of [train, tested, validation]) {
      assert.equal(
        [...part.y.data],
        firsts(part.x).map((i) => labels[i]),
      );
      assert.equal(part.y.shape, [part.x.shape[0]]);
      assert.ok(part.y.data instanceof Uint8Array);
      assert.is.not(`${firsts(part.x)}`, `${sorted(firsts(part.x))}`);
    }
  }
  assert.equal(Object.keys(trainTestSplit(x, labels)), ['train', 'test']);
  assert.is(trainTestSplit(x, labels).test.x.shape[0], 26);
});

test('a stratified split keeps the shares of the classes', () => {
  for (const seed of [0, 1, 2]) {
    const {
      train,
      test: tested,
      validation,
    } = trainTestSplit(x, labels, {
      testSize: 0.2,
      validationSize: 0.25,
      stratify: true,
      seed,
    });
    // 21 of 103 are 14.3, 5.1 and 1.6; then 26 of the 82 left are 17.8, 6.3 and 1.9.
    assert.equal(countsOf(tested.y.data), [14, 5, 2]);
    assert.equal(countsOf(validation.y.data), [18, 6, 2]);
    assert.equal(countsOf(train.y.data), [38, 14, 4]);
  }
});

test('the seed decides the split', () => {
  const split = (seed: number): string => `${firsts(trainTestSplit(x, labels, { seed }).test.x)}`;
  assert.is(split(3), split(3));
  assert.is.not(split(3), split(4));
});

test('splits that leave a part empty, and labels that do not fit, are refused', () => {
  assert.throws(() => trainTestSplit(x, labels, { testSize: 0 }), /testSize 0; expected a fraction between 0 and 1/);
  assert.throws(() => trainTestSplit(x, labels, { testSize: 1.5 }), /testSize 1.5; expected a fraction/);
  assert.throws(
    () => trainTestSplit(x, labels, { testSize: 103 }),
    /got 0 samples to train on, 103 to test and 0 to validate on; expected one or more in each part/,
  );
  assert.throws(
    () => trainTestSplit(x, labels, { testSize: 2, stratify: true }),
    /expected 3 or more in each part, as there are 3 classes/,
  );
  assert.throws(
    () => trainTestSplit(x, labels.slice(1)),
    /x of shape \[103, 2\] and y of shape \[102\]; expected as many/,
  );
  const lonely = Uint8Array.from(labels, (label, i) => (i === 0 ? 9 : label));
  assert.throws(
    () => trainTestSplit(x, lonely, { stratify: true }),
    /got class 9 with 1 sample; expected at least 2, one for each of 2 parts/,
  );
  assert.throws(() => trainTestSplit(x, labels, { testSize: '0.2' as never }), /testSize '0.2'; expected a fraction/);
  for (const seed of [Number.NaN, 'x' as never, 1.5, 2 ** 32]) {
    assert.throws(() => trainTestSplit(x, labels, { seed }), /trainTestSplit: got seed .*; expected a 32-bit integer/);
    assert.throws(() => kFold(labels, { seed }), /kFold: got seed .*; expected a 32-bit integer/);
  }
  assert.throws(() => trainTestSplit(x, labels, { stratify: 'no' as never }), /stratify 'no'; expected true or false/);
  const oneHot = { data: new Float32Array(3 * COUNT), shape: [COUNT, 3] };
  assert.is(trainTestSplit(x, oneHot, { testSize: 0.5 }).train.y.shape[1], 3);
  assert.throws(() => trainTestSplit(x, oneHot, { stratify: true }), /\[103, 3\] as labels to stratify by; expected/);
});

test('positions without a sample are refused', () => {
  const refused = (positions: unknown): void =>
    assert.throws(
      () => samplesAt(x, positions as number[]),
      /samplesAt: got position.*expected a(n array of)? whole number/,
    );
  for (const positions of [[0, COUNT], [-1], [1.5], ['1'], Float32Array.of(Number.NaN), undefined, 3])
    refused(positions);
  assert.throws(
    () => samplesAt(x, [COUNT]),
    /got position 103; expected a whole number of at least 0 and below 103, the number of samples/,
  );
});

/** Anything that takes arrays, given one that is none. */
const givenTo: Readonly<Record<string, (wrong: HostArray) => unknown>> = {
  samplesAt: (wrong) => samplesAt(wrong, [0]),
  'trainTestSplit x': (wrong) => trainTestSplit(wrong, labels),
  'trainTestSplit y': (wrong) => trainTestSplit(x, wrong),
  'kFold samples': (wrong) => kFold(wrong),
  'crossValidate x': (wrong) => crossValidate(makeModel, wrong, sides),
  'crossValidate y': (wrong) => crossValidate(makeModel, line, wrong),
  'statistics x': (wrong) => statistics(wrong, -1),
  'minMaxStatistics x': (wrong) => minMaxStatistics(wrong, null),
  'whiteningStatistics x': (wrong) => whiteningStatistics(wrong, { kind: 'pca' }),
};

for (const [name, call] of Object.entries(givenTo)) {
  test(`${name}: what is no array in memory, and data that do not fill their shape`, async () => {
    setCurrentDevice(cpu);
    const [, x = 'x'] = name.split(' ');
    const refused = (wrong: unknown, message: string): Promise<void> =>
      rejects(async () => call(wrong as HostArray), new RegExp(`${name.split(' ')[0]}: got ${x} ${message}`));
    await refused(
      tensor([[1], [2]]),
      'an object of type _?Tensor; expected nested arrays .*pass { data: await x.data\\(\\)',
    );
    await refused(
      { data: BigInt64Array.of(1n), shape: [1] },
      'with data a BigInt64Array .*Int32Array.from\\(data, Number\\)',
    );
    await refused({ data: ['1', 2], shape: [2] }, "with data \\['1', 2\\] and shape \\[2\\]; expected");
    await refused({ data: Float32Array.of(1), shape: 1 }, 'with data a Float32Array and shape 1;');
    await refused([tensor([1]), tensor([2])], 'a list of 2 arrays; expected one array');
    await refused(undefined, 'undefined; expected');
    await refused(
      { data: new Float32Array(7), shape: [4, 2] },
      'with 7 numbers and the shape \\[4, 2\\]; expected 8 numbers, the product of the shape',
    );
    await refused({ data: new Uint8Array(9), shape: [4, 2] }, 'with 9 numbers');
  });
}

test('the same numbers in arrays of any kind are the same', () => {
  const nested = [
    [1, 2],
    [3, 4],
    [5, 6],
    [8, 8],
  ];
  const flat = nested.flat();
  const kinds = [
    Float32Array,
    Float64Array,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
  ];
  const arrays = kinds.map((kind) => ({ data: kind.from(flat), shape: [4, 2] }));
  const wanted = statistics(nested, -1);
  assert.equal(wanted.mean, [4.25, 5]);
  for (const array of [...arrays, { data: flat, shape: [4, 2] }]) {
    assert.equal(statistics(array, -1), wanted);
    const { test: held } = trainTestSplit(array, [0, 1, 0, 1]);
    assert.equal(held.x.shape, [1, 2]);
    assert.equal([...held.x.data], [...trainTestSplit(nested, [0, 1, 0, 1]).test.x.data]);
  }
  assert.equal([...samplesAt(Uint16Array.of(7, 8, 9), [2]).data], [9]);
});

test('folds test every sample once, and train on all others', () => {
  for (const samples of [COUNT, labels]) {
    for (const shuffle of [false, true]) {
      const folds = kFold(samples, { folds: 5, shuffle, seed: 2 });
      assert.equal(sorted(folds.flatMap((fold) => [...fold.test])), everyone);
      for (const fold of folds) {
        assert.equal(sorted([...fold.train, ...fold.test]), everyone);
        assert.ok(fold.test.length === 20 || fold.test.length === 21);
        const counts = countsOf(Array.from(fold.test, (i) => labels[i]));
        if (samples === labels) {
          [14, 5, 1.6].forEach((share, i) => {
            assert.ok(Math.abs(counts[i] - share) < 1, `${counts}`);
          });
        }
      }
    }
  }
  assert.equal([...kFold(10, { folds: 3, shuffle: false })[0].test], [0, 1, 2, 3]);
  assert.equal(kFold(COUNT), kFold(COUNT, { folds: 5, seed: 0 }));
  assert.is.not(`${kFold(COUNT)[0].test}`, `${kFold(COUNT, { seed: 1 })[0].test}`);
});

test('folds that cannot be filled are refused', () => {
  assert.throws(() => kFold(10, { folds: 1 }), /folds 1; expected a whole number of 2 or more/);
  assert.throws(() => kFold(3, { folds: 4 }), /got 4 folds of 3 samples; expected at least one sample in each/);
  assert.throws(() => kFold(2.5), /samples 2.5; expected a whole number/);
  assert.throws(
    () => kFold(labels, { folds: 10 }),
    /got class 5 with 8 samples; expected at least 10, one for each of 10 folds/,
  );
  assert.is(kFold(labels, { folds: 10, stratify: false }).length, 10);
  assert.throws(
    () => kFold(10, { stratify: true }),
    /stratify: true and a number of samples; expected the labels of the samples/,
  );
  assert.throws(
    () => kFold(Float32Array.of(0.5, 1), { folds: 2 }),
    /Float32Array of shape \[2\] as labels to stratify by/,
  );
});

/** Points on a line, and on which side of 0 they are. */
const line: HostArray = { data: Float32Array.from({ length: 60 }, (_, i) => (i - 29.5) / 15), shape: [60, 1] };
const sides = Uint8Array.from({ length: 60 }, (_, i) => Number(i >= 30));

function makeModel(): Model {
  const model = sequential([dense({ units: 2, activation: 'softmax', inputShape: [1] })]);
  model.compile({
    optimizer: adam({ learningRate: 0.2 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

onGpu(
  test,
  'cross-validation trains a model per fold, scores it on what it did not see, and frees it',
  async (device) => {
    setCurrentDevice(device);
    const made: number[] = [];
    const run = () =>
      crossValidate(
        (fold) => {
          made.push(fold);
          return makeModel();
        },
        line,
        sides,
        { folds: 3, stratify: true, seed: 1, fit: { epochs: 5, batchSize: 8 } },
      );
    const { scores, mean, deviation } = await run();
    assert.equal(made, [0, 1, 2]);
    assert.equal(Object.keys(mean), ['loss', 'accuracy']);
    assert.ok(mean.accuracy > 0.85, `${mean.accuracy}`);
    const losses = scores.map(({ loss }) => loss);
    const average = (losses[0] + losses[1] + losses[2]) / 3;
    assert.ok(Math.abs(mean.loss - average) < 1e-12);
    const squares = losses.reduce((sum, loss) => sum + (loss - average) ** 2, 0);
    assert.ok(Math.abs(deviation.loss - Math.sqrt(squares / 2)) < 1e-12);
    const { buffers, bytes } = device.memory();
    await run();
    assert.equal([device.memory().buffers, device.memory().bytes], [buffers, bytes]);
  },
);

test('cross-validation refuses labels that do not fit and models that are not compiled', async () => {
  setCurrentDevice(cpu);
  await rejects(
    () => crossValidate(makeModel, line, sides.slice(1)),
    /crossValidate: got x of shape \[60, 1\] and y of/,
  );
  const options = { folds: 31, stratify: true };
  await rejects(
    () => crossValidate(makeModel, line, sides, options),
    /got class 0 with 30 samples; expected at least 31/,
  );
  await rejects(
    () => crossValidate(makeModel() as never, line, sides),
    /makeModel an object of type _?Model; expected a function/,
  );
  const late = async (): Promise<Model> => makeModel();
  await rejects(
    () => crossValidate(late as never, line, sides),
    /model an object of type Promise; expected a compiled/,
  );
  const one = makeModel();
  await rejects(
    () => crossValidate(() => one, line, sides),
    /the model of an earlier fold from makeModel, for fold 2; expected a new/,
  );
  const bare = (): Model => sequential([dense({ units: 2 })]);
  await rejects(() => crossValidate(bare, line, sides), /model without a loss; expected a compiled one/);
});

test.run();
