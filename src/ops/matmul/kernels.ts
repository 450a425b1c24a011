import subgroupsWgsl from '../../../shaders/lib/subgroups.wgsl';
import aElementsWgsl from '../../../shaders/matmul/a_elements.wgsl';
import aMatrixWgsl from '../../../shaders/matmul/a_matrix.wgsl';
import aVectorsWgsl from '../../../shaders/matmul/a_vectors.wgsl';
import blocksWgsl from '../../../shaders/matmul/blocks.wgsl';
import cElementsWgsl from '../../../shaders/matmul/c_elements.wgsl';
import cVectorsWgsl from '../../../shaders/matmul/c_vectors.wgsl';
import lanesWgsl from '../../../shaders/matmul/lanes.wgsl';
import commonWgsl from '../../../shaders/matmul/matmul.wgsl';
import plainWgsl from '../../../shaders/matmul/plain.wgsl';
import tiledWgsl from '../../../shaders/matmul/tiled.wgsl';
import type { Device } from '../../core/device.ts';
import type { Constants, Source } from '../../core/kernel.ts';
import { constantOf } from '../../core/wgsl.ts';
import { tileTimes } from './tileTimes.ts';

/** The sizes of a product: C is `[batches, M, N]`, each element a sum over K. */
export interface Sizes {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly batches: number;
}

/** The sizes and layouts of the operands of a product. */
export interface Operands {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /**
   * Where A is not a matrix in memory: the shader that reads its blocks from somewhere else, that shader's constants,
   * and the shader that turns blocks into slices.
   */
  readonly windows?: { readonly blocks: Source; readonly slices: Source; readonly constants: Constants };
}

export interface MatmulKernel {
  /** The shader for such operands; undefined if the kernel cannot read them. */
  readonly shader: (operands: Operands) => Shader | undefined;
  /** How many workgroups cover C. */
  readonly workgroups: (sizes: Sizes) => number;
  /** The tile of kernels that can split K into parts, which a second dispatch adds. */
  readonly tile?: Tile;
}

export type TiledKernel = MatmulKernel & { readonly tile: Tile };

interface Shader {
  readonly sources: readonly Source[];
  readonly constants: Constants;
}

interface Tile {
  readonly m: number;
  readonly n: number;
  /** Length of K that workgroup memory holds at a time. */
  readonly slice: number;
}

/** The latency of a slice in microseconds, and the operations per microsecond of a fully occupied GPU. */
export interface TileTime {
  readonly latency: number;
  readonly rate: number;
}

export type TileTimes = Readonly<Record<TiledName, TileTime>>;

/** One workgroup per tile of C. */
const tiles =
  (tileM: number, tileN: number): MatmulKernel['workgroups'] =>
  ({ M, N, batches }) =>
    Math.ceil(M / tileM) * Math.ceil(N / tileN) * batches;

