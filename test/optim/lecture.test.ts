// The rules of the lecture "Modern neural networks", written from its formulas in float64, against the optimizers.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CpuDevice } from '../../src/backends/cpu/device.ts';
import { mul, parameter, tensor } from '../../src/index.ts';
import {
  adagrad,
  adam,
  exponentialDecay,
  inverseTimeDecay,
  type Optimizer,
  type OptimizerOptions,
  rmsprop,
  type Schedule,
  sgd,
} from '../../src/optim/index.ts';
import { cpu } from '../harness/device.ts';

const test = suite('the rules of the lecture');

const STEPS = 50;
const START = [-6, 1.5];

/** The gradient of `x^2 / 2 + 15 y^2`, a ravine. */
const gradientAt = ([x, y]: readonly number[]): number[] => [x, 30 * y];

/** The weights after each of 50 steps in the ravine, on the CPU in float64. */
function path(make: (options: OptimizerOptions) => Optimizer, learningRate: number | Schedule): number[][] {
  const w = parameter(tensor(START, { device: cpu }));
  const optimizer = make({ learningRate });
  const places: number[][] = [];
  for (let step = 0; step < STEPS; step++) {
    optimizer.apply([mul(w, tensor([1, 30], { device: cpu }))], [w]);
    places.push(Array.from((cpu as CpuDevice).view(w).data)); // in float64, as data() is not
  }
  return places;
}

/** The formula's own path: `step` is given each weight, the rate of its step and the weight's memory. */
type Formula = (weights: number[], rates: { now: number; next: number }, memory: number[][], t: number) => number[];

function formulaPath(formula: Formula, learningRate: number | Schedule): number[][] {
  const rateAt = (step: number): number => (typeof learningRate === 'number' ? learningRate : learningRate(step));
  const memory = START.map(() => [0, 0]);
  let weights = START;
  return Array.from({ length: STEPS }, (_, step) => {
    weights = formula(weights, { now: rateAt(step), next: rateAt(step + 1) }, memory, step + 1);
    return weights;
  });
}

const A = 0.9;
const EPSILON = 1e-2;

/** `v = a v - (1 - a) g(w); w += rate v`. */
const momentum: Formula = (weights, { now }, memory) =>
  gradientAt(weights).map((g, i) => {
    memory[i][0] = A * memory[i][0] - (1 - A) * g;
    return weights[i] + now * memory[i][0];
  });

/**
 * `v = a v - (1 - a) g(w + rate a v); w += rate v`. The optimizer keeps the points ahead, where it takes gradients, so
 * the path is theirs: the first is the start.
 */
const nesterov: Formula = (ahead, { now, next }, memory) =>
  gradientAt(ahead).map((g, i) => {
    const w = ahead[i] - now * A * memory[i][0];
    memory[i][0] = A * memory[i][0] - (1 - A) * g;
    return w + now * memory[i][0] + next * A * memory[i][0];
  });

/** `v = rho v + (1 - rho) g^2; w -= rate / (epsilon + sqrt(v)) g`. */
const meanSquare: Formula = (weights, { now }, memory) =>
  gradientAt(weights).map((g, i) => {
    memory[i][0] = A * memory[i][0] + (1 - A) * g ** 2;
    return weights[i] - (now / (EPSILON + Math.sqrt(memory[i][0]))) * g;
  });

/** `m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= rate m / (epsilon + sqrt(v))`. */
const moments: Formula = (weights, { now }, memory) =>
  gradientAt(weights).map((g, i) => {
    memory[i][0] = 0.9 * memory[i][0] + 0.1 * g;
    memory[i][1] = 0.999 * memory[i][1] + 0.001 * g ** 2;
    return weights[i] - (now * memory[i][0]) / (EPSILON + Math.sqrt(memory[i][1]));
  });

/** `w -= rate g`. */
const descent: Formula = (weights, { now }) => gradientAt(weights).map((g, i) => weights[i] - now * g);

const convention = 'lecture' as const;
const rules: Readonly<Record<string, [make: (options: OptimizerOptions) => Optimizer, formula: Formula]>> = {
  'gradient descent': [(options) => sgd({ ...options, convention }), descent],
  momentum: [(options) => sgd({ ...options, convention, momentum: A }), momentum],
  Nesterov: [(options) => sgd({ ...options, convention, momentum: A, nesterov: true }), nesterov],
  RMSprop: [(options) => rmsprop({ ...options, convention, rho: A, epsilon: EPSILON }), meanSquare],
  Adam: [(options) => adam({ ...options, convention, epsilon: EPSILON }), moments],
};
const rates: Readonly<Record<string, number | Schedule>> = {
  'a constant rate': 0.03,
  'a schedule': exponentialDecay({ initialLearningRate: 0.05, decaySteps: 10, decayRate: 0.5 }),
};

for (const [rule, [make, formula]] of Object.entries(rules)) {
  for (const [kind, rate] of Object.entries(rates)) {
    test(`${rule} follows its formula for 50 steps with ${kind}`, () => {
      const [expected, got] = [formulaPath(formula, rate), path(make, rate)];
      const error = Math.max(...expected.flat().map((value, i) => Math.abs(value - got.flat()[i])));
      assert.ok(error < 1e-14, `off by ${error}`);
    });
  }
}

test('decay divides the rate by 1 + decay * step, alone and on top of a schedule', () => {
  const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 7, decayRate: 0.5 });
  const inverse = inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.25 });
  const both: Schedule = (step) => schedule(step) / (1 + 0.25 * step);
  const close = (a: number[][], b: number[][]): void =>
    assert.ok(a.flat().every((value, i) => Math.abs(value - b.flat()[i]) < 1e-14));
  close(
    path((options) => adam({ ...options, decay: 0.25 }), 0.1),
    path(adam, inverse),
  );
  close(
    path((options) => adam({ ...options, decay: 0.25 }), schedule),
    path(adam, both),
  );
  assert.throws(() => adam({ decay: -1 }), 'adam: got decay -1; expected a finite number of 0 or more');
});

test('the lecture has no convention for other rules, and none with dampening', () => {
  assert.throws(() => adagrad({ convention }), /adagrad: got convention 'lecture'; expected 'keras' or 'pytorch'/);
  assert.throws(() => sgd({ convention, momentum: 0.9, dampening: 0.5 }), /got dampening 0.5 and convention 'lecture'/);
});

test.run();
