// Compares optimizers in a ravine and at a saddle point, each with its best learning rate of a grid from 0.01 to 1000.
// After npm run build: node examples/optimizers.mjs
import { init } from 'dawngrad';
import { draw } from './charts.mjs';
import { descend, diagonal, ravine, saddle } from './landscapes.mjs';
import { bestRate, DRAWN, mean, rules } from './updateRules.mjs';

const device = await init({ backend: 'cpu' }); // two weights don't keep a GPU busy
const STEPS = 100;
/** The logarithm of the height at the end, between 1e-30 and 1e9, where a path that diverged is put. */
const logHeight = ({ values }) => Math.log10(Math.min(1e9, Math.max(1e-30, values[STEPS] || 1e9)));
/** The number of steps until the path is well below the saddle point. */
const stepsDown = ({ values }) => [...values.keys()].find((step) => values[step] < -0.9 || step === STEPS);
const alongAxes = [0, 1, 2, 3].map((i) => [i - 6, 1.5 - 0.3 * i]);
const turned = alongAxes.map(([x, y]) => [(x - y) / Math.SQRT2, (x + y) / Math.SQRT2]);
const nearSaddle = [0.1, 0.01, 0.001, 0.0001].map((y) => [1, y]);
const races = {
  ravine: { landscape: ravine, starts: alongAxes, score: logHeight, unit: 'log10 of the height' },
  diagonal: { landscape: diagonal, starts: turned, score: logHeight, unit: 'log10 of the height' },
  saddle: { landscape: saddle, starts: nearSaddle, score: stepsDown, unit: 'steps to leave' },
};

const results = {};
const paths = {};
for (const [race, { landscape, starts, score, unit }] of Object.entries(races)) {
  results[race] = {};
  paths[race] = {};
  for (const [name, make] of Object.entries(rules)) {
    const run = (learningRate) => descend(landscape, { starts, optimizer: make({ learningRate }), steps: STEPS + 1 });
    const { learningRate } = await bestRate(0.01, 1000, async (rate) => mean((await run(rate)).map(score)));
    paths[race][name] = await run(learningRate);
    const scores = paths[race][name].map(score);
    const [least, most] = [Math.min(...scores), Math.max(...scores)];
    results[race][name] = { learningRate, mean: mean(scores), least, most };
    console.log(
      `${race}: ${name.padEnd(9)} rate ${learningRate.toPrecision(2).padEnd(6)} ${unit} ${mean(scores).toFixed(1)}, ` +
        `by start ${scores.map((value) => value.toFixed(1)).join(' ')}`,
    );
  }
}

const curves = (race, pick) => DRAWN.map((name) => ({ name, data: pick(paths[race][name]) }));
const typical = (all, step) => 10 ** mean(all.map(({ values }) => Math.log10(Math.max(1e-30, values[step]))));
const heights = (title, race) => ({
  title,
  x: { name: 'step' },
  y: { name: 'height', log: true, min: 1e-14, max: 1e2 },
  series: curves(race, (all) => all[0].values.map((_, step) => [step, typical(all, step)])),
});
const plane = (title, race, { x, y, levels }, start) => ({
  title,
  x: { name: 'first weight', min: x[0], max: x[1] },
  y: { name: 'second weight', min: y[0], max: y[1] },
  contours: { f: races[race].landscape.height, levels },
  series: curves(race, (all) => all[start].places).slice(0, 5), // a legend of one line
});
await draw(
  'optimizers',
  [
    plane('Paths through a ravine', 'ravine', { x: [-7, 4], y: [-2, 2], levels: [0.5, 2, 5, 10, 20, 40] }, 0),
    heights('Height in the ravine', 'ravine'),
    plane(
      'Paths from a saddle point',
      'saddle',
      { x: [-1.5, 1.5], y: [-2, 3], levels: [-0.9, -0.6, -0.3, 0, 0.3, 0.6, 1, 2] },
      2,
    ),
    heights('Height in the ravine turned by 45 degrees', 'diagonal'),
  ],
  results,
);
device.dispose();
