// Compares momentum, which overshoots, with Nesterov, which looks ahead. After npm run build: node examples/nesterov.mjs
import { init, sgd } from 'dawngrad';
import { draw } from './charts.mjs';
import { descend, ravine, valley } from './landscapes.mjs';

const device = await init({ backend: 'cpu' }); // two weights don't keep a GPU busy
const results = {};

// The valley of distill.pub/2017/momentum, from the page's starting point, at its step of 0.0032 with momentum 0.86.
// The page's rule is PyTorch's: v = a v + g; w -= step v.
const step = { learningRate: 0.0032, convention: 'pytorch' };
const onPage = {
  'gradient descent': sgd(step),
  'momentum 0.86': sgd({ ...step, momentum: 0.86 }),
  'Nesterov 0.86': sgd({ ...step, momentum: 0.86, nesterov: true }),
};
const bent = {};
for (const [name, optimizer] of Object.entries(onPage)) {
  const [path] = await descend(valley, { starts: [[-1.21, 0.853]], optimizer, steps: 151 });
  const [at50, at150] = [path.values[50], path.values[150]];
  console.log(
    `${name}, step 0.0032: height ${at50.toExponential(1)} after 50 steps, ${at150.toExponential(1)} after 150`,
  );
  results[name] = Number.isFinite(at150) ? { at50, at150 } : 'diverges';
  if (Number.isFinite(at150)) bent[name] = path;
}

// The lecture's rules in a ravine: v = a v - (1 - a) g; w += rate v, and Nesterov with the gradient at w + rate a v.
const paths = {};
for (const momentum of [0, 0.8, 0.95]) {
  for (const nesterov of momentum > 0 ? [false, true] : [false]) {
    const optimizer = sgd({ learningRate: 0.03 / (1 - momentum), momentum, nesterov, convention: 'lecture' });
    const name = momentum > 0 ? `${nesterov ? 'Nesterov' : 'momentum'} ${momentum}` : 'gradient descent';
    const [{ places, values }] = await descend(ravine, { starts: [[-6, 1.5]], optimizer, steps: 81 });
    paths[name] = { places, values };
    const past = Math.max(0, ...places.map(([along]) => along));
    results[`${name} in the ravine`] = { past, at80: values[80] };
    console.log(
      `${name} in the ravine: ${past.toFixed(2)} past the minimum, height ${values[80].toExponential(1)} after 80 steps`,
    );
  }
}

const curves = (all, pick) => Object.entries(all).map(([name, path]) => ({ name, data: pick(path) }));
const heights = ({ values }) => values.map((value, i) => [i, Math.max(value, 1e-12)]);
const ravinePanel = (momentum) => ({
  title: `Ravine, momentum ${momentum}`,
  x: { name: 'along', min: -7, max: 5 },
  y: { name: 'across', min: -2, max: 2 },
  contours: { f: ravine.height, levels: [0.5, 2, 5, 10, 20, 40] },
  series: curves(paths, ({ places }) => places).filter(({ name }) => name.endsWith(momentum)),
});
await draw(
  'nesterov',
  [
    {
      title: 'The valley of distill.pub, step 0.0032',
      x: { name: 'x', min: -2, max: 1.5 },
      y: { name: 'y', min: -0.3, max: 1.1 },
      contours: { f: valley.height, levels: [0.1, 0.5, 2, 8, 32] },
      series: curves(bent, ({ places }) => places),
    },
    ravinePanel(0.8),
    ravinePanel(0.95),
    {
      title: 'Height in the ravine',
      x: { name: 'step' },
      y: { name: 'height', log: true, min: 1e-8, max: 1e3 },
      series: curves(paths, heights),
    },
  ],
  results,
);
device.dispose();
