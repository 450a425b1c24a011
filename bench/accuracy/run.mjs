// How accurate some models get, over several seeds; what is known already is not computed again. Takes hours in software.
//   npm run bench:accuracy -- [--only <part of a name>] [--seeds 3] [--fashion <folder of IDX files>]
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { init } from 'dawngrad';
import { loadMnist } from 'dawngrad/data';
import { models } from './models.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3' },
    fashion: { type: 'string' },
  },
});
const path = fileURLToPath(new URL('../results/accuracy.json', import.meta.url));
const runs = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : [];

/** Trains one model and returns its test accuracy after each epoch. */
async function train({ make, epochs, batchSize, shape }, data, seed) {
  const device = await init({ seed });
  const { description, device: name } = device.info.adapter;
  const flat = ({ images, labels }) => [{ data: images.data, shape: [images.shape[0], ...shape] }, labels];
  const model = make();
  const start = performance.now();
  const { history } = await model.fit(...flat(data.train), {
    epochs,
    batchSize,
    validationData: flat(data.test),
    verbose: 0,
  });
  device.dispose();
  const minutes = (performance.now() - start) / 60_000;
  return {
    accuracy: history.val_accuracy.map((value) => +value.toFixed(4)),
    loss: history.loss.map((value) => +value.toFixed(4)),
    minutes: +minutes.toFixed(1),
    adapter: description || name,
    date: new Date().toISOString().slice(0, 10),
  };
}

const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

for (const [name, model] of Object.entries(models)) {
  if (!name.includes(options.only)) continue;
  if (model.data === 'fashion' && options.fashion === undefined) {
    console.log(`${name}: skipped, --fashion says where the data are`);
    continue;
  }
  const data = await (model.data === 'fashion' ? loadMnist(options.fashion) : loadMnist());
  for (let seed = 1; seed <= Number(options.seeds); seed++) {
    if (runs.some((run) => run.model === name && run.seed === seed)) continue;
    const result = await train(model, data, seed);
    runs.push({ model: name, seed, ...result });
    await writeFile(path, `[\n${runs.map((run) => JSON.stringify(run)).join(',\n')}\n]\n`);
    console.log(`${name}, seed ${seed}: ${result.accuracy.join(' ')} (${result.minutes} min)`);
  }
  const last = runs.filter((run) => run.model === name).map(({ accuracy }) => accuracy.at(-1));
  const spread = `${Math.min(...last)} to ${Math.max(...last)}`;
  console.log(`${name}: ${(100 * meanOf(last)).toFixed(2)} % in the mean of ${last.length} (${spread})`);
}
