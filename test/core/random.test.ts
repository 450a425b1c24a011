import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { Generator, normal, truncatedNormal, uniform } from '../../src/core/random/generator.ts';
import { philox, type Words } from '../../src/core/random/philox.ts';
import { enterStep } from '../../src/core/random/state.ts';
import {
  compile,
  type Device,
  dropout,
  gaussianNoise,
  ones,
  parameter,
  randomNormal,
  randomUniform,
  scope,
  sequential,
  setSeed,
  sgd,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';
import { shuffleInto } from '../../src/ops/data/shuffle.ts';
import { warningsOf } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

const test = suite('random');

const words = (hex: string): Words => hex.split(' ').map((word) => Number.parseInt(word, 16)) as Words; // four in each

// Known answers of philox4x32 with 10 rounds: counter, key, result.
// Source: Random123 1.14 (Salmon et al.), tests/kat_vectors.
const KNOWN_ANSWERS = [
  ['00000000 00000000 00000000 00000000', [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const;

test('Philox returns the known answers of Random123', () => {
  for (const [counter, key, expected] of KNOWN_ANSWERS) assert.equal(philox(words(counter), key), words(expected));
});

/** Mean and standard deviation. */
function moments(numbers: Float64Array): { mean: number; deviation: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const square = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  return { mean, deviation: Math.sqrt(square) };
}

const COUNT = 100_000;
/** Five standard errors of a mean of COUNT numbers with standard deviation 1. */
const MARGIN = 5 / Math.sqrt(COUNT);

test('uniform numbers fill (0, 1)', () => {
  const u = uniform(COUNT, new Generator(3));
  assert.ok(u.every((x) => x > 0 && x < 1));
  const { mean, deviation } = moments(u);
  assert.ok(Math.abs(mean - 0.5) < MARGIN, `mean ${mean}`);
  assert.ok(Math.abs(deviation - Math.sqrt(1 / 12)) < MARGIN, `deviation ${deviation}`);
  const tenths = new Array<number>(10).fill(0);
  for (const x of u) tenths[Math.floor(10 * x)]++;
  for (const each of tenths) assert.ok(Math.abs(each / COUNT - 0.1) < MARGIN, `a tenth holds ${each}`);
});

test('normal numbers have mean 0, standard deviation 1, and the tails of a normal distribution', () => {
  const z = normal(COUNT + 1, new Generator(3)); // an odd count ends in the middle of a pair
  const { mean, deviation } = moments(z);
  assert.ok(Math.abs(mean) < MARGIN, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 1) < MARGIN, `deviation ${deviation}`);
  const beyond = (limit: number): number => z.filter((x) => Math.abs(x) > limit).length / z.length;
  assert.ok(Math.abs(beyond(1) - 0.3173) < MARGIN);
  assert.ok(Math.abs(beyond(2) - 0.0455) < MARGIN);
});

test('gaussianNoise adds normal noise, independent between neighbours and new in each step', async () => {
  const noise = async (step: number): Promise<Float64Array> => {
    enterStep(cpu.random, cpu, step);
    return Float64Array.from(await gaussianNoise(zeros([COUNT], { device: cpu }), { stddev: 2, stream: 11 }).data());
  };
  const { step } = cpu.random;
  const [z, next] = [await noise(step + 1), await noise(step + 2)];
  enterStep(cpu.random, cpu, step);
  const { mean, deviation } = moments(z);
  assert.ok(Math.abs(mean) < 2 * MARGIN, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 2) < 2 * MARGIN, `deviation ${deviation}`);
  const beyond = (limit: number): number => z.filter((x) => Math.abs(x) > 2 * limit).length / z.length;
  assert.ok(Math.abs(beyond(1) - 0.3173) < MARGIN);
  assert.ok(Math.abs(beyond(2) - 0.0455) < MARGIN);
  const along = (other: (i: number) => number): number => z.reduce((sum, x, i) => sum + (x * other(i)) / 4 / COUNT, 0);
  for (const lag of [1, 2, 4]) assert.ok(Math.abs(along((i) => z[(i + lag) % COUNT])) < MARGIN);
  assert.ok(Math.abs(along((i) => next[i])) < MARGIN);
});

test('truncated normal numbers stay within two standard deviations', () => {
  const z = truncatedNormal(COUNT, new Generator(3));
  assert.is(z.length, COUNT);
  assert.ok(z.every((x) => Math.abs(x) <= 2));
  const { mean, deviation } = moments(z);
  assert.ok(Math.abs(mean) < MARGIN, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 0.8796) < MARGIN, `deviation ${deviation}`); // sqrt(1 - 4 phi(2) / (2 Phi(2) - 1))
});

/** `first`, `first + 1`, ... in a random order. */
async function shuffled(count: number, { first = 0, device = cpu as Device, random = new Generator(3) } = {}) {
  const order = tensor(new Int32Array(count), { device });
  shuffleInto(order, first, random);
  const numbers = [...(await order.data())];
  order.dispose();
  return numbers;
}

test('a shuffle contains every number once and is not the identity', async () => {
  for (const count of [0, 1, 2, 5, 1000, 4097]) {
    const order = await shuffled(count, { first: 7 });
    const sorted = order.toSorted((a, b) => a - b);
    assert.equal(
      sorted,
      Array.from({ length: count }, (_, i) => 7 + i),
    );
  }
  const order = await shuffled(1000);
  assert.ok(order.filter((value, i) => value === i).length < 10);
});

test('all orders of three are equally likely', async () => {
  const random = new Generator(3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const key = (await shuffled(3, { random })).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.is(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, `${count} of 6000`); // five deviations
});

onGpu(test, 'a shuffle is the same on both backends', async (device) => {
  for (const count of [1, 3, 1000, 5003]) assert.equal(await shuffled(count, { device }), await shuffled(count));
});

test('the same seed and stream give the same numbers; other seeds and streams do not', () => {
  const draw = (seed: number, stream: number): number[] => [...uniform(8, new Generator(seed), stream)];
  assert.equal(draw(1, 0), draw(1, 0));
  assert.not.equal(draw(1, 0), draw(2, 0));
  assert.not.equal(draw(1, 0), draw(1, 1));
  assert.equal(draw(1, 0).slice(0, 5), [...uniform(5, new Generator(1), 0)]); // a longer draw starts with the shorter one
  const generator = new Generator(1);
  assert.equal([...uniform(8, generator)], draw(1, 0));
  assert.equal([...uniform(8, generator)], draw(1, 1)); // each call has its own stream
});

test('random tensors have the requested distribution', async () => {
  await scope(async () => {
    const z = randomNormal([100, 100], { mean: 3, stddev: 0.5, device: cpu });
    const { mean, deviation } = moments(Float64Array.from(await z.data()));
    assert.ok(Math.abs(mean - 3) < (5 * 0.5) / 100);
    assert.ok(Math.abs(deviation - 0.5) < (5 * 0.5) / 100);
    const u = await randomUniform([1000], { low: -2, high: -1, device: cpu }).data();
    assert.ok(u.every((x) => x > -2 && x < -1));
    assert.equal(randomUniform([0, 3], { device: cpu }).shape, [0, 3]);
  });
});

onGpu(
  test,
  'dropout drops the same elements on both backends, others in the next step, and the requested fraction',
  async (gpu) => {
    const step = gpu.random.step;
    const masks = async (device: typeof gpu): Promise<number[][]> =>
      scope(async () => {
        const x = ones([100, 101], { device });
        const first = await dropout(x, { rate: 0.25, stream: 5 }).data();
        enterStep(device.random, device);
        const second = await dropout(x, { rate: 0.25, stream: 5 }).data();
        enterStep(device.random, device, step);
        return [[...first], [...second]].map((mask) => mask.map((value) => (value === 0 ? 0 : 1)));
      });
    const [first, second] = await masks(gpu);
    assert.equal(await masks(cpu), [first, second]);
    assert.not.equal(first, second);
    const dropped = 1 - first.reduce((sum, kept) => sum + kept, 0) / first.length;
    assert.ok(Math.abs(dropped - 0.25) < 5 * Math.sqrt((0.25 * 0.75) / first.length), `${dropped} dropped`);
  },
);

/** Manual steps on a dropout layer: the gradient of each reveals its mask. */
async function masksOf(device: Device, wrap: (step: () => Tensor) => () => Tensor): Promise<number[][]> {
  setCurrentDevice(device);
  setSeed(1);
  const layer = sequential([dropout({ rate: 0.5, inputShape: [32] })]);
  const w = parameter(ones([1, 32]));
  const optimizer = sgd({ learningRate: 0.01 });
  const step = wrap(() => {
    const { grads } = valueAndGrad(() => sum(layer.call(w, true)), [w]);
    optimizer.apply(grads, [w]);
    return grads[0];
  });
  const masks: number[][] = [];
  for (let i = 0; i < 3; i++) masks.push([...(await step().data())]);
  return masks;
}

onGpu(test, "an optimizer's update ends a step: the next draws a new mask, captured or not", async (gpu) => {
  const masks = await masksOf(gpu, (step) => step);
  for (const mask of masks) assert.ok(mask.every((value) => value === 0 || value === 2));
  assert.is(new Set(masks.map(String)).size, 3);
  assert.equal(await masksOf(gpu, compile), masks);
  assert.equal(await masksOf(cpu, (step) => step), masks);
});

onGpu(test, 'a function that draws for two steps runs uncaptured', async (gpu) => {
  setCurrentDevice(gpu);
  const [x, w] = [ones([64]), parameter(ones([1]))];
  const optimizer = sgd();
  const twice = compile(() => {
    const first = dropout(x, { rate: 0.5, stream: 1 });
    optimizer.apply([ones([1])], [w]);
    return [first, dropout(x, { rate: 0.5, stream: 1 })];
  });
  const warnings = await warningsOf(async () => {
    const [first, second] = await Promise.all(twice().map((mask) => mask.data()));
    assert.not.equal(first, second);
  });
  assert.match(warnings[0], /runs uncaptured.*draws random numbers in two training steps/);
});

for (const [name, run] of [
  ['cpu', (title: string, body: (device: Device) => Promise<void>) => test(title, () => body(cpu))],
  ['gpu', (title: string, body: (device: Device) => Promise<void>) => onGpu(test, title, body)],
] as const) {
  run(`setSeed begins anew: weights, and masks after so many steps (${name})`, async (device) => {
    setCurrentDevice(device);
    const draw = (seed: number): Promise<number[]> =>
      scope(async () => {
        setSeed(seed);
        const weights = await randomNormal([5]).data();
        enterStep(device.random, device);
        const mask = await dropout(ones([64]), { rate: 0.5 }).data();
        return [...weights, ...mask];
      });
    const first = await draw(3);
    const expected = Float32Array.from(normal(5, new Generator(3))); // as after init({ seed: 3 })
    assert.equal(Float32Array.from(first.slice(0, 5)), expected);
    assert.not.equal(await draw(4), first);
    assert.equal(await draw(3), first);
    assert.throws(() => setSeed(0.5), /setSeed: got seed 0.5; expected a 32-bit integer/);
  });
}

test.run();
