import subgroupsRowsWgsl from '../../../shaders/lib/rows/subgroups.wgsl';
import treeWgsl from '../../../shaders/lib/rows/tree.wgsl';
import scaffold from '../../../shaders/lib/rows.wgsl';
import specialWgsl from '../../../shaders/lib/special.wgsl';
import subgroupsWgsl from '../../../shaders/lib/subgroups.wgsl';
import type { Device } from '../../core/device.ts';
import type { Constants, Kernel, Source } from '../../core/kernel.ts';
import { viewAround } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { constantOf } from '../../core/wgsl.ts';

const WORKGROUP_SIZE = constantOf(scaffold.text, 'WORKGROUP_SIZE');
const LARGEST_WORKGROUP = 256; // WebGPU's guaranteed limit
/** Elements of a long row per invocation: few enough that the whole row is read in parallel. */
const SHARE = 4;

/**
 * Invocations per workgroup, where barriers are used, on a software GPU: one subgroup of SwiftShader, because a barrier
 * between subgroups costs more than the work. Softmax of [4096, 1000] takes 650 ms of CPU time with workgroups of 64,
 * and 160 ms with workgroups of 4.
 */
export const SOFTWARE_WORKGROUP = 4;

/** Invocations that together reduce a row of `length` elements or vectors. */
export function rowWorkgroup({ info }: Device, length: number): number {
  if (info.adapter.software) return SOFTWARE_WORKGROUP;
  return Math.min(LARGEST_WORKGROUP, Math.max(WORKGROUP_SIZE, 2 ** Math.ceil(Math.log2(length / SHARE))));
}

/** The sources of a kernel that walks along rows. */
export const walkingRows = (...shaders: readonly Source[]): readonly Source[] => [scaffold, specialWgsl, ...shaders];

export function reducingRows(...shaders: readonly Source[]): Omit<Kernel, 'name'> {
  const walking = walkingRows(...shaders);
  return { sources: [treeWgsl, ...walking], withSubgroups: [subgroupsWgsl, subgroupsRowsWgsl, ...walking] };
}

/**
 * Parameters, constants and grid for the rows of `x` along `axis`, for kernels joined to rows.wgsl. Each row has a
 * workgroup, or a single invocation where a workgroup would have at most one element per invocation. `constants` are
 * the kernel's own.
 */
export function rowsAlong({ shape, device }: Tensor, axis: number, constants: Constants = {}) {
  const { outer, length, inner } = viewAround(shape, axis);
  const rows = length === 0 ? 0 : outer * inner;
  const workgroupSize = rowWorkgroup(device, length);
  const lanes = length <= WORKGROUP_SIZE ? 1 : workgroupSize;
  return {
    params: { rows, length, inner },
    constants: { ...constants, WORKGROUP_SIZE: workgroupSize, LANES: lanes },
    grid: { workgroups: Math.ceil((rows * lanes) / workgroupSize) },
  };
}
