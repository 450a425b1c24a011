import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setCurrentDevice } from '../../src/core/device.ts';
import { dense, loadModel, sequential } from '../../src/node.ts';
import { rejects } from '../harness/check.ts';
import { cpu } from '../harness/device.ts';

const test = suite('save to folders');

const folder = mkdtempSync(join(tmpdir(), 'dawngrad-save-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

test('a model is saved to a folder and loaded from it', async () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 2, inputShape: [1] })]);
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  const path = join(folder, 'a', 'model');
  const files = await model.save(path);
  assert.equal(readdirSync(path), ['model.json', 'weights.safetensors']);
  const loaded = await loadModel(path);
  assert.equal(await loaded.getWeights(), await model.getWeights());
  assert.is(loaded.optimizer.name, 'adam');
  assert.equal(await loadModel(files).getWeights(), await model.getWeights());
});

test('what is no folder of a model is refused', async () => {
  setCurrentDevice(cpu);
  const model = sequential([dense({ units: 2, inputShape: [1] })]);
  await rejects(() => model.save(3 as never), /^toFolder: got folder 3; expected the path of a folder/);
  await rejects(
    () => loadModel(folder),
    /^loadModel: got no file .*model\.json; expected a folder with model\.json and/,
  );
  await rejects(() => loadModel(''), /^loadModel: got folder ''; expected the path of a folder/);
});

test.run();
