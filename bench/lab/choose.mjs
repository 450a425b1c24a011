// Takes over what the laboratory measured on a GPU: node bench/lab/choose.mjs <results.json>
//   src/ops/matmul/tileTimes.ts          the model's constants for GPUs of that vendor, if they choose as well as those so far
//   bench/results/lab-<GPU>.*     the results, the report, and steps per second as a picture
//   README.md                     steps per second, between <!-- lab --> and <!-- /lab -->
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle, withFolder } from '../../test/harness/bundle.mjs';
import { markdown, table } from './report.mjs';

const at = (path) => new URL(`../../${path}`, import.meta.url);
const TIMES = at('src/ops/matmul/tileTimes.ts');
const README = at('README.md');

const [, , source] = process.argv;
if (source === undefined) throw new Error('got no file; expected the results.json of a laboratory');
/** Tests' output, and folders of the machine, say nothing to others. */
const results = JSON.parse(await readFile(source, 'utf8'), (key, value) => {
  if (key === 'said') return undefined;
  return typeof value === 'string' ? value.replace(/(?<![\w.])\/(?:[\w.+-]+\/)+/g, '') : value;
});
const { vendor, device, description, software } = results.gpu.adapter;
if (software) throw new Error(`got results of ${description}, a GPU in software; expected those of hardware`);
if (!results.sweep?.rows) throw new Error('got results without a sweep; run the laboratory with --stages sweep');
const day = results.date.slice(0, 10);

const { fit, judge, tileTimes, drawSteps } = await withFolder(async (folder) => {
  const files = ['fit.ts', 'chart.ts'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const [first, second] = await Promise.all((await bundle(files, 'node', folder)).map((path) => import(path)));
  return { ...first, ...second };
});

/** The median, the geometric mean and the worst of how much slower the choices are than the fastest. */
function summary(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  const logs = sorted.reduce((sum, ratio) => sum + Math.log(ratio), 0);
  return [sorted[sorted.length >> 1], Math.exp(logs / sorted.length), sorted.at(-1)];
}

/** The table with new times of this vendor; where the others' come from, stays in the header. */
async function writeTimes(times) {
  const origins = [...(await readFile(TIMES, 'utf8')).matchAll(/^\/\/ {3}(\S+): (.*)$/gm)].map(([, ...pair]) => pair);
  const all = Object.entries({ ...tileTimes, [vendor]: times }).map(([name, tiles]) => [
    `  ${/^\w+$/.test(name) ? name : `'${name}'`}: {`,
    ...Object.entries(tiles).map(
      ([tile, { latency, rate }]) => `    ${tile}: { latency: ${latency}, rate: ${rate / 1e6}e6 },`,
    ),
    '  },',
  ]);
  const from = { ...Object.fromEntries(origins), [vendor]: `${device}, ${description}, ${day}` };
  const lines = [
    '// Times of the tiled matmul kernels by GPU vendor, written by bench/lab/choose.mjs from measurements of',
    ...Object.entries(from).map((pair) => `//   ${pair.join(': ')}`),
    '',
    'export const tileTimes = {',
    ...all.flat(),
    '};',
    '',
  ];
  await writeFile(TIMES, lines.join('\n'));
}

async function chooseTimes(sweep) {
  const rows = sweep.rows.filter(({ images }) => images === undefined); // windows take longer to read, which no tile is to blame for
  const before = tileTimes[vendor] ?? tileTimes.nvidia;
  const after = fit(rows, before);
  const pairs = rows.map((row) => ({ row, old: judge(row, before), new: judge(row, after) }));
  const said = ({ choice, ratio }) => `${choice} ${ratio === undefined ? '(not measured well)' : ratio.toFixed(2)}`;
  console.log('How many times as long as the fastest choice the first one takes, before and after the fit:\n');
  for (const { row, old, new: now } of pairs) {
    const product = `${row.layout} ${row.M} x ${row.K} x ${row.N}`;
    console.log([product.padEnd(24), old.fastest.padEnd(16), said(old).padEnd(36), said(now)].join(' '));
  }
  const both = pairs.filter((pair) => pair.old.ratio !== undefined && pair.new.ratio !== undefined);
  const [old, now] = ['old', 'new'].map((which) => summary(both.map((pair) => pair[which].ratio)));
  const told = (name, i) => `${name} ${old[i].toFixed(3)} -> ${now[i].toFixed(3)}`;
  console.log(`\nof ${both.length} shapes: ${['median', 'mean', 'worst'].map(told).join(', ')}`);
  const better = now.every((ratio, i) => ratio <= old[i]);
  if (better) await writeTimes(after);
  console.log(better ? 'src/ops/matmul/tileTimes.ts' : 'src/ops/matmul/tileTimes.ts stays as it is');
}

/** How steps per second of dawngrad compare with PyTorch's. */
async function writeSteps({ training, pytorch }, name) {
  const rates = (mode) =>
    training.rows.map(
      ({ batchSize }) => pytorch?.training?.find((each) => each.mode === mode && each.batchSize === batchSize)?.value,
    );
  const own = training.rows.map(({ stepsPerSecond }) => stepsPerSecond);
  const [eager, graph] = [rates('eager'), rates('CUDA graph')];
  const batches = training.rows.map(({ batchSize }) => batchSize);
  const rate = (value) => value?.toFixed(0) ?? '';
  const ratio = (value, of) => (of === undefined ? '' : `${Number((value / of).toPrecision(2))}x`);
  const lines = table(
    ['batch', 'dawngrad', 'PyTorch eager', 'PyTorch CUDA graph', 'vs. eager', 'vs. CUDA graph'],
    batches.map((batch, i) => [
      ...[batch, rate(own[i]), rate(eager[i]), rate(graph[i])],
      ...[ratio(own[i], eager[i]), ratio(own[i], graph[i])],
    ]),
  );
  const readme = await readFile(README, 'utf8');
  const marked = /(?<=<!-- lab -->\n)[\s\S]*?(?=<!-- \/lab -->)/;
  if (marked.test(readme)) await writeFile(README, readme.replace(marked, `\n${lines.join('\n')}\n`));
  console.log(
    marked.test(readme) ? 'README.md' : `README.md has no <!-- lab --> and <!-- /lab -->\n${lines.join('\n')}`,
  );

  const picture = drawSteps({
    title: "Training steps per second of the lecture's network",
    subtitle: `${device}, ${day}${pytorch?.torch ? `, PyTorch ${pytorch.torch}` : ''}; higher is better`,
    batches,
    contenders: [
      { name: 'dawngrad', rates: own },
      { name: 'PyTorch CUDA graph', rates: graph },
      { name: 'PyTorch eager', rates: eager },
    ],
  });
  await writeFile(at(`${name}.svg`), picture);
}

await chooseTimes(results.sweep);
const gpu = device.startsWith(vendor) ? device : `${vendor}-${device}`;
const name = `bench/results/lab-${gpu.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
await writeFile(at(`${name}.json`), `${JSON.stringify(results, null, 1)}\n`);
await writeFile(at(`${name}.md`), markdown(results));
if (results.training?.rows) await writeSteps(results, name);
console.log(`${name}.{json,md,svg}`);
