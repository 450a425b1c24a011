import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  type Callback,
  csvLogger,
  dense,
  earlyStopping,
  exponentialDecay,
  type FitOptions,
  type HostArray,
  historyChart,
  lambdaCallback,
  learningRateScheduler,
  loadModel,
  type Metric,
  type Model,
  mean,
  modelCheckpoint,
  progress,
  reduceLROnPlateau,
  sequential,
  setVerbosity,
  sgd,
  type Tensor,
  type Verbosity,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu, onGpu } from '../harness/device.ts';

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

test('a callback that is none, or has a hook that nothing calls, is refused by its place and name', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling();
  class Watcher {
    onEpochEnded(): void {}
    onTrainEnd(): void {}
  }
  class Quiet {
    once(): void {}
    onEpochEnd(): void {}
  }
  const refused: [callback: unknown, message: RegExp][] = [
    [null, /fit: got null as callback 2; expected an object with a hook/],
    [earlyStopping, /the function earlyStopping as callback 2/],
    [
      new Watcher(),
      /callback 2 \(Watcher\): got a method onEpochEnded, which fit never calls; .* Did you mean 'onEpochEnd'/,
    ],
    [{ on_epoch_end: () => {} }, /callback 2: got a method on_epoch_end, .* Did you mean 'onEpochEnd'/],
    [{ onEpochEnd: 5 }, /callback 2: got onEpochEnd 5; expected a function/],
    [{ write: () => {} }, /callback 2: got an object without a hook/],
  ];
  for (const [callback, message] of refused) {
    await rejects(() => model.fit(x, y, { callbacks: [new Quiet(), callback as Callback] }), message);
  }
});

test('what goes wrong in a callback names it', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling();
  const cause = new RangeError('no space left');
  const fails = (): never => {
    throw cause;
  };
  const failing: [callback: Callback, message: RegExp][] = [
    [{ onEpochEnd: fails }, /^fit: callback 2 failed in onEpochEnd: no space left$/],
    [{ onBatchEnd: async () => fails() }, /^fit: callback 2 failed in onBatchEnd: no space left$/],
    [{ wantsInspection: fails }, /^fit: callback 2 failed in wantsInspection: no space left$/],
    [{ setModel: fails }, /^fit: callback 2 failed in setModel: no space left$/],
    [
      { wantsInspection: Object(async () => true) },
      /callback 2: got the result of wantsInspection an object of type Promise/,
    ],
    [earlyStopping({ monitor: 'val_los' }), /^earlyStopping: got monitor 'val_los'/],
    [
      learningRateScheduler(Object(() => {})),
      /^learningRateScheduler: got the rate of epoch 0 undefined; expected a finite/,
    ],
  ];
  for (const [callback, message] of failing) {
    await rejects(() => model.fit(x, y, { callbacks: [{ onEpochEnd: () => 5 as never }, callback] }), message);
  }
  const error = await model.fit(x, y, { callbacks: [{ onTrainEnd: fails }] }).catch((error: Error) => error);
  assert.is(Object(error).cause, cause);
});

test('a rate that follows a schedule is not taken over', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling();
  const learningRate = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 });
  model.compile({ optimizer: sgd({ learningRate }), loss: 'mse' });
  await rejects(
    () => model.fit(x, y, { callbacks: [learningRateScheduler(() => 0.1)] }),
    /learningRateScheduler: got an optimizer with a schedule; expected an optimizer whose learning rate is a number/,
  );
  assert.type(model.optimizer.learningRate, 'function');
});

/** What is shown of a run with two epochs of three steps, without the times. */
async function shown(options: FitOptions, verbose?: Verbosity): Promise<string> {
  const { model } = falling();
  const [x, y] = [1, 0].map((value) => ({ data: new Float32Array(3).fill(value), shape: [3, 1] }));
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const callbacks = verbose === undefined ? [] : [progress({ verbose, write })];
  await model.fit(x, y, { epochs: 2, batchSize: 1, callbacks, ...options });
  return text.replaceAll(/\d+\.\d s|\d+:\d\d/g, 'TIME');
}

test('progress shows a line for each epoch, and in between what is left', async () => {
  setCurrentDevice(cpu);
  const lines = 'epoch 1/2  TIME  loss 0.9000\nepoch 2/2  TIME  loss 0.6000\n';
  assert.is(await shown({}, 2), lines);
  assert.is(await shown({}, 'auto'), lines);
  assert.is(await shown({}, 0), '');
  const parts = (await shown({}, 1)).split('\r\x1b[K');
  assert.is(parts.filter((part) => part.endsWith('\n')).join(''), lines);
  assert.match(parts[1], /^epoch 1\/2 {3}\d\d? % {2}TIME {2}TIME left {2}loss \d\.\d{4}$/);
});

test('fit shows progress unless told not to', async () => {
  setCurrentDevice(cpu);
  const { log } = console;
  const logged: string[] = [];
  console.log = (text: string) => void logged.push(text);
  try {
    await shown({}); // tests set it to 0
    assert.equal(logged, []);
    await shown({ verbose: 2 });
    assert.is(logged.length, 2);
    assert.match(logged[1], /^epoch 2\/2 {2}.* s {2}loss 0.6000$/);
    await shown({ verbose: 2 }, 2); // one is enough
    assert.is(logged.length, 2);
    setVerbosity(2);
    await shown({});
    assert.is(logged.length, 4);
  } finally {
    setVerbosity(0);
    console.log = log;
  }
  assert.throws(() => setVerbosity(3 as never), /setVerbosity: got verbose 3; expected 0 for silence/);
});

test('csvLogger writes names once, and a line for each epoch', async () => {
  setCurrentDevice(cpu);
  const { model, x, y } = falling();
  let text = '';
  const callback = csvLogger(async (line) => {
    text += line;
  });
  const metric: Metric = Object.defineProperty((_: Tensor, p: Tensor) => mean(p), 'name', { value: 'a,"b"' });
  model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'mae', metrics: [metric] });
  await model.fit(x, y, { epochs: 2, callbacks: [callback] });
  assert.is(text, 'epoch,loss,"a,""b"""\r\n0,1,1\r\n1,1,1\r\n');
  const saved = await callback.memory?.save();
  text = '';
  await callback.onTrainBegin?.({});
  await callback.memory?.restore(saved ?? {});
  await callback.onEpochEnd?.(2, { loss: 0.5 });
  assert.is(text, '2,0.5\r\n');
});

test('the history as a picture has a panel for each number, and leaves out what is not finite', () => {
  const history = { loss: [3, Number.NaN, 1], 'a<b': [0.25, 0.5, 0.5], val_loss: [2.5, 2, 1.5], 'val_a<b': [0, 0, 0] };
  const svg = historyChart({ epoch: [0, 1, 2], history });
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="760" height="260" .*<\/svg>$/s);
  assert.match(svg, /<title>loss, a&lt;b of 3 epochs<\/title>/);
  assert.is(svg.match(/>validation</g)?.length, 2);
  assert.not.match(svg, /NaN|Infinity|undefined/);
  assert.match(svg, /<path d="M56.0 44.0M364.0 220.0" fill="none" stroke="#0072b2"/); // from 3 to 1, with a gap
  assert.not.match(historyChart({ epoch: [4], history: { loss: [2] } }), /NaN|validation/);
  assert.throws(() => historyChart({ epoch: [] } as never), /historyChart: got history undefined; expected what fit/);
});

test.run();
