// What a dispatch, a submit and a read take: node latency.mjs <file for the results>
import { writeFile } from 'node:fs/promises';
import { add, compile, init, ones } from '../../src/node.ts';

const device = await init({ backend: 'webgpu', seed: 1 });
const DISPATCHES = 64;
const ROUNDS = 20;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
async function time(work) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    times.push(1000 * (performance.now() - start));
  }
  return median(times);
}

const x = ones([256]);
/** A step of that many dispatches, each of which waits for the one before. */
function chain(length) {
  const step = compile((given) => {
    let y = given;
    for (let i = 0; i < length; i++) y = add(y, given);
    return y;
  });
  return () => step(x).dispose();
}
const [short, long] = [chain(1), chain(DISPATCHES)];
for (const step of [short, long]) step();
await device.sync();
const onGpu = async (step) => {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(1000 * (await device.time(step)));
  return median(times);
};
const [one, many] = [await onGpu(short), await onGpu(long)];
const host = async (step) => {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    await device.sync();
    const start = performance.now();
    step();
    device.flush();
    times.push(1000 * (performance.now() - start));
  }
  return median(times);
};
const microseconds = {
  dispatch: (many - one) / (DISPATCHES - 1),
  step: one,
  submit: await host(short),
  submitOfMany: await host(long),
  dispatches: DISPATCHES,
  sync: await time(async () => {
    short();
    await device.sync();
  }),
  read: await time(async () => {
    const y = add(x, x);
    await y.data();
    y.dispose();
  }),
};
console.log(microseconds);
await writeFile(process.argv[2], JSON.stringify({ microseconds }));
device.dispose();
