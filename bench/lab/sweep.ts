// How long each kernel of the matmul family takes, with several numbers of parts, for the shapes of training:
//   node sweep.mjs <file for the results> [seconds]
import { writeFile } from 'node:fs/promises';
import { GpuDevice } from '../../src/backends/webgpu/device.ts';
import { warmUp } from '../../src/backends/webgpu/tuner/warmUp.ts';
import { init, randomUniform, scope } from '../../src/node.ts';
import { windowRows } from '../../src/ops/conv/windowRows.ts';
import { windowsOver } from '../../src/ops/conv/windows.ts';
import { candidatesOn, type MatmulChoice, type Sizes, tiledKernels, tiledNames } from '../../src/ops/matmul/kernels.ts';
import { multiply } from '../../src/ops/matmul/multiply.ts';
import { runner } from '../../src/ops/op.ts';

/** A product; with images, of their windows of 3 x 3, which the kernels read in place, by the filters or by the features. */
type Product = readonly [layout: string, M: number, K: number, N: number, images?: Images];
type Images = readonly [count: number, height: number, width: number, channels: number];

/** The most telling first: the lecture's network at several batches, cubes, layers of convolutional networks. */
const products = (software: boolean): readonly Product[] => {
  const layers = (batch: number) =>
    (
      [
        [784, 200],
        [200, 100],
        [100, 10],
      ] as const
    ).flatMap(
      ([inputs, units]) =>
        [
          ['NN', batch, inputs, units],
          ['TN', inputs, batch, units],
          ['NT', batch, units, inputs],
        ] as const,
    );
  const cubes = (side: number) => (['NN', 'NT', 'TN'] as const).map((layout) => [layout, side, side, side] as const);
  const convolution = (images: Images, filters: number): readonly Product[] => {
    const [count, height, width, channels] = images;
    const [windows, taps] = [count * height * width, 9 * channels];
    return [
      ['NN', windows, taps, filters, images],
      ['TN', taps, windows, filters, images],
    ];
  };
  if (software) return [...layers(128).slice(0, 3), ...cubes(128), ...convolution([2, 8, 8, 4], 8)];
  return [
    ...layers(128),
    ...layers(8192),
    ...cubes(4096),
    ...convolution([64, 28, 28, 1], 16),
    ...convolution([64, 28, 28, 16], 16),
    ...convolution([1024, 14, 14, 32], 32),
    ...layers(1024),
    ...cubes(512),
    ...cubes(1024),
    ...cubes(509),
    ...layers(16384),
  ];
};

/** Milliseconds of work that make a measurement, and how many count. */
const SAMPLE = 2;
const SAMPLES = 3;
const MOST_PARTS = 256;
/** A kernel that is so much slower than the best is measured once. */
const HOPELESS = 3;
/** Runs of the first measurement: a single one is mostly the start of the GPU. */
const FIRST = 4;

const [, , path, seconds = '90'] = process.argv;
const end = performance.now() + 1000 * Number(seconds);
const device = await init({ backend: 'webgpu', seed: 1, tune: false });
if (!(device instanceof GpuDevice)) throw new Error('webgpu was asked for');
const gpu = device;

/** Milliseconds of one run. */
async function time(run: () => void, best: number): Promise<number> {
  const once = (await gpu.time(run, { runs: FIRST })) / FIRST;
  if (once > HOPELESS * best) return once;
  const runs = Math.max(1, Math.min(1000, Math.round(SAMPLE / Math.max(once, 1e-3))));
  const times: number[] = [];
  for (let i = 0; i < SAMPLES; i++) times.push((await gpu.time(run, { runs })) / runs);
  return Math.min(...times);
}

/** Every tiled kernel in one part, and in as many as a GPU may want. */
function choicesFor(sizes: Sizes): readonly MatmulChoice[] {
  return tiledNames.flatMap((name) => {
    const { tile, workgroups } = tiledKernels[name];
    const choices: MatmulChoice[] = [name];
    for (let parts = 2; parts <= MOST_PARTS; parts *= 2) {
      const all = parts * workgroups(sizes);
      if (parts * tile.slice <= sizes.K && all >= 64 && all <= 2048) choices.push(`${name}/${parts}`);
    }
    return choices;
  });
}

const run = runner({ name: 'matmul', sources: [] }, gpu);
const rows = [];
for (const [layout, M, K, N, images] of products(gpu.info.adapter.software)) {
  if (performance.now() > end) break;
  const sizes = { M, N, K, batches: 1 };
  const [transposeA, transposeB] = [layout[0] === 'T', layout[1] === 'T'];
  const [usual] = candidatesOn(gpu, sizes);
  const times: Record<string, number> = {};
  rows.push({ layout, M, K, N, ...(images && { images }), usual, microseconds: times });
  const a = randomUniform(images ?? (transposeA ? [K, M] : [M, K]), { low: -1, high: 1 });
  const b = randomUniform(transposeB ? [N, K] : [K, N], { low: -1, high: 1 });
  let best = Number.POSITIVE_INFINITY;
  const windows = images && windowsOver('conv2d', [images[1], images[2]], { size: [3, 3], padding: 'same' });
  const rowsOf = images && windows && { rows: windowRows(images, { windows, groups: 1 }) };
  const runOf = (kernel: MatmulChoice) => (): void =>
    scope(() => void multiply(run, [a, b], { transposeA, transposeB, kernel, ...rowsOf }));
  const choices = [...new Set([usual, ...choicesFor(sizes)])];
  await Promise.all(choices.map((choice) => gpu.compile(runOf(choice))));
  await warmUp((runs) => gpu.time(runOf(usual), { runs }));
  for (const choice of choices) {
    times[choice] = 1000 * (await time(runOf(choice), best));
    best = Math.min(best, times[choice] / 1000);
    await writeFile(path, JSON.stringify({ rows }));
    if (performance.now() > end) break;
  }
  for (const t of [a, b]) t.dispose();
  const ranked = Object.entries(times).sort(([, x], [, y]) => x - y);
  const rate = (microseconds: number): string => `${((2 * M * N * K) / microseconds / 1e6).toFixed(1)} TFLOP/s`;
  const told = [...ranked.slice(0, 3), [`usual ${usual}`, times[usual]] as const];
  console.log(
    `${layout} ${M} x ${K} x ${N}${images ? `, windows of ${images.join(' x ')}` : ''}: ${told.map(([name, t]) => `${name} ${t.toFixed(1)} us ${rate(t)}`).join(', ')}`,
  );
}
device.dispose();
