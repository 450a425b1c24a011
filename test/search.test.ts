import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  choice,
  grid,
  integer,
  logUniform,
  random,
  type Sampler,
  search,
  type Trial,
  tpe,
  uniform,
} from '../src/search/index.ts';
import { rejects } from './check.ts';

const test = suite('search');

/** Smallest, 0, at learningRate 1e-2, units 40, activation 'relu', rate 0.25. */
const space = {
  learningRate: logUniform(1e-5, 1),
  units: integer(8, 128),
  activation: ['relu', 'tanh', 'sigmoid'],
  rate: uniform(0, 0.9),
} as const;
type Parameters = { learningRate: number; units: number; activation: 'relu' | 'tanh' | 'sigmoid'; rate: number };
const loss = ({ learningRate, units, activation, rate }: Parameters): number =>
  (Math.log10(learningRate) + 2) ** 2 +
  ((units - 40) / 30) ** 2 +
  (activation === 'relu' ? 0 : 1) +
  (4 * (rate - 0.25)) ** 2;

test('dimensions stay within their bounds, ends included', () => {
  assert.equal([0, 0.5, 1].map(uniform(-1, 3).at), [-1, 1, 3]);
  assert.equal([0, 1].map(logUniform(1e-4, 1e-1).at), [1e-4, 1e-1]);
  assert.ok(Math.abs(logUniform(1e-4, 1).at(0.5) - 1e-2) < 1e-12);
  assert.equal([0, 0.32, 0.34, 0.99, 1].map(integer(1, 3).at), [1, 1, 2, 3, 3]);
  assert.equal([0, 0.49, 0.5, 1].map(choice(['a', 'b']).at), ['a', 'a', 'b', 'b']);
});

test('each whole number is as likely as any other, with log each order of magnitude', async () => {
  const parameters = { n: integer(1, 4), decade: integer(1, 999, { log: true }) };
  const { trials } = await search({ space: parameters, sampler: 'random', trials: 1200 }, () => 0);
  for (const n of [1, 2, 3, 4]) {
    const count = trials.filter((trial) => trial.parameters.n === n).length;
    assert.ok(Math.abs(count - 300) < 5 * Math.sqrt(225), `${count} of 1200 are ${n}`);
  }
  const small = trials.filter((trial) => trial.parameters.decade < 10).length;
  assert.ok(Math.abs(small - 400) < 5 * Math.sqrt(267), `${small} of 1200 are below 10`);
});

test('a grid visits every combination once', async () => {
  const { trials } = await search(
    { space: { a: [1, 2], b: integer(1, 3), c: uniform(0, 1) }, sampler: grid({ points: 4 }) },
    ({ a, b, c }) => a + b + c,
  );
  assert.is(trials.length, 2 * 3 * 4);
  assert.is(new Set(trials.map(({ parameters }) => JSON.stringify(parameters))).size, 24);
  const { a, b, c } = trials[5].parameters;
  assert.equal([a, b], [1, 2]);
  assert.ok(Math.abs(Number(c) - 1 / 3) < 1e-12);
  assert.equal(trials.at(-1)?.parameters, { a: 2, b: 3, c: 1 });
});

const bestOver = async (sampler: () => Sampler, seeds: number): Promise<number> => {
  let total = 0;
  for (let seed = 0; seed < seeds; seed++) {
    total += (await search({ space, sampler: sampler(), trials: 60, seed }, loss)).best.value;
  }
  return total / seeds;
};

test('TPE finds better values than chance', async () => {
  const [byChance, byTpe] = [await bestOver(random, 20), await bestOver(() => tpe(), 20)];
  assert.ok(byTpe < byChance / 2, `TPE ${byTpe}, random ${byChance}`);
});

/** Functions on which hyperopt tests its TPE, with as many trials and the value that has to be beaten (test_tpe.py). */
const published = [
  {
    name: 'distractor',
    space: { x: uniform(-15, 15), y: [0] },
    of: (x: number) => -1 / (1 + Math.exp(-x)) - 2 * Math.exp(-((x + 10) ** 2)),
    trials: 100,
    below: -1.96,
  },
  {
    name: 'gauss wave',
    space: { x: uniform(-20, 20), y: [0, Math.PI] },
    of: (x: number, shift: number) => -(Math.sin(x + shift) + 2 * Math.exp(-(((x + shift) / 5) ** 2))),
    trials: 50,
    below: -2,
  },
  {
    name: 'Branin',
    space: { x: uniform(-5, 10), y: uniform(0, 15) },
    of: (x: number, y: number) =>
      (y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 * x) / Math.PI - 6) ** 2 +
      10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
      10,
    trials: 200,
    below: 0.7,
  },
] as const;

