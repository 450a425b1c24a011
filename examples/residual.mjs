// Compares deep plain networks, which learn nothing, with residual networks. After npm run build: node examples/residual.mjs
// Sized for a software GPU: 20 and 56 dense layers of 32 units on 8 x 8 thumbnails of MNIST.
import {
  activation,
  adam,
  batchNormalization,
  dense,
  init,
  input,
  layerStatistics,
  model,
  normalization,
  residual,
  setSeed,
} from 'dawngrad';
import { loadMnist, statistics } from 'dawngrad/data';
import { draw, overTime } from './charts.mjs';

const device = await init({ seed: 1 });
const COUNT = 4000;
const { train } = await loadMnist();
/** Every third pixel of the centre: 8 x 8. */
const pixels = Uint8Array.from({ length: COUNT * 64 }, (_, i) => {
  const [image, row, column] = [i >> 6, (i >> 3) & 7, i & 7];
  return train.images.data[image * 784 + (3 + 3 * row) * 28 + 3 + 3 * column];
});
const x = { data: pixels, shape: [COUNT, 64] };
const y = { data: train.labels.data.subarray(0, COUNT), shape: [COUNT] };

const UNITS = 32;
const layer = () => [dense({ units: UNITS, useBias: false, kernelInitializer: 'heNormal' }), batchNormalization()];
/** Two layers: y = relu(f(x)), or relu(f(x) + x). */
const pair = (skip) => {
  const block = [...layer(), activation('relu'), ...layer()];
  return [...(skip ? [residual(block)] : block), activation('relu')];
};

const results = [];
for (const depth of [20, 56]) {
  for (const skip of [false, true]) {
    setSeed(1);
    const pairs = Array.from({ length: (depth - 2) / 2 }, () => pair(skip)).flat();
    const scale = normalization({ axis: null, ...statistics(x, null) });
    const layers = [scale, ...layer(), activation('relu'), ...pairs, dense({ units: 10, activation: 'softmax' })];
    const inputs = input({ shape: [64] });
    const network = model({ inputs, outputs: layers.reduce((t, apply) => apply(t), inputs) });
    network.compile({
      optimizer: adam({ learningRate: 1e-3 }),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const insight = layerStatistics({ every: 1000 });
    const { history } = await network.fit(x, y, { epochs: 5, batchSize: 200, callbacks: [insight] });
    const norms = Object.entries(insight.records[0].gradientNorms).filter(([name]) => name.endsWith('/kernel'));
    const name = `${skip ? 'residual' : 'plain'} ${depth}`;
    results.push({ name, history, norms: norms.map(([, norm]) => norm), skip });
    console.log(`${name.padEnd(12)} training loss ${history.loss.map((loss) => loss.toFixed(3)).join(' ')}`);
    network.dispose();
  }
}

const panel = (title, x, y, pick) => ({
  title,
  x,
  y,
  series: results.map((each) => ({ name: each.name, dashed: !each.skip, data: overTime(pick(each)) })),
});
await draw('residual', [
  panel('Training loss', { name: 'epoch' }, { name: 'loss', min: 0 }, ({ history }) => history.loss),
  panel(
    'Gradient of each kernel in the first step',
    { name: 'layer' },
    { name: 'norm', log: true },
    ({ norms }) => norms,
  ),
]);
device.dispose();
