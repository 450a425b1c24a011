// Shows the spaces of a search: linear and logarithmic grids, uniform, normal and log-normal draws, and the lecture's
// example of hyperopt. After npm run build: node examples/searchSpaces.mjs
import { init, sgd } from 'dawngrad';
import { grid, logNormal, logUniform, normal, search, tpe, uniform } from 'dawngrad/search';
import { draw } from './charts.mjs';
import { descend, ravine } from './landscapes.mjs';
import { mean } from './updateRules.mjs';

const device = await init({ backend: 'cpu' }); // two weights don't keep a GPU busy

/** The values that a sampler tries in a space of one hyper-parameter. */
async function valuesOf(dimension, options) {
  const { trials } = await search({ space: { value: dimension }, ...options }, () => 0);
  return trials.map(({ parameters }) => parameters.value);
}
const results = {
  linear: await valuesOf(uniform(0.1, 0.9), { sampler: grid({ points: 9 }) }),
  logarithmic: await valuesOf(logUniform(1e-6, 1e-1), { sampler: grid({ points: 6 }) }),
};
console.log(`linear grid: ${results.linear.map((value) => value.toFixed(1)).join(', ')}`);
console.log(`logarithmic grid: ${results.logarithmic.map((value) => value.toExponential(0)).join(', ')}`);

const DRAWS = 400;
const draws = {
  uniform: uniform(0, 1),
  normal: normal(0.5, 0.15),
  logUniform: logUniform(0.01, 1),
  logNormal: logNormal(Math.log(0.1), 0.7),
};
const cumulative = [];
for (const [name, dimension] of Object.entries(draws)) {
  const values = (await valuesOf(dimension, { sampler: 'random', trials: DRAWS })).sort((a, b) => a - b);
  results[name] = { median: values[DRAWS / 2], mean: mean(values) };
  console.log(`${name}: median ${results[name].median.toFixed(3)}, mean ${results[name].mean.toFixed(3)}`);
  cumulative.push({ name, type: 'line', data: values.map((value, i) => [value, (i + 1) / DRAWS]) });
}

/** The height that gradient descent reaches in the ravine in 20 steps; the best rate in the long run is 2 / 31. */
async function objective({ eta }) {
  const [{ values }] = await descend(ravine, { starts: [[-6, 1.5]], optimizer: sgd({ learningRate: eta }), steps: 21 });
  return Math.log10(values[20]);
}
// hyperopt: best = fmin(fn=objective, space=hp.loguniform('eta', -6, -1), algo=tpe.suggest, max_evals=100)
// hp.loguniform takes the logarithms of the bounds, logUniform the bounds.
results.bounds = [Math.exp(-6), Math.exp(-1)];
const space = { eta: logUniform(...results.bounds) };
const isNear = ({ parameters }) => Math.abs(Math.log((parameters.eta * 31) / 2)) < 0.3;
const series = [];
for (const [name, sampler] of Object.entries({ random: 'random', TPE: tpe() })) {
  results[`hyperopt, ${name}`] = { etas: [], near: [] };
  for (const seed of [1, 2, 3]) {
    const { best, trials } = await search({ space, sampler, trials: 100, seed }, objective);
    const near = 2 * trials.slice(50).filter(isNear).length;
    results[`hyperopt, ${name}`].etas.push(best.parameters.eta);
    results[`hyperopt, ${name}`].near.push(near);
    console.log(
      `${name}, seed ${seed}: eta ${best.parameters.eta.toFixed(4)}; ${near} % of the last 50 trials within 0.3 of ln(2 / 31)`,
    );
    if (seed > 1) continue;
    const data = trials.map(({ number, parameters }) => [number + 1, parameters.eta]);
    series.push({ name, type: 'scatter', symbolSize: 5, data });
  }
}
const [value, below] = ['value', 'share of draws below'].map((name) => ({ name, min: 0, max: 1 }));
const eta = { name: 'eta', log: true, min: 0.002, max: 0.5 };
await draw(
  'searchSpaces',
  [
    { title: `${DRAWS} random draws`, x: value, y: below, series: cumulative },
    { title: 'Every trial; the best rate is 2 / 31 = 0.065', x: { name: 'trial' }, y: eta, series },
  ],
  results,
);
device.dispose();
