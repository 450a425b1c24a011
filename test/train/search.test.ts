import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  choice,
  grid,
  integer,
  logNormal,
  logUniform,
  normal,
  random,
  type Sampler,
  search,
  type Trial,
  tpe,
  uniform,
} from '../../src/search/index.ts';
import { rejects } from '../harness/check.ts';

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

test('normal and log-normal dimensions have the quantiles of their distributions', async () => {
  const quantiles = { 0.5: 0, 0.3: -0.5244005127, 0.975: 1.9599639845, 0.01: -2.326347874, 0.999: 3.0902323062 };
  for (const [u, z] of Object.entries(quantiles)) {
    assert.ok(Math.abs(normal(3, 2).at(Number(u)) - (3 + 2 * z)) < 1e-8, u);
    assert.ok(Math.abs(logNormal(1, 0.5).at(Number(u)) / Math.exp(1 + 0.5 * z) - 1) < 1e-8, u);
  }
  assert.equal(
    normal(0, 1)
      .grid(4)
      .map((u) => normal(0, 1).at(u).toFixed(3)),
    ['-1.150', '-0.319', '0.319', '1.150'],
  );
  assert.ok(
    [0, 1].every((u) => Number.isFinite(normal(0, 1).at(u))),
    'a sampler may ask for the ends',
  );
  const space = { a: normal(5, 2), b: logNormal(-6, 1) };
  const { trials } = await search({ space, sampler: 'random', trials: 400 }, () => 0);
  const mean = trials.reduce((sum, { parameters }) => sum + parameters.a, 0) / 400;
  assert.ok(Math.abs(mean - 5) < (4 * 2) / 20, `${mean} is 4 standard errors from 5`);
  const lower = trials.filter(({ parameters }) => parameters.b < Math.exp(-6)).length;
  assert.ok(Math.abs(lower - 200) < 4 * 10, `${lower} of 400 are below the median`);
  assert.throws(() => normal(0, 0), 'normal: got stddev 0; expected a finite number above 0');
  assert.throws(() => logNormal(Number.NaN, 1), 'logNormal: got mean NaN; expected a finite number');
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

test('a grid of whole numbers with log has as many different ones as it can', async () => {
  const values = async (low: number, high: number, points: number, log: boolean): Promise<number[]> => {
    const { trials } = await search({ space: { n: integer(low, high, { log }) }, sampler: grid({ points }) }, () => 0);
    return trials.map(({ parameters }) => parameters.n);
  };
  assert.equal(await values(1, 4, 5, true), [1, 2, 3, 4]);
  assert.equal(await values(1, 1000, 4, true), [1, 10, 100, 1000]);
  for (const log of [true, false]) {
    for (const low of [1, 2, 7]) {
      for (let high = low + 1; high < low + 40; high++) {
        for (const points of [2, 3, 5, 20]) {
          const found = await values(low, high, points, log);
          assert.is(found.length, Math.min(points, high - low + 1));
          assert.equal([found[0], found.at(-1)], [low, high]);
          assert.ok(
            found.every((value, i) => i === 0 || value > found[i - 1]),
            `${low} to ${high}: ${found}`,
          );
        }
      }
    }
  }
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

test('an objective that returns no number ends the search at once, or is a failed trial among others', async () => {
  let calls = 0;
  const forgets = (): never => [undefined, { loss: 1 }][calls++] as never;
  await rejects(() => search({ space: { x: uniform(0, 1) } }, forgets), /search: got undefined from the objective/);
  await rejects(() => search({ space: { x: uniform(0, 1) } }, forgets), /an object of type Object from the objective/);
  assert.is(calls, 2);
  const options = { space: { x: uniform(0, 1) }, trials: 2 };
  const { trials } = await search(options, (_, number) => (number === 0 ? 1 : undefined) as never);
  assert.match(trials[1].failed ?? '', /got undefined from the objective; expected a number/);
});

test('bad input is refused', async () => {
  assert.throws(() => uniform(1, 1), /uniform: got 1 and 1; expected a number and a larger one/);
  assert.throws(() => logUniform(0, 1), /logUniform: got 0 and 1; expected a positive number/);
  assert.throws(() => uniform('0' as never, 1), /uniform: got '0' and 1; expected .* For example uniform\(0.1, 0.5\)/);
  assert.throws(() => uniform(1, 100, true as never), /uniform: got true for the options; expected an object/);
  assert.throws(() => uniform(1, 100, { log: 'yes' as never }), /log 'yes'; expected true or false/);
  assert.throws(() => integer(0.5, 3), /integer: got low 0.5; expected a whole number\./);
  assert.throws(() => integer(3, 3), /integer: got 3 and 3; expected .* For example integer\(1, 8\)/);
  for (const options of [[], undefined, 'abc', { a: 1 }] as never[]) {
    assert.throws(() => choice(options), /choice: got options .*; expected an array of one or more/);
  }
  assert.throws(() => grid({ points: 1 }), /grid: got points 1/);
  assert.throws(() => grid({ point: 3 } as never), /grid: got the option 'point'.*Did you mean 'points'/);
  assert.throws(() => grid(3 as never), /grid: got 3 for the options; expected an object/);
  assert.throws(() => random({ x: 1 } as never), /random: got the option 'x'/);
  assert.throws(() => tpe({ gamma: 1 }), /tpe: got gamma 1; expected a number above 0 and below 1/);
  assert.throws(() => tpe({ startUp: 3 } as never), /tpe: got the option 'startUp'.*Did you mean 'startup'/);
  for (const none of [undefined, null, [1, 2], 3]) {
    await rejects(() => search({ space: none as never }, () => 0), /got space .*; expected hyper-parameters by name/);
  }
  await rejects(() => search({ space }, undefined as never), /got objective undefined; expected a function/);
  await rejects(() => search({ space, onTrial: 5 as never }, () => 0), /got onTrial 5; expected a function/);
  await rejects(
    () => search({ space, sampler: tpe as never }, () => 0),
    /sampler the function tpe; expected .* tpe\(\)/,
  );
  await rejects(
    () => search({ space, sampler: {} as never }, () => 0),
    /sampler an object of type Object; expected 'random'/,
  );
  await rejects(
    () => search({ space: { rate: uniform as never } }, () => 0),
    /rate: the function uniform\d*; expected/,
  );
  await rejects(() => search({ space: {} }, () => 0), /a space without hyper-parameters/);
  await rejects(() => search({ space: { rate: 0.5 } as never }, () => 0), /rate: 0.5; expected uniform/);
  await rejects(() => search({ space, sampler: 'tpee' as never }, () => 0), /Did you mean 'tpe'/);
  await rejects(() => search({ space, trails: 3 } as never, () => 0), /Did you mean 'trials'/);
  await rejects(() => search({ space, trials: 0 }, () => 0), /trials 0/);
  await rejects(() => search({ space, trials: 3 }, () => Number.NaN), /3 trials without a finite value/);
  await rejects(() => search({ space, trials: 3 }, () => 'low' as never), /got 'low' from the objective/);
  const after = (...earlier: readonly unknown[]) => search({ space: { a: uniform(0, 1) }, earlier } as never, () => 0);
  const trial = { number: 0, parameters: { a: 0.5 }, point: { a: 0.5 }, value: 1 };
  await after(trial, { ...trial, value: undefined });
  for (const point of [{ a: Number.NaN }, { a: 50 }, { b: 1 }, undefined]) {
    await rejects(
      () => after(trial, { ...trial, point }),
      /got an earlier trial with the point .*; expected a point with a/,
    );
  }
  await rejects(() => after({ ...trial, value: 'x' }), /the point a: 0.5 and the value 'x'; .* a finite value or none/);
  await rejects(() => after(null), /earlier \[null\]; expected the trials of an earlier search/);
});

test.run();
