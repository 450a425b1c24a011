import type { Shape } from '../core/shape.ts';
import type { Case } from './case.ts';

/** Scalars, single elements, one more than a workgroup covers, nothing at all, the highest rank. */
const SIZES: readonly Shape[] = [[45, 65], [], [1], [257], [0, 3], [2, 1, 3, 1, 2, 5]];

/** Cases of an operation of one tensor, any shape. */
export const elementwise = (more: Case = {}): readonly Case[] => SIZES.map((shape) => ({ ...more, shapes: [shape] }));

/** Equal shapes, then broadcasting at the front, the end, both, the middle; scalars, empty tensors, the highest rank. */
// biome-ignore format: one pair per line
const PAIRS: readonly (readonly [Shape, Shape])[] = [
  [[45, 65], [45, 65]],
  [[45, 65], [65]],
  [[65], [45, 65]],
  [[45, 65], [45, 1]],
  [[45, 1], [45, 65]],
  [[3, 5], []],
  [[], [3, 5]],
  [[], []],
  [[2, 1, 5], [2, 7, 5]],
  [[4, 1, 6, 1], [7, 1, 5]],
  [[2, 1, 3, 1, 2, 5], [3, 4, 1, 5]],
  [[0, 3], [3]],
  [[1, 0], [5, 1]],
];

/** Cases of an operation of two tensors that broadcast, and what each such operation rejects. */
// biome-ignore format: one case per line
export const pairwise = (more: Case = {}): readonly Case[] => [
  ...PAIRS.map((shapes) => ({ ...more, shapes })),
  { ...more, shapes: [[45, 65]], args: [1.5] },
  { shapes: [[2, 3], [4]], throws: /: got shapes \[2, 3\] and \[4\]; expected lengths that are equal or 1/ },
  { shapes: [[2], [2]], dtypes: ['f32', 'i32'], throws: /: got dtypes f32 and i32; expected one dtype/ },
];

/** Integers of a small range, so that many are equal. */
export const integers = (shapes: readonly Shape[], args: readonly unknown[] = []): Case => ({
  shapes,
  dtypes: shapes.map(() => 'i32'),
  args,
});

/** Cases of a comparison: of floats, which are never equal, and of integers, which often are. */
export const comparison: readonly Case[] = [...pairwise(), integers([[45, 65], [65]]), integers([[45, 65]], [1])];

/** Cases of a reduction: all axes, one at either end, neighbours, others. */
// biome-ignore format: one case per line
export const reduction = (more: Case = {}): readonly Case[] => [
  { ...more, shapes: [[45, 65]] },
  { ...more, shapes: [[45, 65]], args: [{ axis: 0 }] },
  { ...more, shapes: [[45, 65]], args: [{ axis: -1, keepDims: true }] },
  { ...more, shapes: [[4, 1, 3, 5]], args: [{ axis: [2, 0] }] },
  { ...more, shapes: [[4, 1, 3, 5]], args: [{ axis: [1, 3], keepDims: true }] },
  { ...more, shapes: [[2, 3, 2, 3, 2, 3]], args: [{ axis: [0, 2, 3, 5] }] },
  { ...more, shapes: [[2, 3]], args: [{ axis: [] }] },
  { ...more, shapes: [[]] },
  { ...more, shapes: [[1]] },
  { ...more, shapes: [[0, 3]], args: [{ axis: 1 }] },
  { shapes: [[2, 3]], args: [{ axis: 2 }], throws: /axis 2 for a tensor with 2 axes; expected a whole number from -2 to 1/ },
  { shapes: [[2, 3]], args: [{ axis: [0, -2] }], throws: /axes \[0, -2\]; expected each axis once/ },
];

/** Reductions long enough to be cut into chunks: along rows, along columns. */
export const chunked: readonly Case[] = [
  { shapes: [[20001]] },
  { shapes: [[3, 5003]], args: [{ axis: 1 }] },
  { shapes: [[3, 1201, 7]], args: [{ axis: 1 }] },
];

/** Cases of an operation along one axis: the last, another, longer than a workgroup, shorter, empty. */
export const alongAxis = (more: Case = {}): readonly Case[] => [
  { ...more, shapes: [[45, 65]] },
  { ...more, shapes: [[3, 4097]] },
  { ...more, shapes: [[45, 65]], args: [{ axis: 0 }] },
  { ...more, shapes: [[2, 5, 3, 2]], args: [{ axis: 1 }] },
  { ...more, shapes: [[7, 1]] },
  { ...more, shapes: [[0, 5]] },
  { shapes: [[]], throws: /expected a tensor of rank 1 or more/ },
];
