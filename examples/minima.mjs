// Shows local minima, where gradient descent gets stuck, and three ways out: many first weights, momentum, and the noise
// of minibatches. After npm run build: node examples/minima.mjs
import { init, polynomialDecay, randomUniform, setSeed, sgd } from 'dawngrad';
import { search } from 'dawngrad/search';
import { draw, overTime } from './charts.mjs';
import { bumps, descend } from './landscapes.mjs';
import { mean } from './updateRules.mjs';

const device = await init({ backend: 'cpu' }); // a few weights don't keep a GPU busy
const [STEPS, SEEDS] = [300, [2, 3, 4]];
/** Standard deviation of the gradient of one sample; a minibatch of N divides it by sqrt(N). */
const DEVIATION = 8;

/** Paths from random points between -5 and 5. */
async function paths({ seed, weights = 2, starts: count = 200, optimizer, batchSize = Infinity }) {
  setSeed(seed);
  const starts = await randomUniform([count, weights], { low: -5, high: 5 }).array();
  return descend(bumps, { starts, optimizer, steps: STEPS, noise: DEVIATION / Math.sqrt(batchSize) });
}
/** The share of the paths that are lower, at a step, than all other minima, which begin at 0.237. */
const shareAt = (all, step) => all.filter(({ values }) => values[step] < 0.23).length / all.length;

const falling = (rate) => polynomialDecay({ initialLearningRate: rate, decaySteps: STEPS, endLearningRate: 0 });
const rules = {
  'gradient descent': { optimizer: (learningRate) => sgd({ learningRate }) },
  'momentum 0.9': { optimizer: (learningRate) => sgd({ learningRate, momentum: 0.9, convention: 'lecture' }) },
  noise: { optimizer: (learningRate) => sgd({ learningRate }), batchSizes: [1, 4, 16] },
  'noise, falling rate': { optimizer: (rate) => sgd({ learningRate: falling(rate) }), batchSizes: [1, 4, 16] },
};
const results = { starts: {} };
const runs = {};
for (const [name, { optimizer, batchSizes = [Infinity] }] of Object.entries(rules)) {
  const space = { rate: [0.03, 0.1, 0.3, 1, 3], batchSize: batchSizes };
  const { best } = await search({ space, sampler: 'grid', direction: 'maximize' }, async ({ rate, batchSize }) =>
    shareAt(await paths({ seed: 1, optimizer: optimizer(rate), batchSize }), STEPS - 1),
  );
  const { rate, batchSize } = best.parameters;
  runs[name] = [];
  for (const seed of SEEDS) runs[name].push(await paths({ seed, optimizer: optimizer(rate), batchSize }));
  const shares = runs[name].map((all) => 100 * shareAt(all, STEPS - 1));
  results[name] = { rate, batchSize, shares, mean: mean(shares) };
  console.log(
    `${name}, rate ${rate}, batches of ${batchSize}: ${mean(shares).toFixed(1)} % of the paths end in the deepest minimum, ` +
      `by seed ${shares.map((share) => share.toFixed(1)).join(', ')} %`,
  );
}

for (const weights of [1, 2, 3]) {
  const all = await paths({ seed: 2, weights, starts: 2000, optimizer: sgd({ learningRate: 0.1 }) });
  const share = shareAt(all, STEPS - 1);
  const needed = Math.log(0.05) / Math.log(1 - share);
  results.starts[weights] = { share: 100 * share, needed };
  console.log(
    `${weights} weights: ${(100 * share).toFixed(1)} % of 2,000 starts succeed; for 95 % it takes ${needed.toFixed(0)} starts`,
  );
}

const curves = (pick) => Object.entries(runs).map(([name, seeds]) => ({ name, data: pick(seeds) }));
/** A path that momentum carries over a minimum. */
const far = runs['momentum 0.9'][0].findIndex(({ values }) => values[0] > 4 && values.at(-1) < 0.23);
const contours = { f: bumps.height, levels: [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5] };
const [x, y] = ['first weight', 'second weight'].map((name) => ({ name, min: -6, max: 6 }));
const [step, share] = [{ name: 'step' }, { name: 'share', min: 0 }];
const [weights, starts] = [
  { name: 'number of weights', interval: 1 },
  { name: 'starts for 95 % success', log: true },
];
const places = curves(([all]) => all[far].places).filter(({ name }) => name !== 'noise');
const shares = curves((seeds) => overTime(seeds[0][0].values.map((_, i) => shareAt(seeds.flat(), i))));
const needed = Object.entries(results.starts).map(([count, each]) => [+count, each.needed]);
await draw(
  'minima',
  [
    { title: 'Paths from one start', x, y, contours, series: places },
    { title: 'Paths in the deepest minimum, three seeds', x: step, y: share, series: shares },
    { title: 'Several first weights', x: weights, y: starts, series: [{ name: 'starts', data: needed }] },
  ],
  results,
);
device.dispose();
