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

/** C is [batches, M, N], of sums over K. */
export interface Sizes {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly batches: number;
}

/** How the operands of a product lie in memory. */
export interface Operands {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /**
   * Where A is no matrix in memory: what reads blocks of it in something else, with its constants, and what makes slices of
   * those.
   */
  readonly windows?: { readonly blocks: Source; readonly slices: Source; readonly constants: Constants };
}

/** One way to multiply matrices. */
export interface MatmulKernel {
  /** The shader for operands that lie like that; nothing if it can't read them. */
  readonly shader: (operands: Operands) => Shader | undefined;
  /** How many workgroups cover C. */
  readonly workgroups: (sizes: Sizes) => number;
  /** Of kernels that may cut K into parts, which a second dispatch adds up. */
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
  /** Steps of K that are in workgroup memory at a time. */
  readonly slice: number;
}

/** Microseconds that a slice takes at the least, and operations per microsecond of a full GPU. */
export interface TileTime {
  readonly latency: number;
  readonly rate: number;
}

export type TileTimes = Readonly<Record<TiledName, TileTime>>;

/** A workgroup for each tile of C. */
const tiles =
  (tileM: number, tileN: number): MatmulKernel['workgroups'] =>
  ({ M, N, batches }) =>
    Math.ceil(M / tileM) * Math.ceil(N / tileN) * batches;

/** A shader that reads A, for B instead: B^T is to (A B)^T what A is to A B. */
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

/** Those that read tiles through workgroup memory, by names that say the tile. */
export const tiledKernels = {
  tiled128: tiled([8, 8], { m: 128, n: 128, slice: 8 }),
  tiled128x64: tiled([8, 4], { m: 128, n: 64, slice: 16 }),
  tiled64: tiled([8, 4], { m: 64, n: 64, slice: 16 }),
  tiled32: tiled([4, 4], { m: 32, n: 32, slice: 32 }),
  tiled16x64: tiled([4, 4], { m: 16, n: 64, slice: 32 }),
  tiled64x16: tiled([4, 4], { m: 64, n: 16, slice: 32 }),
} satisfies Record<string, TiledKernel>;

export type TiledName = keyof typeof tiledKernels;

/** The family. */
export const matmulKernels = {
  ...tiledKernels,
  plain: PLAIN,
  lanes: LANES,
} satisfies Record<string, MatmulKernel>;

export type MatmulKernelName = keyof typeof matmulKernels;

/** A kernel of the family, and how many parts it cuts K into: `tiled32/4`; in one without a number. */
export type MatmulChoice = MatmulKernelName | `${MatmulKernelName}/${number}`;

export function kernelOf(choice: MatmulChoice): { readonly kernel: MatmulKernel; readonly parts: number } {
  const [name, parts = '1'] = choice.split('/');
  const found = names.find((each) => each === name);
  if (found === undefined) throw new Error(`internal: no matmul kernel is called ${choice}`);
  return { kernel: matmulKernels[found], parts: Number(parts) };
}

const names = Object.keys(matmulKernels) as MatmulKernelName[]; // the keys of the table
export const tiledNames = Object.keys(tiledKernels) as TiledName[]; // of that one

/** Products of fewer multiplications are not worth the 0.1 s that a GPU in software takes to compile another kernel. */
const TINY = 300_000;

/** What times are reckoned with: units of the GPU, microseconds of a dispatch and of a part to be added, bytes per microsecond. */
const UNITS = 132;
const DISPATCH = 2.5;
const PART = 0.03;
const TRAFFIC = 2e6;
/** Slices of the shortest part, and workgroups that are always enough. */
const SHORTEST_PART = 2;
const ENOUGH_WORKGROUPS = 8 * UNITS;

/** A product, and how it is cut. */
export interface Cut {
  readonly kernel: TiledKernel;
  readonly parts: number;
  readonly sizes: Sizes;
}

/** Microseconds that a tiled kernel is expected to take on a large GPU. */
export function expectedTime({ kernel, parts, sizes }: Cut, { latency, rate }: TileTime): number {
  const { m, n, slice } = kernel.tile;
  const each = Math.ceil((parts * kernel.workgroups(sizes)) / UNITS);
  const slices = Math.ceil(sizes.K / parts / slice);
  const work = (2 * m * n * slice * UNITS) / rate;
  const merging = DISPATCH + PART * parts + (4 * parts * sizes.M * sizes.N * sizes.batches) / TRAFFIC;
  return DISPATCH + slices * Math.max(latency, each * work) + (parts > 1 ? merging : 0);
}

interface Ranked {
  readonly choice: MatmulChoice;
  readonly time: number;
}

/** The choices that a large GPU is expected to be fastest with, the best first: each tiled kernel with the best number of parts. */
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

/** Steps of K that are not worth a slice in workgroup memory, perhaps. */
const SHORT_SUM = 16;

/** Choices that are expected to take longer than this many times the best are no candidates. */
const HOPELESS = 2;

/** What a device may choose from, the best first as far as one knows. */
export function candidatesOn({ info }: Device, sizes: Sizes): readonly MatmulChoice[] {
  const [best, ...others] = ranked(sizes, measured[info.adapter.vendor] ?? tileTimes.nvidia);
  const rest = others.filter(({ time }) => time < HOPELESS * best.time);
  const all = [best, ...rest].map(({ choice }) => choice);
  if (!info.adapter.software) return sizes.K <= SHORT_SUM ? [...all, 'plain'] : all;
  // Only a GPU in software is known to have the workgroup's four invocations in one quad.
  const usual = info.features.includes('subgroups') ? (['lanes'] as const) : [];
  return sizes.M * sizes.N * sizes.K < TINY ? ['plain', ...usual, ...all] : [...usual, ...all, 'plain'];
}
