// A deep network computes a sawtooth with far fewer weights than a network with one hidden layer. After npm run build:
//   node examples/depth.mjs
// Telgarsky (2016), "Benefits of depth in neural networks".
import { dense, init, sequential } from 'dawngrad';
import { draw } from './charts.mjs';
import { curveOf, judge, sawtooth, train } from './functions.mjs';

const device = await init({ seed: 1 });
const [SEEDS, LEARNED] = [3, 2]; // a sawtooth of 4 slopes is learned

const range = (length) => Array.from({ length }, (_, i) => i);
const turns = (i) => (i === 0 ? 1 : 2 * (-1) ** i);
const tent = { first: [2, 4], next: [2, 4, -2, -4], bias: [0, -2], last: [1, -1] };
/** Kernel, bias, kernel, bias ... of networks that compute a sawtooth of 2^times slopes. */
const networks = {
  /** tent(v) = relu(2 v) - relu(4 v - 2), layer after layer. */
  deep: (times) => [...range(times).flatMap((i) => [i === 0 ? tent.first : tent.next, tent.bias]), ...[tent.last, [0]]],
  /** A unit for each slope: it is 0 up to where the slope starts, and turns the curve from there. */
  shallow: (times) => {
    const units = range(2 ** times);
    return [units.map(() => units.length), units.map((i) => -i), units.map(turns), [0]];
  },
};

/** A ReLU network with these weights. */
function byHand(weights) {
  const units = weights.filter((_, i) => i % 2 === 1).map((bias) => bias.length);
  const model = sequential(units.map((n) => dense({ units: n, activation: n > 1 ? 'relu' : 'linear' })));
  model.build([1]);
  for (const [i, parameter] of model.parameters.entries()) parameter.assign(Float32Array.from(weights[i]));
  return model;
}

const results = { byHand: {}, learned: {} };
const series = [];
for (const [name, layersOf] of Object.entries(networks)) {
  const data = [];
  for (let times = 1; times <= 8; times++) {
    const { weights, error } = await judge(byHand(layersOf(times)), sawtooth(times));
    data.push([2 ** times, weights]);
    results.byHand[`${name}, ${2 ** times} slopes`] = { weights, error };
    console.log(`${name}, ${2 ** times} slopes: ${weights} weights, error ${error.toExponential(0)}`);
  }
  series.push({ name, data });
}

const curves = [{ name: 'function', data: curveOf(sawtooth(LEARNED)) }];
for (const [name, units] of Object.entries({ shallow: [64], deep: [8, 8, 8] })) {
  const tried = [];
  for (const rate of [0.01, 0.03]) {
    const runs = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      runs.push(await train(units, sawtooth(LEARNED), { activation: 'relu', scale: 2, rate, seed }));
    }
    const errors = runs.map(({ error }) => error);
    const mean = errors.reduce((sum, error) => sum + error, 0) / SEEDS;
    tried.push({ rate, errors, mean, weights: runs[0].weights, curve: runs[0].curve });
    console.log(`${name}, learned at rate ${rate}: errors ${errors.map((error) => error.toFixed(4)).join(', ')}`);
  }
  const { curve, ...best } = tried.toSorted((a, b) => a.mean - b.mean)[0];
  results.learned[name] = best;
  curves.push({ name: `${name}, ${best.weights} weights`, data: curve });
}

const [slopes, weights] = [
  { name: 'slopes', log: true, base: 2 },
  { name: 'weights', log: true },
];
await draw(
  'depth',
  [
    { title: 'Built by hand', x: slopes, y: weights, series },
    { title: 'Learned', x: { name: 'x' }, y: { name: 'f(x)' }, series: curves },
  ],
  results,
);
device.dispose();
