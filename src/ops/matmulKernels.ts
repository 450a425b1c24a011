import aMatrixWgsl from '../../shaders/matmul/a_matrix.wgsl';
import blocksWgsl from '../../shaders/matmul/blocks.wgsl';
import lanesWgsl from '../../shaders/matmul/lanes.wgsl';
import plainWgsl from '../../shaders/matmul/plain.wgsl';
import tiledWgsl from '../../shaders/matmul/tiled.wgsl';
import commonWgsl from '../../shaders/matmul.wgsl';
import subgroupsWgsl from '../../shaders/subgroups.wgsl';
import type { Device } from '../device.ts';
import { constantOf } from '../gpu/wgsl.ts';
import type { Constants, Source } from '../kernel.ts';

/** C is [batches, M, N], of sums over K. */
export interface Sizes {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly batches: number;
}

/** One way to multiply matrices: a shader with its constants. */
export interface MatmulKernel {
  readonly sources: readonly Source[];
  readonly constants: Constants;
  /** How many workgroups cover C. */
  readonly workgroups: (product: Omit<Sizes, 'K'>) => number;
  /** What it reads as vec4 where that is a multiple of 4: rows of A or B in memory, K. */
  readonly aligned: readonly ('A_ALIGNED' | 'B_ALIGNED' | 'K_ALIGNED')[];
  /** Whether it may cut K into parts, which a second dispatch adds up. */
  readonly splits?: boolean;
}

/** A workgroup for each tile of C. */
const tiles =
  (tileM: number, tileN: number): MatmulKernel['workgroups'] =>
  ({ M, N, batches }) =>
    Math.ceil(M / tileM) * Math.ceil(N / tileN) * batches;

/** What blocks.wgsl has to know. */
const BLOCKS_ALIGNED = ['A_ALIGNED', 'B_ALIGNED', 'K_ALIGNED'] as const;

const tiled = (tileM: number, tileN: number, blocksM: number, blocksN: number): MatmulKernel => ({
  sources: [commonWgsl, blocksWgsl, aMatrixWgsl, tiledWgsl],
  constants: { TILE_M: tileM, TILE_N: tileN, BLOCKS_M: blocksM, BLOCKS_N: blocksN },
  workgroups: tiles(tileM, tileN),
  aligned: BLOCKS_ALIGNED,
});

const split = (kernel: MatmulKernel): MatmulKernel => ({ ...kernel, splits: true });

const PLAIN: MatmulKernel = {
  sources: [commonWgsl, plainWgsl],
  constants: {},
  workgroups: ({ M, N, batches }) => Math.ceil((M * N * batches) / constantOf(plainWgsl.text, 'WORKGROUP_SIZE')),
  aligned: [],
};

/** The family, by names that say the tile and the outputs of an invocation. */
export const matmulKernels = {
  tiled128: tiled(128, 128, 2, 2),
  tiled64: tiled(64, 64, 1, 1),
  tiled32: tiled(32, 32, 1, 1),
  skinny: tiled(16, 64, 1, 1),
  split64: split(tiled(64, 64, 1, 1)),
  split32: split(tiled(32, 32, 1, 1)),
  plain: PLAIN,
  lanes: {
    sources: [subgroupsWgsl, commonWgsl, blocksWgsl, aMatrixWgsl, lanesWgsl],
    constants: {},
    workgroups: tiles(constantOf(lanesWgsl.text, 'TILE_M'), constantOf(lanesWgsl.text, 'TILE_N')),
    aligned: BLOCKS_ALIGNED,
  },
} satisfies Record<string, MatmulKernel>;

export type MatmulKernelName = keyof typeof matmulKernels;

const names = Object.keys(matmulKernels) as MatmulKernelName[]; // the keys of the table

/** Products of fewer multiplications are not worth the 0.1 s that a GPU in software takes to compile another kernel. */
const TINY = 300_000;
/** Workgroups below which a GPU idles, so that smaller tiles are faster. */
const ENOUGH_WORKGROUPS = 128;

/** Steps of K below which a part is not worth its place in memory. */
const SHORTEST_PART = 64;
/** Parts from which a second dispatch is expected to pay. */
const MANY_PARTS = 16;

/** How many parts a kernel cuts K into: as many as let it fill a GPU; a power of two, for fewer variants of the kernel. */
export function partsOf({ splits = false, workgroups }: MatmulKernel, { K, ...sizes }: Sizes): number {
  const wanted = Math.min(ENOUGH_WORKGROUPS / Math.max(1, workgroups(sizes)), K / SHORTEST_PART);
  return splits && wanted >= 2 ? 2 ** Math.floor(Math.log2(wanted)) : 1;
}

/** The candidate that is expected to be the fastest. */
export function chooseKernel(
  { info }: Device,
  sizes: Sizes,
  candidates: readonly MatmulKernelName[],
): MatmulKernelName {
  const { M, N, K } = sizes;
  if (info.adapter.software && M * N * K < TINY && candidates.includes('plain')) return 'plain';
  if (info.adapter.software && candidates.includes('lanes')) return 'lanes';
  if (M <= 16) return 'skinny';
  if (partsOf(matmulKernels.split64, sizes) >= MANY_PARTS) return 'split64';
  const fills = (name: MatmulKernelName): boolean => matmulKernels[name].workgroups(sizes) >= ENOUGH_WORKGROUPS;
  return (['tiled128', 'tiled64'] as const).find(fills) ?? 'tiled32';
}

/** The kernels that a device can run, without those that would split nothing. */
export const candidatesOn = ({ info }: Device, sizes: Sizes): readonly MatmulKernelName[] =>
  names.filter((name) => {
    const kernel: MatmulKernel = matmulKernels[name];
    if (kernel.splits && partsOf(kernel, sizes) === 1) return false;
    return info.features.includes('subgroups') || !kernel.sources.includes(subgroupsWgsl);
  });

/** A kernel by its name. */
export function kernelNamed(name: string): MatmulKernelName {
  const found = names.find((each) => each === name);
  if (found === undefined) throw new Error(`internal: no matmul kernel is called ${name}`);
  return found;
}
