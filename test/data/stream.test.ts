import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { enterStep } from '../../src/core/random/state.ts';
import { adam, type Device, dense, dropout, type FitOptions, type HostArray, sequential } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { onGpu } from '../harness/device.ts';

const test = suite('stream');

const SAMPLES = 101; // no whole number of batches or chunks

/** Samples with `length` numbers each, of which the largest says the class. */
function samples(
  length: number,
  Numbers: Uint8ArrayConstructor | Float32ArrayConstructor,
): [x: HostArray, y: HostArray] {
  const data = new Numbers(Array.from({ length: SAMPLES * length }, (_, i) => (i * i * 31 + i) % 17));
  const labels = Array.from({ length: SAMPLES }, (_, i) => {
    const own = data.slice(i * length, (i + 1) * length);
    return own.indexOf(Math.max(...own));
  });
  return [
    { data, shape: [SAMPLES, length] },
    { data: Uint8Array.from(labels), shape: [SAMPLES] },
  ];
}

/** Everything that a training run ends with. */
async function outcome(device: Device, [x, y]: readonly [HostArray, HostArray], options: FitOptions): Promise<unknown> {
  setCurrentDevice(device);
  device.random.returnTo(1000); // every run draws the same
  enterStep(device.random, device, 1);
  const length = x.shape[1];
  const model = sequential([
    dense({ units: 8, activation: 'relu', inputShape: [length] }),
    dropout({ rate: 0.25 }),
    dense({ units: length, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 8, ...options });
  const { residentBytes } = options;
  const batches = { batchSize: 16, ...(residentBytes !== undefined && { residentBytes }) };
  const evaluated = await model.evaluate(x, y, batches);
  const predicted = await (await model.predict(x, batches)).array();
  const weights = await Promise.all(model.parameters.map((weight) => weight.array()));
  model.dispose();
  return { history, evaluated, predicted, weights };
}
/** Room for two chunks of two batches. */
const fewOf = (length: number, Numbers: Uint8ArrayConstructor | Float32ArrayConstructor): number =>
  2 * 16 * (length * Numbers.BYTES_PER_ELEMENT + 4) + 40;

for (const Numbers of [Uint8Array, Float32Array]) {
  for (const length of [4, 3]) {
    onGpu(test, `what passes through gives the bits of what rests: ${Numbers.name}, ${length} each`, async (device) => {
      const data = samples(length, Numbers);
      const residentBytes = fewOf(length, Numbers);
      for (const options of [{}, { shuffle: false }, { validationSplit: 0.25 }, { validationData: data }]) {
        const resting = await outcome(device, data, options);
        assert.equal(await outcome(device, data, { ...options, residentBytes }), resting, JSON.stringify(options));
      }
    });
  }
}

onGpu(test, 'samples that pass through take no more memory than they may', async (device) => {
  setCurrentDevice(device);
  const shape = [4096, 64];
  const x = { data: new Uint8Array(4096 * 64), shape };
  const y = { data: new Uint8Array(4096), shape: [4096] };
  const residentBytes = 16 * 1024;
  const model = sequential([dense({ units: 2, activation: 'softmax', inputShape: [64] })]);
  model.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy' });
  await model.fit(x, y, { batchSize: 32 }); // the optimizer's memory stays
  const before = device.memory().bytes;
  let most = 0;
  const watch = {
    onBatchEnd: () => {
      most = Math.max(most, device.memory().bytes - before);
    },
  };
  await model.fit(x, y, { batchSize: 32, residentBytes, callbacks: [watch] });
  const passing = most;
  most = 0;
  await model.fit(x, y, { batchSize: 32, callbacks: [watch] });
  assert.ok(most - passing > x.data.length - 2 * residentBytes, `${passing} bytes, ${most} with all samples`);
  model.dispose();
});

onGpu(test, 'room for less than two batches is refused, and says what would do', async (device) => {
  const data = samples(4, Float32Array);
  await rejects(
    () => outcome(device, data, { residentBytes: 100 }),
    /got batches of 8 samples of 20 bytes, and 100 bytes for samples on the device; expected room for two batches, 320/,
  );
  await rejects(
    () => outcome(device, data, { residentBytes: 0.5 }),
    /fit: got residentBytes 0.5; expected a whole number/,
  );
  setCurrentDevice(device);
  const model = sequential([dense({ units: 1 })]);
  const x = { data: new Float32Array(32), shape: [8, 4] };
  await rejects(
    () => model.predict(x, { batchSize: 4, residentBytes: 100 }),
    /predict: got batches of 4 samples of 16/,
  );
});

test.run();
