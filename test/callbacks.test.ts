import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../src/device.ts';
import {
  type Callback,
  dense,
  earlyStopping,
  exponentialDecay,
  type HostArray,
  lambdaCallback,
  learningRateScheduler,
  loadModel,
  type Model,
  modelCheckpoint,
  reduceLROnPlateau,
  sequential,
  sgd,
} from '../src/node.ts';
import { rejects } from './check.ts';
import { cpu, onGpu } from './device.ts';

const test = suite('callbacks');

/** A weight that falls from 1 by 0.1 in each step: the loss is the weight. */
function falling(learningRate = 0.1): { model: Model; x: HostArray; y: HostArray } {
  const model = sequential([dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones' })]);
  model.compile({ optimizer: sgd({ learningRate }), loss: 'meanAbsoluteError' });
  return { model, x: { data: Float32Array.of(1), shape: [1, 1] }, y: { data: Float32Array.of(0), shape: [1, 1] } };
}

/** Tells a callback of epochs that ended with these values; how many there were until it stopped training. */
async function epochsWith(callback: Callback, values: readonly number[], name = 'val_loss'): Promise<number> {
  const { model } = falling();
  return epochsOf(model, callback, values, name);
}

async function epochsOf(model: Model, callback: Callback, values: readonly number[], name: string): Promise<number> {
  model.stopTraining = false;
  callback.setModel?.(model);
  await callback.onTrainBegin?.({});
  let epoch = 0;
  for (; epoch < values.length && !model.stopTraining; epoch++) {
    await callback.onEpochEnd?.(epoch, { [name]: values[epoch] });
  }
  await callback.onTrainEnd?.({});
  return epoch;
}

test('earlyStopping waits for `patience` epochs without improvement', async () => {
  setCurrentDevice(cpu);
  const stops = (options: Parameters<typeof earlyStopping>[0], values: readonly number[], name?: string) =>
    epochsWith(earlyStopping(options), values, name);
  assert.is(await stops({}, [3, 2, 2, 1]), 3);
  assert.is(await stops({ patience: 2 }, [3, 2, 2.5, 1.9, 2, 2, 2]), 6);
  assert.is(await stops({ minDelta: 0.2, patience: 1 }, [3, 2.9, 1]), 2);
  assert.is(await stops({ monitor: 'val_accuracy' }, [0.5, 0.6, 0.6, 0.7], 'val_accuracy'), 3);
  assert.is(await stops({ mode: 'max' }, [1, 2, 1.5]), 3);
  assert.is(await stops({ baseline: 1, patience: 3 }, [3, 2.5, 2, 1.5, 1.5, 1.5]), 5);
  assert.is(await stops({ startFromEpoch: 2 }, [1, 2, 3, 4, 5]), 4);
});

onGpu(test, 'earlyStopping restores the best weights, whatever ended the training', async (device) => {
  for (const each of [device, cpu]) {
    setCurrentDevice(each);
    const { model, x, y } = falling(0.3); // |w| = 1, 0.7, 0.4, 0.1, 0.2, 0.1, ...: from the fourth epoch to and fro
    const options = { validationData: [x, y] as const, callbacks: [earlyStopping({ restoreBestWeights: true })] };
    const { history } = await model.fit(x, y, { epochs: 20, ...options });
    const losses = history.val_loss.map((loss) => Number(loss.toFixed(3)));
    assert.equal(losses, [0.7, 0.4, 0.1, 0.2]);
    const { 'dense/kernel': kernel } = await model.getWeights();
    assert.ok(Math.abs(kernel.data[0] - 0.1) < 1e-6, `${kernel.data[0]}`);
    const before = each.memory().buffers;
    await model.fit(x, y, { epochs: 2, ...options });
    assert.is(each.memory().buffers, before);
  }
});

test('a monitor that there is not is an error that names what there is', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling();
  for (const make of [earlyStopping, reduceLROnPlateau]) {
    const callbacks = [make({ monitor: 'val_los' })];
    await rejects(
      () => model.fit(x, y, { validationData: [x, y], callbacks }),
      /got monitor 'val_los'; expected one of loss, val_loss\. Correct its spelling/,
    );
  }
  assert.throws(() => earlyStopping({ mode: 'least' as 'min' }), /'least'; expected one of min, max, auto/);
  assert.throws(() => earlyStopping({ patince: 3 } as object), /the option 'patince'/);
});

test('reduceLROnPlateau lowers the rate, waits out the cooldown, and keeps above the least rate', async () => {
  setCurrentDevice(cpu);
  const rates = async (options: Parameters<typeof reduceLROnPlateau>[0], values: readonly number[]) => {
    const { model } = falling(1);
    const seen: number[] = [];
    const callback = reduceLROnPlateau(options);
    const watch: Callback = {
      setModel: (m) => callback.setModel?.(m),
      onTrainBegin: (logs) => callback.onTrainBegin?.(logs),
      onEpochEnd: async (epoch, logs) => {
        await callback.onEpochEnd?.(epoch, logs);
        seen.push(model.optimizer.currentLearningRate);
      },
    };
    await epochsOf(model, watch, values, 'val_loss');
    return seen;
  };
  assert.equal(await rates({ factor: 0.5, patience: 2 }, [3, 2, 2, 2, 2, 2]), [1, 1, 1, 0.5, 0.5, 0.25]);
  assert.equal(await rates({ factor: 0.5, patience: 1, cooldown: 2 }, [2, 2, 2, 2, 2]), [1, 0.5, 0.5, 0.25, 0.25]);
  assert.equal(await rates({ factor: 0.5, patience: 1, minLr: 0.4 }, [2, 2, 2, 2]), [1, 0.5, 0.4, 0.4]);
  const { model, x, y } = falling();
  const learningRate = exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
  model.compile({ optimizer: sgd({ learningRate }), loss: 'meanAbsoluteError' });
  const callbacks = [reduceLROnPlateau({ monitor: 'loss', patience: 0, minDelta: 100 })];
  await rejects(() => model.fit(x, y, { callbacks, epochs: 3 }), /an optimizer with a schedule/);
});

onGpu(test, 'learningRateScheduler sets the rate of each epoch, and a captured step follows', async (device) => {
  setCurrentDevice(device);
  const { model, x, y } = falling();
  const callbacks = [learningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2))];
  await model.fit(x, y, { epochs: 4, callbacks });
  const { 'dense/kernel': kernel } = await model.getWeights();
  assert.ok(Math.abs(kernel.data[0] - (1 - 0.1 - 0.1 - 0.05 - 0.025)) < 1e-6, `${kernel.data[0]}`);
});

