// Draws the learning-rate schedules; annealing.mjs trains with some of them. After npm run build: node examples/schedules.mjs
import {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  init,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  warmup,
} from 'dawngrad';
import { draw } from './charts.mjs';

const device = await init({ backend: 'cpu' });
const [RATE, STEPS] = [0.1, 1000];
const decay = { initialLearningRate: RATE, decaySteps: STEPS };
const cosine = cosineDecay({ ...decay, decaySteps: 0.9 * STEPS });
const falling = {
  exponential: exponentialDecay({ ...decay, decayRate: 0.02 }),
  'in steps': exponentialDecay({ ...decay, decaySteps: STEPS / 4, decayRate: 0.4, staircase: true }),
  'inverse time': inverseTimeDecay({ ...decay, decayRate: 9 }),
  piecewise: piecewiseConstant({ boundaries: [STEPS / 2], values: [RATE / 2, RATE / 20] }),
  polynomial: polynomialDecay({ ...decay, power: 2 }),
};
const rising = {
  'warm-up, cosine': warmup({ warmupSteps: STEPS / 10, learningRate: cosine }),
  restarts: cosineDecayRestarts({ initialLearningRate: RATE, firstDecaySteps: STEPS / 7 }),
  'one cycle': oneCycle({ maxLearningRate: RATE, totalSteps: STEPS }),
};

const steps = Array.from({ length: 201 }, (_, i) => (i * STEPS) / 200);
const series = (schedules, type) =>
  Object.entries(schedules).map(([name, rate]) => ({ name, type, data: steps.map((step) => [step, rate(step)]) }));
const [step, rate] = [{ name: 'step' }, { name: 'learning rate' }];
const panels = [
  {
    title: 'Schedules that only fall',
    x: step,
    y: { ...rate, log: true, min: 1e-3, max: 0.1 },
    series: series(falling),
  },
  { title: 'Schedules that also rise', x: step, y: rate, series: series(rising, 'line') },
];
const results = {};
for (const [name, schedule] of Object.entries({ ...falling, ...rising })) {
  results[name] = { first: schedule(0), half: schedule(STEPS / 2), last: schedule(STEPS) };
  const { first, half, last } = results[name];
  console.log(
    `${name.padEnd(15)} rate ${first.toFixed(4)} at first, ${half.toFixed(4)} half-way, ${last.toFixed(4)} at the end`,
  );
}
await draw('schedules', panels, results);
device.dispose();
