// What L2, weight decay and L1 do to a weight without any error. After npm run build: node examples/weightDecay.mjs
import { init, l1, l2, parameter, sgd, tensor, zeros } from 'dawngrad';
import { draw, overTime } from './charts.mjs';

const device = await init({ seed: 1 });
const [STEPS, ETA, LAMBDA] = [50, 0.1, 0.5];

/** The path of a weight that starts at 1 and whose loss has a gradient of 0 in every step. */
async function alone({ regularizer, weightDecay = 0 }) {
  const w = parameter(tensor([1]), { regularizer });
  const optimizer = sgd({ learningRate: ETA, weightDecay });
  const path = [];
  for (let step = 0; step < STEPS; step++) {
    optimizer.apply([zeros([1])], [w], { regularize: true });
    path.push(await w.item());
  }
  return path;
}

const paths = {
  L2: await alone({ regularizer: l2(LAMBDA) }),
  'weight decay': await alone({ weightDecay: LAMBDA }),
  L1: await alone({ regularizer: l1(LAMBDA) }),
};
const formulas = { L2: (t) => (1 - 2 * ETA * LAMBDA) ** t, 'weight decay': (t) => (1 - ETA * LAMBDA) ** t };

const results = {};
for (const [name, formula] of Object.entries(formulas)) {
  const errors = paths[name].map((w, i) => Math.abs(w - formula(i + 1)));
  results[name] = { last: paths[name].at(-1), error: Math.max(...errors) };
  const { last, error } = results[name];
  console.log(`${name}: ${last.toFixed(4)} after ${STEPS} steps, within ${error.toExponential(0)} of the formula`);
}
results.L1 = { steps: paths.L1.findIndex((w) => w < 1e-6) + 1, swing: Math.max(...paths.L1.slice(STEPS / 2)) };
console.log(`L1: at 0 after ${results.L1.steps} steps, later between 0 and ${results.L1.swing.toFixed(2)}`);

const panel = {
  title: 'A weight without any error',
  x: { name: 'step' },
  y: { name: 'weight' },
  series: Object.entries(paths).map(([name, path]) => ({ name, data: overTime(path) })),
};
await draw('weightDecay', [panel], results);
device.dispose();
