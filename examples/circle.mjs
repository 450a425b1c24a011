// Learns which points lie inside a circle. After npm run build: node examples/circle.mjs
import { adam, dense, init, randomUniform, sequential, tensor } from 'dawngrad';

const device = await init({ seed: 1 });
console.log(`running on ${device.info.adapter.description}`);

const points = randomUniform([2000, 2], { low: -1, high: 1 });
const xy = await points.data();
const inside = Float32Array.from({ length: 2000 }, (_, i) => +(Math.hypot(xy[2 * i], xy[2 * i + 1]) < 0.7));

const model = sequential([
  dense({ units: 32, activation: 'relu', inputShape: [2] }),
  dense({ units: 1, activation: 'sigmoid' }),
]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
const { history } = await model.fit(points, { data: inside, shape: [2000, 1] }, { epochs: 10, batchSize: 50 });
console.log(`accuracy after 10 epochs: ${(100 * history.accuracy[9]).toFixed(1)} %`);

const probabilities = await model.predict(
  tensor([
    [0, 0],
    [0.9, 0.9],
  ]),
);
console.log('centre and corner:', await probabilities.array());
device.dispose();
