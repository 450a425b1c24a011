// Labels of 0.91 and 0.01 instead of 1 and 0 make a network less confident. After npm run build: node examples/labelSmoothing.mjs
import { adam, categoricalCrossentropy, dense, init, sequential, setSeed } from 'dawngrad';
import { draw } from './charts.mjs';
import { digits, oneHot } from './digits.mjs';

const CLASSES = 10;
const BINS = 20;

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 3000, test: 2000 });

/** The network's confidence in its answer to each test image, and whether the answer is right. */
async function answers(model) {
  const predicted = await model.predict(xTest, { batchSize: 500 });
  const scores = await predicted.data();
  predicted.dispose();
  return Array.from(yTest.data, (label, i) => {
    const row = scores.subarray(i * CLASSES, (i + 1) * CLASSES);
    const confidence = Math.max(...row);
    return { confidence, right: row[label] === confidence };
  });
}

const results = [];
for (const labelSmoothing of [0, 0.1]) {
  setSeed(1);
  const hidden = [200, 100].map((units) => dense({ units, activation: 'relu' }));
  const model = sequential([normalised(), ...hidden, dense({ units: CLASSES, activation: 'softmax' })]);
  model.compile({ optimizer: adam(), loss: categoricalCrossentropy({ labelSmoothing }) });
  await model.fit(x, oneHot(y), { epochs: 15, batchSize: 50 });
  const given = await answers(model);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const right = mean(given.map((each) => +each.right));
  const wrong = given.filter((each) => !each.right);
  const name = labelSmoothing > 0 ? `smoothing ${labelSmoothing}` : 'labels of 0 and 1';
  results.push({ name, given, wrong });
  console.log(
    `${name.padEnd(18)} ${(100 * right).toFixed(1)} % right, mean probability of all answers ` +
      `${mean(given.map(({ confidence }) => confidence)).toFixed(3)}, of wrong answers ${mean(wrong.map(({ confidence }) => confidence)).toFixed(3)}`,
  );
  model.dispose();
}

/** The share of answers in each bin of probability. */
function histogram(values) {
  const counts = new Array(BINS).fill(0);
  for (const { confidence } of values) counts[Math.min(BINS - 1, Math.floor(confidence * BINS))]++;
  return counts.map((count, i) => [(i + 0.5) / BINS, count / values.length]);
}
const panel = (title, pick) => ({
  title,
  x: { name: 'probability of the answer', min: 0, max: 1 },
  y: { name: 'share', min: 0 },
  series: results.map((each) => ({ name: each.name, data: histogram(pick(each)), step: 'middle' })),
});
await draw('labelSmoothing', [
  panel('All answers on 2,000 test images', ({ given }) => given),
  panel('Wrong answers', ({ wrong }) => wrong),
]);
device.dispose();
