// The VC dimension of a linear classifier: how many points it can learn by heart, and how far its training error is from the
// truth. After npm run build: node examples/capacity.mjs
import { init, matmul, randomNormal, randomUniform } from 'dawngrad';
import { draw } from './charts.mjs';
import { classifiers, errors } from './classifiers.mjs';
import { spread } from './spread.mjs';

const device = await init({ seed: 1 });
const INPUTS = 10;
const VC = INPUTS + 1; // its weights and its bias

const LABELLINGS = 200;
const choose = (n, k) => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
/** The share of all labellings of n points that a linear classifier can learn (Cover, 1965). */
const cover = (n) =>
  Math.min(1, 2 ** (1 - n) * Array.from({ length: VC }, (_, k) => choose(n - 1, k)).reduce((a, b) => a + b));
const shattered = [];
for (const n of [5, 8, 11, 14, 18, 22, 26, 32, 44]) {
  const x = randomNormal([n, INPUTS]);
  const labels = (await randomUniform([n, LABELLINGS]).data()).map((u) => +(u < 0.5));
  const [answers] = await classifiers(x, labels);
  const learned = errors(answers, labels, LABELLINGS).filter((error) => error === 0).length / LABELLINGS;
  shattered.push({ n, learned, cover: cover(n) });
  console.log(
    `${n} points: ${(100 * learned).toFixed(1)} % of the labellings learned, by Cover ${(100 * cover(n)).toFixed(1)} %`,
  );
}

const [PROBLEMS, NOISE, TEST] = [40, 0.1, 2000];
const directions = randomNormal([INPUTS, PROBLEMS]);
/** Points, and for each of 40 random directions the side on which they lie, a tenth of these labels wrong. */
async function sides(n) {
  const x = randomNormal([n, INPUTS]);
  const [sums, noise] = [await matmul(x, directions).data(), await randomUniform([n, PROBLEMS]).data()];
  return { x, labels: sums.map((sum, i) => +(sum > 0 !== noise[i] < NOISE)) };
}
/** Vapnik's bound on the test error minus the training error, which holds with probability 0.95. */
const bound = (n) => Math.sqrt((VC * (Math.log((2 * n) / VC) + 1) - Math.log(0.05 / 4)) / n);
const test = await sides(TEST);
const gaps = [];
for (const n of [25, 50, 100, 200, 400, 800, 1600]) {
  const { x, labels } = await sides(n);
  const [own, unseen] = await classifiers(x, labels, test.x);
  const training = errors(own, labels, PROBLEMS);
  const gap = errors(unseen, test.labels, PROBLEMS).map((error, i) => error - training[i]);
  gaps.push({ n, ...spread(gap), most: Math.max(...gap), ratio: VC / n, bound: bound(n) });
  console.log(
    `${n} points: gap ${gaps.at(-1).text}, at most ${Math.max(...gap).toFixed(3)}; VC / N ${(VC / n).toFixed(3)}, bound ${bound(n).toFixed(3)}`,
  );
}

const curve = (name, all, key) => ({ name, data: all.map((each) => [each.n, each[key]]) });
await draw(
  'capacity',
  [
    {
      title: 'Random labellings learned without an error',
      x: { name: 'points' },
      y: { name: 'share' },
      series: [
        curve('Cover', shattered, 'cover'),
        { ...curve(undefined, shattered, 'learned'), type: 'scatter', symbolSize: 6 },
      ],
    },
    {
      title: 'Test error minus training error',
      x: { name: 'training points N', log: true },
      y: { name: 'difference', log: true },
      series: [
        curve('mean', gaps, 'mean'),
        curve('largest of 40', gaps, 'most'),
        curve('VC / N', gaps, 'ratio'),
        curve('bound', gaps, 'bound'),
      ],
    },
  ],
  { shattered, gaps },
);
device.dispose();