test('modelCheckpoint hands over the files of every epoch, or of the best', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling(0.3);
  const saved: { epoch: number; weight: number; best: boolean }[] = [];
  const saving = (best: boolean): Callback =>
    modelCheckpoint({
      monitor: 'loss',
      saveBestOnly: best,
      save: async (files, epoch) => {
        const { 'dense/kernel': kernel } = await loadModel(files).getWeights();
        saved.push({ epoch, weight: Number(kernel.data[0].toFixed(3)), best });
      },
    });
  await model.fit(x, y, { epochs: 6, callbacks: [saving(false), saving(true)] });
  const of = (best: boolean) => saved.filter((each) => each.best === best).map(({ epoch, weight }) => [epoch, weight]);
  const all = [
    [0, 0.7],
    [1, 0.4],
    [2, 0.1],
    [3, -0.2],
    [4, 0.1],
    [5, -0.2],
  ];
  assert.equal(of(false), all);
  assert.equal(of(true), all.slice(0, 4)); // the losses, from before each step, are 1, 0.7, 0.4, 0.1, 0.2, 0.1
  assert.throws(
    () => modelCheckpoint({ save: 'best' as never }),
    /^modelCheckpoint: got save 'best'; expected a function/,
  );
});

test('lambdaCallback knows the hooks', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling();
  const seen: number[] = [];
  await model.fit(x, y, { epochs: 2, callbacks: [lambdaCallback({ onEpochEnd: (epoch) => void seen.push(epoch) })] });
  assert.equal(seen, [0, 1]);
  assert.throws(() => lambdaCallback({ onEpochEnds: () => {} } as object), /the option 'onEpochEnds'.*onEpochEnd/);
});

test.run();
