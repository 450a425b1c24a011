import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import {
  adamW,
  auc,
  binaryAccuracy,
  type CompileOptions,
  cosineDecay,
  dense,
  huber,
  loadModel,
  type Model,
  makeLoss,
  meanSquaredError,
  precision,
  sequential,
  sgd,
  type Tensor,
  topKAccuracy,
  warmup,
} from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu } from '../harness/device.ts';

const test = suite('save');

const x = [[1], [2], [3]];
const y = [[2], [4], [6]];

/** A model, and what comes back from its files. */
async function savedAndLoaded(options: CompileOptions): Promise<readonly [model: Model, loaded: Model]> {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 1, inputShape: [1] })]);
  model.compile(options);
  return [model, loadModel(await model.save())];
}

test('a loaded model is compiled with the names and options that it had', async () => {
  const decay = cosineDecay({ initialLearningRate: 0.1, decaySteps: 50 });
  const choices: CompileOptions[] = [
    { loss: 'meanSquaredError' },
    {
      loss: huber({ delta: 0.5 }),
      optimizer: 'adam',
      metrics: ['mae', 'acc', binaryAccuracy({ threshold: 3 }), auc(), precision({ threshold: 3 })],
    },
    { loss: 'meanSquaredError', optimizer: sgd({ learningRate: decay, momentum: 0.9, globalClipNorm: 1 }) },
    {
      loss: 'meanSquaredError',
      optimizer: adamW({
        learningRate: warmup({ learningRate: decay, warmupSteps: 2 }),
        parameterGroups: [{ match: 'bias', weightDecay: 0 }],
      }),
      metrics: [topKAccuracy({ k: 1 })],
    },
  ];
  for (const options of choices) {
    const [model, loaded] = await savedAndLoaded(options);
    assert.equal(loaded.optimizer.config(), model.optimizer.config());
    assert.equal(await loaded.evaluate(x, y), await model.evaluate(x, y));
    const { history } = await loaded.fit(x, y, { epochs: 3, shuffle: false });
    assert.equal(history, (await model.fit(x, y, { epochs: 3, shuffle: false })).history);
  }
});

test("what is of one's own making has no name: the loaded model is to be compiled", async () => {
  const own = makeLoss('own', { perSample: meanSquaredError().perSample });
  const accuracy = (yTrue: Tensor, yPred: Tensor): Tensor => meanSquaredError()(yTrue, yPred);
  const others: CompileOptions[] = [
    { loss: own },
    { loss: 'meanSquaredError', metrics: [accuracy] },
    { loss: 'meanSquaredError', optimizer: sgd({ learningRate: () => 0.1 }) },
    {
      loss: 'meanSquaredError',
      optimizer: sgd({
        learningRate: function cosineDecay() {
          return 0.1;
        },
      }),
    },
    { loss: 'meanSquaredError', optimizer: sgd({ learningRate: warmup({ learningRate: () => 1, warmupSteps: 2 }) }) },
  ];
  for (const options of others) {
    const [model, loaded] = await savedAndLoaded(options);
    assert.throws(() => loaded.compiled, /a model without a loss/);
    assert.equal(await loaded.getWeights(), await model.getWeights());
  }
});

test('a browser has no folders: save and loadModel say what to call', async () => {
  if (!('document' in globalThis)) return;
  const [model] = await savedAndLoaded({ loss: 'meanSquaredError' });
  await rejects(
    () => model.save('model'),
    /^save: got the folder 'model' in a browser.* const files = await model\.save/,
  );
  await rejects(() => loadModel('model'), /^loadModel: got the folder 'model' in a browser.* as fetch gives them/);
});

