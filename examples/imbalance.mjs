// Trains on a rare class, with and without sample or class weights. After npm run build: node examples/imbalance.mjs
import { adam, dense, init, lambdaCallback, sequential, setSeed } from 'dawngrad';
import { samplesAt } from 'dawngrad/data';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';

const RARE = 30; // nines among the fours
const EPOCHS = 15;

const device = await init({ seed: 1 });
const { x, y, xTest, yTest, normalised } = await digits({ train: 15_000, test: 10_000 });

/** Fours as class 0 and at most `nines` nines as class 1. */
function foursAndNines(images, labels, nines = Number.POSITIVE_INFINITY) {
  let left = nines;
  const chosen = [...labels.data.keys()].filter((i) => labels.data[i] === 4 || (labels.data[i] === 9 && left-- > 0));
  const classes = Uint8Array.from(chosen, (i) => +(labels.data[i] === 9));
  return [samplesAt(images, chosen), { data: classes, shape: [chosen.length] }];
}
const [images, classes] = foursAndNines(x, y, RARE);
const [testImages, testClasses] = foursAndNines(xTest, yTest);
const share = classes.shape[0] / RARE;
const perSample = Float32Array.from(classes.data, (c) => (c === 1 ? 5 : 1));

const weightings = {
  unweighted: {},
  'weight 5 for nines': { sampleWeight: { data: perSample, shape: classes.shape } },
  'by rarity': { classWeight: { 0: 1, 1: share } },
};

const results = [];
for (const [name, weights] of Object.entries(weightings)) {
  setSeed(1);
  const hidden = dense({ units: 50, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 2, activation: 'softmax' })]);
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const recalls = [[], []];
  const onEpochEnd = async () => {
    const predicted = await model.predict(testImages, { batchSize: 500 });
    const scores = await predicted.data();
    predicted.dispose();
    for (const c of [0, 1]) {
      const of = [...testClasses.data.keys()].filter((i) => testClasses.data[i] === c);
      recalls[c].push(of.filter((i) => +(scores[2 * i + 1] > 0.5) === c).length / of.length);
    }
  };
  const callbacks = [lambdaCallback({ onEpochEnd })];
  await model.fit(images, classes, { epochs: EPOCHS, batchSize: 50, callbacks, ...weights });
  results.push({ name, recalls });
  const [fours, nines] = recalls.map((values) => `${(100 * values.at(-1)).toFixed(1)} %`);
  console.log(`${name.padEnd(26)} finds ${fours} of the fours and ${nines} of the nines`);
  model.dispose();
}

await draw('imbalance', [
  {
    title: `Recall after training on ${classes.shape[0] - RARE} fours and ${RARE} nines`,
    x: { name: 'epoch' },
    y: { name: 'recall', min: 0 },
    series: results.flatMap(({ name, recalls }, i) =>
      ['fours', 'nines'].map((which, c) => ({
        name: `${which}, ${name}`,
        dashed: c === 0,
        color: ['#2a78d6', '#2f9e44', '#c2570c'][i],
        data: overTime(recalls[c]),
      })),
    ),
  },
]);
device.dispose();
