import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Generator, normal } from '../../src/core/random/generator.ts';
import {
  adam,
  batchNormalization,
  type Device,
  dense,
  dropout,
  type FitOptions,
  type HostArray,
  init,
  type Model,
  makeLoss,
  maximum,
  mean,
  sequential,
  sgd,
  sqrt,
  sub,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { onGpu } from '../harness/device.ts';

const test = suite('guard');

const COUNT = 64;
const FEATURES = 4;
/** Samples of which the one at `extreme` is so large that its square is infinite. */
function samples(extreme?: number): { x: HostArray; y: HostArray } {
  const data = Float32Array.from(normal(COUNT * FEATURES, new Generator(3)));
  if (extreme !== undefined) data.fill(3e38, extreme * FEATURES, (extreme + 1) * FEATURES);
  return { x: { data, shape: [COUNT, FEATURES] }, y: { data: new Float32Array(COUNT), shape: [COUNT, 1] } };
}

function network(): Model {
  const model = sequential([
    batchNormalization({ inputShape: [FEATURES] }),
    dense({ units: 8, activation: 'relu' }),
    dropout({ rate: 0.3 }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'meanSquaredError' });
  return model;
}

async function fresh<R>(backend: 'cpu' | 'webgpu', body: (device: Device) => Promise<R>): Promise<R> {
  const device = await init({ backend, seed: 6 });
  try {
    return await body(device);
  } finally {
    device.dispose();
  }
}

onGpu(test, 'what overflows in the forward pass is named, and the weights are those from before the step', async () => {
  await fresh('webgpu', async () => {
    const model = network();
    const { x, y } = samples(45); // in the sixth batch of each epoch
    const options: FitOptions = { batchSize: 8, shuffle: false, epochs: 3 };
    await rejects(
      () => model.fit(x, y, options),
      /the loss (NaN|Infinity) in epoch 1, step 6; first to go bad was the output of layer 'batchNormalization', in epoch 1, step 6;/,
    );
    const { weights, calls } = await stateAfterSteps('webgpu', 5);
    assert.equal(await weightsOf(model), weights);
    assert.is(model.optimizer.calls, calls);
  });
});

async function weightsOf(model: Model): Promise<Record<string, number[]>> {
  const weights = await model.getWeights();
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, [...data]]));
}

const stateAfterSteps = (backend: 'cpu' | 'webgpu', steps: number) =>
  fresh(backend, async () => {
    const model = network();
    const { x, y } = samples(45);
    const stop = {
      onBatchEnd: (batch: number) => {
        if (batch === steps - 1) model.stopTraining = true;
      },
    };
    await model.fit(x, y, { batchSize: 8, shuffle: false, terminateOnNaN: false, callbacks: [stop] });
    return { weights: await weightsOf(model), calls: model.optimizer.calls };
  });

/** Its gradient is one infinity less another where a prediction is exact. */
const rootError = makeLoss('rootError', {
  perSample: (yTrue, yPred) => mean(sqrt(maximum(sub(yTrue, yPred), sub(yPred, yTrue))), { axis: -1 }),
});

for (const backend of ['cpu', 'webgpu'] as const) {
  const run = backend === 'cpu' ? test : (name: string, body: () => Promise<void>) => onGpu(test, name, body);
  run(
    `${backend}: a gradient that goes bad is found in the step before the loss does, also in the last step of an epoch`,
    async () => {
      for (const [zero, place, symptom] of [
        [20, 'epoch 1, step 3', 'the loss NaN in epoch 1, step 4'],
        [63, 'epoch 1, step 8', 'weights that are not finite in epoch 1, step 8'],
      ] as const) {
        await fresh(backend, async () => {
          const model = sequential([dense({ units: 1, inputShape: [FEATURES], useBias: false, name: 'only' })]);
          model.compile({ optimizer: sgd({ learningRate: 0.001, globalClipNorm: 1 }), loss: rootError });
          const { x, y } = samples();
          x.data.fill(0, zero * FEATURES, (zero + 1) * FEATURES);
          y.data.fill(1);
          y.data[zero] = 0; // what the model says, exactly
          await rejects(
            () => model.fit(x, y, { batchSize: 8, shuffle: false, epochs: 3 }),
            new RegExp(`${symptom}; first to go bad was the gradient of 'only/kernel', in ${place};`),
          );
          for (const value of (await weightsOf(model))['only/kernel']) assert.ok(Number.isFinite(value));
          y.data[zero] = 1;
          await model.fit(x, y, { batchSize: 8 }); // nothing of it is left
        });
      }
    },
  );
}

onGpu(test, 'a step that is too large is named', async () => {
  await fresh('webgpu', async () => {
    const model = sequential([dense({ units: 1, inputShape: [FEATURES], useBias: false })]);
    model.compile({ optimizer: sgd({ learningRate: 3e38 }), loss: 'meanSquaredError' });
    const { x, y } = samples();
    y.data.fill(1e4);
    await rejects(() => model.fit(x, y, { batchSize: 8 }), /first to go bad was 'dense\/kernel' in its update/);
  });
});

test('weights that the last update has spoilt are found too', async () => {
  await fresh('cpu', async () => {
    const model = sequential([dense({ units: 1, inputShape: [FEATURES], useBias: false, name: 'only' })]);
    model.compile({ optimizer: sgd({ learningRate: 1e308 }), loss: 'meanSquaredError' });
    const { x, y } = samples();
    y.data.fill(1e4);
    const before = await weightsOf(model);
    await rejects(
      () => model.fit(x, y, { batchSize: COUNT }),
      /weights that are not finite in epoch 1, step 1; first to go bad was 'only\/kernel' in its update/,
    );
    assert.equal(await weightsOf(model), before);
  });
});

for (const activation of ['relu', 'tanh', 'elu', 'hardSigmoid'] as const) {
  onGpu(test, `${activation} does not hide NaN`, async () => {
    await fresh('webgpu', async () => {
      const model = sequential([dense({ units: 3, activation, inputShape: [FEATURES] }), dense({ units: 1 })]);
      model.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'meanSquaredError' });
      const { x, y } = samples();
      model.build([FEATURES]);
      const weights = await model.getWeights();
      weights['dense/kernel'].data[0] = Number.NaN;
      model.setWeights(weights);
      await rejects(
        () => model.fit(x, y, { batchSize: 8 }),
        /the loss NaN in epoch 1, step 1; first to go bad was the output of layer 'dense'/,
      );
    });
  });
}

onGpu(test, 'the guard changes no bit of a run, and may be turned off', async () => {
  const after = (terminateOnNaN: boolean) =>
    fresh('webgpu', async (device) => {
      const model = network();
      const { x, y } = samples();
      await model.fit(x, y, { batchSize: 10, epochs: 4, terminateOnNaN });
      const { buffers } = device.memory();
      await model.fit(x, y, { batchSize: 10, epochs: 4, terminateOnNaN });
      assert.is(device.memory().buffers, buffers);
      return weightsOf(model);
    });
  assert.equal(await after(true), await after(false));
  await fresh('webgpu', async () => {
    const { x, y } = samples(3);
    const { history } = await network().fit(x, y, { batchSize: 8, terminateOnNaN: false });
    assert.not.ok(Number.isFinite(history.loss[0]));
  });
});

test.run();