test('files that say something else are refused', async () => {
  const [model] = await savedAndLoaded({ loss: 'meanSquaredError' });
  const files = await model.save();
  const compiled = (changed: object) => () =>
    loadModel({
      ...files,
      'model.json': JSON.stringify({ ...JSON.parse(files['model.json']), compiled: changed }),
    });
  const { optimizer, loss } = JSON.parse(files['model.json']).compiled;
  const damaged = /as compiled in model\.json; expected optimizer, loss and metrics/;
  const metrics: unknown[] = [];
  const broken = [
    {},
    [],
    7,
    { optimizer, loss },
    { optimizer, loss, metrics: [7] },
    { optimizer: 'adam', loss, metrics },
  ];
  for (const each of broken) assert.throws(compiled(each as object), damaged);
  assert.throws(compiled({ optimizer, loss: { name: { toString: 1 } }, metrics }), damaged);
  assert.throws(
    compiled({ optimizer: { ...optimizer, rho: 2 }, loss, metrics }),
    /^compiled of model.json, rmsprop: .*rho 2/,
  );
  const rate = { name: 'cosineDecay', decaySteps: 5 };
  assert.throws(
    compiled({ optimizer: { ...optimizer, learningRate: rate }, loss, metrics }),
    /^compiled of model\.json, cosineDecay: got initialLearningRate undefined/,
  );
  for (const name of ['toString', '__proto__', 'own']) {
    for (const each of [
      { optimizer, loss: { name }, metrics },
      { optimizer: { ...optimizer, name }, loss, metrics },
      { optimizer: { ...optimizer, learningRate: { name, a: 1 } }, loss, metrics },
      { optimizer, loss, metrics: [{ name }] },
    ]) {
      assert.throws(() => compiled(each)().compiled, /a model without a loss/);
    }
  }
});

/** A model file with some layers, and the error that it ends with. */
function messageOf(json: string): string {
  setCurrentDevice(cpu);
  try {
    loadModel({ 'model.json': json, 'weights.safetensors': new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]) });
  } catch (error) {
    if (error instanceof Error && 'fault' in error) return error.message;
    throw error;
  }
  return 'loaded';
}
const layersOf = (layers: unknown, inputShape: unknown = [1]): string =>
  JSON.stringify({ format: 'dawngrad', version: 1, inputShape, layers });

test('model files that are made to harm end in a short message at once', () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  const control = '\u001b[2J\u202e';
  const messages = [
    layersOf([], '@').replace('"@"', deep),
    layersOf([{ kind: 'dense', options: { units: '@' } }]).replace('"@"', deep),
    layersOf([{ kind: 'dense', options: { units: { toString: 1 } } }]),
    layersOf([{ kind: 'dense', options: { units: 1, name: { toString: 1 } } }]),
    layersOf([{ kind: 'dense', options: { units: 1, activation: { toString: 1 } } }]),
    layersOf([{ kind: 'dense', options: { units: 1, activation: { constructor: 1 } } }]),
    layersOf([{ kind: 'dense', options: { units: 1, kernelInitializer: { toString: 1 } } }]),
    layersOf([{ kind: 'dense', options: { units: 1, kernelRegularizer: { toString: 1 } } }]),
    layersOf([{ kind: 'reshape', options: { targetShape: [{ toString: 1 }] } }]),
    layersOf([{ kind: 'dense', options: { units: 1, inputShape: [[[[[[[[[]]]]]]]]] } }]),
    layersOf([{ kind: `dens${control}`, options: {} }]),
    layersOf([{ kind: 'x'.repeat(2e6), options: {} }]),
    layersOf([{ kind: 'dense', options: { ['y'.repeat(2e6)]: 1 } }]),
    layersOf([{ kind: 'dense', options: { units: 1, name: 'z'.repeat(2e6), activation: control } }]),
    layersOf({ a: 'b'.repeat(2e6) }),
    layersOf('c'.repeat(2e6)),
  ].map(messageOf);
  for (const message of messages) {
    assert.is.not(message, 'loaded');
    assert.ok(message.length < 2500, `${message.length} letters: ${message.slice(0, 200)}`);
    assert.not.match(message, /[\p{Cc}\p{Cf}]/u);
  }
  assert.match(messages[10], /a layer of kind 'dens\\u001b\[2J\\u202e'/);
});

test('60,000 layers in model.json end in a message as fast as their number grows', () => {
  const layers = Array.from({ length: 60_000 }, (_, i) => ({
    kind: 'activation',
    options: { activation: 'relu', name: `a${i}` },
  }));
  const start = performance.now();
  assert.is(messageOf(layersOf(layers)), 'loaded');
  assert.ok(performance.now() - start < 20_000);
  const twice = layersOf([...layers, layers[0]]);
  assert.match(messageOf(twice), /two layers named 'a0'/);
});

test.run();
