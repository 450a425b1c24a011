// Compares momentum, which overshoots, with Nesterov, which looks ahead. After npm run build: node examples/nesterov.mjs
import { init, sgd } from 'dawngrad';
import { draw, overTime } from './charts.mjs';
import { descend, ravine } from './landscapes.mjs';

const device = await init({ seed: 1 });
const STEPS = 80;

const results = [];
for (const momentum of [0.8, 0.95]) {
  for (const nesterov of [false, true]) {
    const optimizer = sgd({ learningRate: 0.03, momentum, nesterov });
    const { places, values } = await descend(ravine, { start: [-6, 1.5], optimizer, steps: STEPS });
    const name = `${nesterov ? 'Nesterov' : 'momentum'} ${momentum}`;
    results.push({ name, places, values, momentum });
    const farthest = Math.max(...places.map(([along]) => along));
    console.log(
      `${name}: ${farthest.toFixed(2)} past the minimum, ${values.at(-1).toExponential(1)} after ${STEPS} steps`,
    );
  }
}

/** Three forms of momentum at one rate. The lecture's form multiplies the gradient by 1 - a, so its steps are smaller. */
const forms = {
  'Keras, v = a v - rate g': sgd({ learningRate: 0.03, momentum: 0.8 }),
  'PyTorch, v = a v + g': sgd({ learningRate: 0.03, momentum: 0.8, convention: 'pytorch' }),
  'lecture, v = a v - (1 - a) g': sgd({ learningRate: 0.03, momentum: 0.8, dampening: 0.8 }),
  'lecture, 5 times the rate': sgd({ learningRate: 0.15, momentum: 0.8, dampening: 0.8 }),
};
const compared = [];
for (const [name, optimizer] of Object.entries(forms)) {
  const { values } = await descend(ravine, { start: [-6, 1.5], optimizer, steps: STEPS });
  compared.push({ name, data: overTime(values) });
}

const path = (momentum) => ({
  title: `Path through a ravine, momentum ${momentum}`,
  x: { name: 'along', min: -7, max: 6 },
  y: { name: 'across', min: -2, max: 2 },
  series: results.filter((each) => each.momentum === momentum).map(({ name, places }) => ({ name, data: places })),
});
await draw('nesterov', [
  path(0.8),
  path(0.95),
  {
    title: 'Height',
    x: { name: 'step' },
    y: { name: 'value', log: true, min: 1e-6, max: 1e3 },
    series: results.map(({ name, values }) => ({ name, data: overTime(values) })),
  },
  {
    title: 'Three forms of momentum 0.8',
    x: { name: 'step' },
    y: { name: 'value', log: true, min: 1e-6, max: 1e3 },
    series: compared.map((each, i) => ({ ...each, dashed: i % 2 === 1 })),
  },
]);
device.dispose();
