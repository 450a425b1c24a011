// Defines a custom layer (radial basis functions), trains it, checks its gradients, saves and loads it.
// After npm run build: node examples/ownLayer.mjs
import {
  adam,
  defineLayer,
  dense,
  div,
  exp,
  gradcheck,
  init,
  loadModel,
  neg,
  randomUniform,
  reshape,
  sequential,
  square,
  sub,
  sum,
} from 'dawngrad';

// y_j = exp(-|x - c_j|^2 / (2 width^2)) with learned centres c_j
const radialBasis = defineLayer(
  'radialBasis',
  {
    units: [(value) => Number.isInteger(value) && value > 0, 'a whole number of 1 or more'],
    width: [(value) => value > 0, 'a number above 0'],
  },
  ({ units, width = 0.5 }) => ({
    outputShape: () => [units],
    build: (addWeight, [features]) => addWeight('centres', [units, features], 'randomUniform'),
    call: (x, { weights: { centres } }) => {
      const apart = sub(reshape(x, [x.shape[0], 1, x.shape[1]]), centres);
      return exp(neg(div(sum(square(apart), { axis: -1 }), 2 * width ** 2)));
    },
  }),
);

const device = await init({ seed: 1 });
const points = randomUniform([500, 2], { low: -1, high: 1 });
const xy = await points.data();
const height = Float32Array.from({ length: 500 }, (_, i) => Math.sin(3 * xy[2 * i]) * Math.cos(3 * xy[2 * i + 1]));
const y = { data: height, shape: [500, 1] };

const model = sequential([radialBasis({ units: 30, inputShape: [2] }), dense({ units: 1 })]);
model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: 'meanSquaredError' });
const { history } = await model.fit(points, y, { epochs: 30, batchSize: 50 });
console.log(
  `mean squared error ${history.loss[0].toFixed(4)} after the first epoch, ${history.loss.at(-1).toFixed(4)} after 30`,
);

const few = { data: xy.slice(0, 20), shape: [10, 2] };
const checked = await gradcheck(model, few, { data: height.slice(0, 10), shape: [10, 1] });
for (const { name, error, ok } of checked)
  console.log(`${ok ? 'right' : 'WRONG'}  gradient of ${name}, error ${error.toExponential(0)}`);

const loaded = loadModel(await model.save(), { layers: [radialBasis] });
const again = await loaded.predict(few);
const before = await model.predict(few);
console.log('the loaded model predicts the same:', `${await again.data()}` === `${await before.data()}`);
device.dispose();