test('TPE reaches what hyperopt asks of its own', async () => {
  for (const { name, space: plane, of, trials, below } of published) {
    for (const seed of [0, 1, 2, 3, 4]) {
      const { best } = await search({ space: plane, trials, seed }, ({ x, y }) => of(x, y));
      assert.ok(best.value < below, `${name}, seed ${seed}: ${best.value}`);
    }
  }
});

test('the largest value is the best when it is maximised', async () => {
  const minimum = await search({ space, trials: 30, seed: 3 }, loss);
  const maximum = await search({ space, trials: 30, seed: 3, direction: 'maximize' }, (values) => -loss(values));
  assert.is(maximum.best.value, -minimum.best.value);
  assert.equal(maximum.best.parameters, minimum.best.parameters);
  assert.is(minimum.best.value, Math.min(...minimum.trials.map(({ value = Infinity }) => value)));
});

test('the same seed makes the same trials, also when a search goes on from stored ones', async () => {
  const whole = await search({ space, trials: 25, seed: 7 }, loss);
  const first = await search({ space, trials: 13, seed: 7 }, loss);
  const earlier: Trial<typeof space>[] = JSON.parse(JSON.stringify(first.trials));
  const seen: number[] = [];
  const rest = await search(
    { space, trials: 25, seed: 7, earlier, onTrial: ({ number }) => void seen.push(number) },
    loss,
  );
  assert.equal(rest.trials, whole.trials);
  assert.equal(seen, [13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
  const other = await search({ space, trials: 25, seed: 8 }, loss);
  assert.not.equal(other.trials[0].parameters, whole.trials[0].parameters);
});

test('failures are recorded and avoided', async () => {
  const { best, trials } = await search({ space: { x: uniform(0, 1) }, trials: 60 }, ({ x }) => {
    if (x > 0.9) throw new Error('diverged');
    return x > 0.5 ? Number.NaN : (x - 0.3) ** 2;
  });
  assert.ok(best.value < 1e-3);
  const failed = trials.filter(({ value }) => value === undefined);
  assert.ok(failed.length > 0);
  assert.ok(failed.every(({ failed: reason }) => reason === 'diverged' || reason === 'the objective is NaN'));
  const late = trials.slice(30).filter(({ value }) => value === undefined);
  assert.ok(late.length < 11, `${late.length} of the last 30 failed, where chance would fail in 15`);
});

test('an objective that fails from the beginning ends the search with its error', async () => {
  let calls = 0;
  await rejects(
    () =>
      search({ space: { x: uniform(0, 1) } }, () => {
        calls++;
        throw new Error('no such layer');
      }),
    /no such layer/,
  );
  assert.is(calls, 3);
});

test('bad input is refused', async () => {
  assert.throws(() => uniform(1, 1), /uniform: got 1 and 1; expected a number and a larger one/);
  assert.throws(() => logUniform(0, 1), /logUniform: got 0 and 1; expected a positive number/);
  assert.throws(() => integer(0.5, 3), /integer: got low 0.5/);
  assert.throws(() => choice([]), /choice: got no values/);
  assert.throws(() => grid({ points: 1 }), /grid: got points 1/);
  assert.throws(() => tpe({ good: 1 }), /tpe: got good 1/);
  await rejects(() => search({ space: {} }, () => 0), /a space without hyper-parameters/);
  await rejects(() => search({ space: { rate: 0.5 } as never }, () => 0), /rate: 0.5; expected uniform/);
  await rejects(() => search({ space, sampler: 'tpee' as never }, () => 0), /Did you mean 'tpe'/);
  await rejects(() => search({ space, trails: 3 } as never, () => 0), /Did you mean 'trials'/);
  await rejects(() => search({ space, trials: 0 }, () => 0), /trials 0/);
  await rejects(() => search({ space, trials: 3 }, () => Number.NaN), /3 trials without a finite value/);
  await rejects(() => search({ space, trials: 3 }, () => 'low' as never), /got low from the objective/);
  await rejects(
    () => search({ space, earlier: [{ number: 0, parameters: {}, point: { a: 1 } }] as never }, () => 0),
    /an earlier trial with a/,
  );
});

test.run();
