// Measures how far minibatch gradients are from the gradient of all images, on thumbnails of MNIST. After npm run build:
//   node examples/gradientNoise.mjs
import { dense, init, losses, randomUniform, scope, sequential, setSeed, tensor, valueAndGrad } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { digits } from './digits.mjs';
import { mean } from './updateRules.mjs';

const [TRAIN, BATCHES, SIZES, SEEDS] = [1000, 50, [1, 4, 16, 64, 256], [1, 2, 3]];
const device = await init({ seed: 1 });
const { x, y, normalised } = await digits({ train: TRAIN, test: 10, thumbnails: true });

/** The gradient of the mean loss of some images: one number per weight. */
async function gradientOf(model, images) {
  const pixels = Float32Array.from({ length: 64 * images.length }, (_, i) => x.data[64 * images[i >> 6] + (i & 63)]);
  const grads = scope(() => {
    const inputs = tensor(pixels, { shape: [images.length, 64] });
    const classes = tensor(Int32Array.from(images, (image) => y.data[image]));
    const loss = () => losses.sparseCategoricalCrossentropy()(classes, model.call(inputs));
    return valueAndGrad(loss, model.parameters).grads;
  });
  const parts = await Promise.all(grads.map((grad) => grad.data()));
  for (const grad of grads) grad.dispose();
  return parts.flatMap((part) => [...part]);
}

/** Images drawn at random, perhaps the same one twice, so that they are independent. */
const drawn = async (size) => Array.from(await randomUniform([size], { high: TRAIN }).data(), Math.floor);
const squaredDistance = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
/** For each batch size the variance, and the distance of the mean of 1, 2, ... gradients; relative to the whole gradient. */
async function measure(seed) {
  setSeed(seed);
  const hidden = dense({ units: 16, activation: 'relu' });
  const model = sequential([normalised(), hidden, dense({ units: 10, activation: 'softmax' })]);
  const whole = await gradientOf(model, [...y.data.keys()]);
  const norm2 = whole.reduce((sum, value) => sum + value ** 2, 0);
  const measured = [];
  for (const size of SIZES) {
    const [distances, errors, total] = [[], [], new Float64Array(whole.length)];
    for (let count = 1; count <= BATCHES; count++) {
      const gradient = await gradientOf(model, await drawn(size));
      distances.push(squaredDistance(gradient, whole) / norm2);
      for (const [i, value] of gradient.entries()) total[i] += value;
      const average = total.map((value) => value / count);
      errors.push(Math.sqrt(squaredDistance(average, whole) / norm2));
    }
    measured.push({ variance: mean(distances), errors });
  }
  model.dispose();
  return measured;
}
const bySeed = [];
for (const seed of SEEDS) bySeed.push(await measure(seed));

/** The slope of log variance over log size, from 1 to 256 images. */
const slopes = bySeed.map((all) => Math.log(all.at(-1).variance / all[0].variance) / Math.log(SIZES.at(-1)));
const results = { slopes };
const curves = SIZES.map((size, k) => {
  const distances = bySeed[0][k].errors.map((_, count) => mean(bySeed.map((all) => all[k].errors[count])));
  results[size] = { variance: mean(bySeed.map((all) => all[k].variance)), one: distances[0], mean: distances.at(-1) };
  console.log(`batches of ${size}:`, results[size]);
  return { name: `batches of ${size}`, data: overTime(distances) };
});
console.log(`variance proportional to size^p, p = ${slopes.map((slope) => slope.toFixed(2)).join(', ')} by seed`);

const bySize = (all) => SIZES.map((size, k) => [size, all[k].variance]);
const variances = SEEDS.map((seed, j) => ({ name: `seed ${seed}`, data: bySize(bySeed[j]) }));
const inverse = { name: '1 / size', dashed: true, data: SIZES.map((size) => [size, results[1].variance / size]) };
const sizeAxis = { name: 'images in the minibatch', log: true, base: 4, min: 1, max: 256 };
const varianceAxis = { name: 'variance / squared norm', log: true };
const distanceAxis = { name: 'relative distance', log: true };
const countAxis = { name: 'minibatches', log: true };
await draw(
  'gradientNoise',
  [
    { title: 'Variance of minibatch gradients', x: sizeAxis, y: varianceAxis, series: [...variances, inverse] },
    { title: 'Distance of their mean from the whole gradient', x: countAxis, y: distanceAxis, series: curves },
  ],
  results,
);
device.dispose();
