import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
  warmup,
} from '../../src/optim/index.ts';

const test = suite('schedules');

const initialLearningRate = 0.1;

/** Rates by step. */
const table: Readonly<Record<string, { schedule: Schedule; rates: Readonly<Record<number, number>> }>> = {
  'exponential decay': {
    schedule: exponentialDecay({ initialLearningRate, decaySteps: 4, decayRate: 0.25 }),
    rates: { 0: 0.1, 2: 0.05, 4: 0.025, 6: 0.0125 },
  },
  'exponential decay in stairs': {
    schedule: exponentialDecay({ initialLearningRate, decaySteps: 4, decayRate: 0.25, staircase: true }),
    rates: { 3: 0.1, 4: 0.025, 7: 0.025, 8: 0.00625 },
  },
  'inverse time decay': {
    schedule: inverseTimeDecay({ initialLearningRate, decaySteps: 4, decayRate: 2 }),
    rates: { 0: 0.1, 2: 0.05, 4: 0.1 / 3 },
  },
  'inverse time decay in stairs': {
    schedule: inverseTimeDecay({ initialLearningRate, decaySteps: 4, decayRate: 2, staircase: true }),
    rates: { 3: 0.1, 4: 0.1 / 3, 7: 0.1 / 3 },
  },
  'pieces, whose boundaries belong to the earlier one': {
    schedule: piecewiseConstant({ boundaries: [2, 5], values: [1, 0.5, 0.1] }),
    rates: { 0: 1, 2: 1, 3: 0.5, 5: 0.5, 6: 0.1, 100: 0.1 },
  },
  'a polynomial, then its end': {
    schedule: polynomialDecay({ initialLearningRate, decaySteps: 10, endLearningRate: 0.02, power: 2 }),
    rates: { 0: 0.1, 5: 0.08 / 4 + 0.02, 10: 0.02, 11: 0.02 },
  },
  'a polynomial in cycles': {
    schedule: polynomialDecay({ initialLearningRate, decaySteps: 10, endLearningRate: 0.02, cycle: true }),
    rates: { 0: 0.1, 10: 0.02, 15: 0.08 / 4 + 0.02, 20: 0.02 },
  },
  'a cosine, then level': {
    schedule: cosineDecay({ initialLearningRate, decaySteps: 12, alpha: 0.5 }),
    rates: { 0: 0.1, 4: 0.1 * (0.5 * 0.75 + 0.5), 6: 0.075, 12: 0.05, 20: 0.05 },
  },
  'a cosine after a warm-up': {
    schedule: cosineDecay({ initialLearningRate: 0, decaySteps: 12, warmupTarget: 0.1, warmupSteps: 4 }),
    rates: { 0: 0, 1: 0.025, 4: 0.1, 10: 0.05, 16: 0, 30: 0 },
  },
  'a cosine that restarts, longer and lower': {
    schedule: cosineDecayRestarts({ initialLearningRate, firstDecaySteps: 10, tMul: 2, mMul: 0.5 }),
    rates: { 0: 0.1, 5: 0.05, 10: 0.05, 20: 0.025, 30: 0.025, 50: 0.0125, 70: 0.0125 },
  },
  'a cosine that restarts evenly, above a floor': {
    schedule: cosineDecayRestarts({ initialLearningRate, firstDecaySteps: 10, tMul: 1, alpha: 0.5 }),
    rates: { 5: 0.075, 1e6: 0.1, 1000005: 0.075 },
  },
  'one cycle, as PyTorch counts it': {
    schedule: oneCycle({ maxLearningRate: 1, totalSteps: 10, warmupFraction: 0.5 }),
    rates: { 0: 0.04, 2: 0.52, 4: 1, 9: 4e-6, 20: 4e-6 },
  },
  'a warm-up to a number': {
    schedule: warmup({ learningRate: 0.1, warmupSteps: 4, initialLearningRate: 0.02 }),
    rates: { 0: 0.02, 2: 0.06, 4: 0.1, 100: 0.1 },
  },
  'a warm-up to another schedule': {
    schedule: warmup({ learningRate: piecewiseConstant({ boundaries: [1], values: [0.2, 0.1] }), warmupSteps: 4 }),
    rates: { 0: 0, 2: 0.1, 4: 0.2, 5: 0.2, 6: 0.1 },
  },
};
for (const [name, { schedule, rates }] of Object.entries(table)) {
  test(name, () => {
    for (const [step, rate] of Object.entries(rates)) {
      const got = schedule(Number(step));
      assert.ok(Math.abs(got - rate) <= 1e-15, `step ${step}: got ${got}, expected ${rate}`);
    }
  });
}

test('a schedule reports its name and options', () => {
  const options = { initialLearningRate, decaySteps: 10, decayRate: 0.5 };
  const learningRate = exponentialDecay(options);
  assert.equal(learningRate.config, { name: 'exponentialDecay', ...options });
  assert.equal(warmup({ learningRate, warmupSteps: 3 }).config, {
    name: 'warmup',
    warmupSteps: 3,
    learningRate: { name: 'exponentialDecay', ...options },
  });
});

test('options out of range are rejected', () => {
  const expected = 'cosineDecay: got decaySteps 0; expected a finite number above 0. Correct decaySteps.';
  assert.throws(() => cosineDecay({ initialLearningRate, decaySteps: 0 }), expected);
  assert.throws(() => exponentialDecay({ initialLearningRate, decaySteps: -1, decayRate: 1 }), /got decaySteps -1/);
  assert.throws(() => warmup({ learningRate: 1, warmupSteps: Number.NaN }), /warmup: got warmupSteps NaN/);
  assert.throws(
    () => piecewiseConstant({ boundaries: [2, 1], values: [1, 2, 3] }),
    'piecewiseConstant: got boundaries [2, 1] and values [1, 2, 3]; expected ascending boundaries',
  );
  assert.throws(() => piecewiseConstant({ boundaries: [1], values: [1] }), /one more value than boundaries/);
  assert.throws(
    () => cosineDecayRestarts({ initialLearningRate, firstDecaySteps: 1, tMul: 0.5 }),
    'cosineDecayRestarts: got tMul 0.5; expected a number of 1 or more',
  );
  assert.throws(
    () => polynomialDecay(Object({ initialLearningRate, decaySteps: 9, endLearningrate: 0 })),
    "polynomialDecay: got the option 'endLearningrate'",
  );
  assert.throws(() => exponentialDecay(Object({ decaySteps: 9, decayRate: 1 })), /got initialLearningRate undefined/);
  assert.throws(
    () => cosineDecay({ initialLearningRate: -1, decaySteps: 9 }),
    /got initialLearningRate -1; expected a/,
  );
  assert.throws(() => oneCycle({ maxLearningRate: 1, totalSteps: 2 }), /oneCycle: got totalSteps 2 and warmupFrac/);
});

test.run();
