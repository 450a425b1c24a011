// Compares momentum as the lecture, Keras and PyTorch write it. After npm run build: node examples/momentumForms.mjs
//   lecture  v = a v - (1 - a) g;  w += rate v
//   Keras    v = a v - rate g;     w += v
//   PyTorch  v = a v + g;          w -= rate v
import { exponentialDecay, init, sgd } from 'dawngrad';
import { draw } from './charts.mjs';
import { descend, ravine } from './landscapes.mjs';

const device = await init({ backend: 'cpu' }); // two weights don't keep a GPU busy
const [STEPS, MOMENTUM, RATE] = [81, 0.8, 0.03];

/** The lecture's form weights a gradient by 1 - a, so it needs 1 / (1 - a) times the rate. */
const forms = {
  Keras: { rate: RATE, convention: 'keras' },
  PyTorch: { rate: RATE, convention: 'pytorch' },
  'lecture, 5 times the rate': { rate: RATE / (1 - MOMENTUM), convention: 'lecture' },
  'lecture, same rate': { rate: RATE, convention: 'lecture' },
};
const rates = {
  constant: (rate) => rate,
  'halved every 10 steps': (rate) => exponentialDecay({ initialLearningRate: rate, decaySteps: 10, decayRate: 0.5 }),
};
const panels = [];
const results = {};
for (const [kind, rateOf] of Object.entries(rates)) {
  const paths = {};
  results[kind] = {};
  for (const [name, { rate, convention }] of Object.entries(forms)) {
    const optimizer = sgd({ learningRate: rateOf(rate), momentum: MOMENTUM, convention });
    [paths[name]] = await descend(ravine, { starts: [[-6, 1.5]], optimizer, steps: STEPS });
    const distances = paths[name].places.map(([x, y], i) => {
      const [xKeras, yKeras] = paths.Keras.places[i];
      return Math.hypot(x - xKeras, y - yKeras);
    });
    results[kind][name] = { distance: Math.max(...distances), height: paths[name].values.at(-1) };
    console.log(
      `rate ${kind}, ${name}: at most ${Math.max(...distances).toPrecision(2)} from Keras's path, ` +
        `height ${paths[name].values.at(-1).toExponential(1)} after ${STEPS - 1} steps`,
    );
  }
  panels.push({
    title: `Ravine, momentum ${MOMENTUM}, rate ${kind}`,
    x: { name: 'step' },
    y: { name: 'height', log: true, min: 1e-9, max: 1e3 },
    series: Object.entries(paths).map(([name, { values }], i) => ({
      name,
      dashed: i === 1 || i === 2,
      data: values.map((value, step) => [step, value]),
    })),
  });
}
await draw('momentumForms', panels, results);
device.dispose();