/** A shader that reads A, rewritten to read B: B^T is to (A B)^T what A is to A B. */
const mirrored = ({ file, text }: Source): Source => ({
  file,
  text: text
    .replace(/\ba_/g, 'b_')
    .replace(/\bA_/g, 'B_')
    .replace(/TILE_M/g, 'TILE_N')
    .replace(/params\.M/g, 'params.N')
    .replace(/\ba\b(?=[:[])/g, 'b')
    .replace('@binding(1)', '@binding(2)'),
});

const bElementsWgsl = mirrored(aElementsWgsl);
const bVectorsWgsl = mirrored(aVectorsWgsl);

const isAligned = (length: number): string => `${length % 4 === 0}`;

const tiled = ([rows, columns]: readonly [rows: number, columns: number], tile: Tile): TiledKernel => ({
  shader: ({ M, N, K, transposeA, transposeB, windows }) => ({
    sources: [
      ...[commonWgsl, tiledWgsl],
      ...(windows ? [windows.blocks, windows.slices] : [transposeA && M % 4 === 0 ? aVectorsWgsl : aElementsWgsl]),
      !transposeB && N % 4 === 0 ? bVectorsWgsl : bElementsWgsl,
      N % 4 === 0 ? cVectorsWgsl : cElementsWgsl,
    ],
    constants: {
      ...{ TILE_M: tile.m, TILE_N: tile.n, SLICE: tile.slice, OWN_M: rows, OWN_N: columns },
      ...(windows && { ...windows.constants, K_ALIGNED: isAligned(K) }),
    },
  }),
  workgroups: tiles(tile.m, tile.n),
  tile,
});

const PLAIN: MatmulKernel = {
  shader: ({ windows }) => (windows ? undefined : { sources: [commonWgsl, plainWgsl], constants: {} }),
  workgroups: ({ M, N, batches }) => Math.ceil((M * N * batches) / constantOf(plainWgsl.text, 'WORKGROUP_SIZE')),
};

const LANES: MatmulKernel = {
  shader: ({ M, N, K, transposeA, transposeB, windows }) => ({
    sources: [subgroupsWgsl, commonWgsl, cElementsWgsl, blocksWgsl, windows?.blocks ?? aMatrixWgsl, lanesWgsl],
    constants: {
      ...(windows?.constants ?? { A_ALIGNED: isAligned(transposeA ? M : K) }),
      ...{ B_ALIGNED: isAligned(transposeB ? K : N), K_ALIGNED: isAligned(K) },
    },
  }),
  workgroups: tiles(constantOf(lanesWgsl.text, 'TILE_M'), constantOf(lanesWgsl.text, 'TILE_N')),
};

/** The kernels that read tiles through workgroup memory, named after the tile. */
export const tiledKernels = {
  tiled128: tiled([8, 8], { m: 128, n: 128, slice: 8 }),
  tiled128x64: tiled([8, 4], { m: 128, n: 64, slice: 16 }),
  tiled64: tiled([8, 4], { m: 64, n: 64, slice: 16 }),
  tiled32: tiled([4, 4], { m: 32, n: 32, slice: 32 }),
  tiled16x64: tiled([4, 4], { m: 16, n: 64, slice: 32 }),
  tiled64x16: tiled([4, 4], { m: 64, n: 16, slice: 32 }),
} satisfies Record<string, TiledKernel>;

export type TiledName = keyof typeof tiledKernels;

export const matmulKernels = {
  ...tiledKernels,
  plain: PLAIN,
  lanes: LANES,
} satisfies Record<string, MatmulKernel>;

export type MatmulKernelName = keyof typeof matmulKernels;

/** A kernel and the number of parts it splits K into: `tiled32/4`. Without a number, K stays whole. */
export type MatmulChoice = MatmulKernelName | `${MatmulKernelName}/${number}`;

export function kernelOf(choice: MatmulChoice): { readonly kernel: MatmulKernel; readonly parts: number } {
  const [name, parts = '1'] = choice.split('/');
  const found = names.find((known) => known === name);
  if (found === undefined) throw new Error(`internal: unknown matmul kernel ${choice}`);
  return { kernel: matmulKernels[found], parts: Number(parts) };
}

const names = Object.keys(matmulKernels) as MatmulKernelName[]; // the keys of the table
export const tiledNames = Object.keys(tiledKernels) as TiledName[]; // the keys of the table

/**
 * Below this number of multiplications, compiling another kernel (0.1 s on a software GPU) costs more than it gains.
 */
const TINY = 300_000;

/**
 * The cost model's constants: compute units of the GPU, microseconds per dispatch and per part to add, bytes per
 * microsecond.
 */
const UNITS = 132;
const DISPATCH = 2.5;
const PART = 0.03;
const TRAFFIC = 2e6;
/** The fewest slices per part of K, and the number of workgroups beyond which splitting K does not help. */
const SHORTEST_PART = 2;
const ENOUGH_WORKGROUPS = 8 * UNITS;

/** A product and how a kernel splits it. */
export interface SplitK {
  readonly kernel: TiledKernel;
  readonly parts: number;
  readonly sizes: Sizes;
}

/** The time a tiled kernel is expected to take on a large GPU, in microseconds. */
export function expectedTime({ kernel, parts, sizes }: SplitK, { latency, rate }: TileTime): number {
  const { m, n, slice } = kernel.tile;
  const perUnit = Math.ceil((parts * kernel.workgroups(sizes)) / UNITS);
  const slices = Math.ceil(sizes.K / parts / slice);
  const work = (2 * m * n * slice * UNITS) / rate;
  const merging = DISPATCH + PART * parts + (4 * parts * sizes.M * sizes.N * sizes.batches) / TRAFFIC;
  return DISPATCH + slices * Math.max(latency, perUnit * work) + (parts > 1 ? merging : 0);
}

interface Ranked {
  readonly choice: MatmulChoice;
  readonly time: number;
}

/** Each tiled kernel with its best number of parts, in order of the time expected on a large GPU, fastest first. */
export function ranked(sizes: Sizes, times: TileTimes): readonly Ranked[] {
  return tiledNames
    .map((name) => {
      const kernel = tiledKernels[name];
      const timeIn = (parts: number): number => expectedTime({ kernel, parts, sizes }, times[name]);
      const most = Math.min(
        sizes.K / (SHORTEST_PART * kernel.tile.slice),
        ENOUGH_WORKGROUPS / Math.max(1, kernel.workgroups(sizes)),
      );
      let best: Ranked = { choice: name, time: timeIn(1) };
      for (let parts = 2; parts <= most; parts *= 2) {
        const time = timeIn(parts);
        if (time < best.time) best = { choice: `${name}/${parts}`, time };
      }
      return best;
    })
    .sort((a, b) => a.time - b.time);
}

const measured: Readonly<Record<string, TileTimes | undefined>> = tileTimes;

/** Up to this K, staging a slice in workgroup memory may not pay, so the plain kernel is a candidate. */
const SHORT_SUM = 16;

/** A kernel expected to take more than this many times as long as the best is not a candidate. */
const HOPELESS = 2;

/** The kernels a device can choose from; the first is the default. */
export function candidatesOn({ info }: Device, sizes: Sizes): readonly MatmulChoice[] {
  const [best, ...others] = ranked(sizes, measured[info.adapter.vendor] ?? tileTimes.nvidia);
  const rest = others.filter(({ time }) => time < HOPELESS * best.time);
  const all = [best, ...rest].map(({ choice }) => choice);
  if (!info.adapter.software) return sizes.K <= SHORT_SUM ? [...all, 'plain'] : all;
  // Only a software GPU is known to put the workgroup's four invocations in one quad.
  const lanes = info.features.includes('subgroups') ? (['lanes'] as const) : [];
  return sizes.M * sizes.N * sizes.K < TINY ? ['plain', ...lanes, ...all] : [...lanes, ...all, 'plain'];
}
