import type { Shape } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { add } from '../../ops/elementwise/binary.ts';
import { relu, tanh } from '../../ops/elementwise/unary.ts';
import { type MatmulChoice, type MatmulKernelName, matmulKernels, tiledNames } from '../../ops/matmul/kernels.ts';
import { matmul } from '../../ops/matmul/matmul.ts';
import { type MatmulOptions, matmulBy } from '../../ops/matmul/multiply.ts';
import { longestSum, MATMUL, TANH } from '../accuracy.ts';
import type { Case, CaseTable, Suite } from '../case.ts';

interface Product {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly aBatch?: Shape;
  readonly bBatch?: Shape;
  /** A bias, and the activation that follows. */
  readonly activation?: 'relu' | 'tanh';
}

/** Sums of products stay below 1, where tanh is not flat yet and rounds as its argument does. */
const SMALL: readonly [number, number] = [-0.125, 0.125];

const composition =
  ({ activation, ...options }: { transposeA: boolean; transposeB: boolean; activation: 'relu' | 'tanh' }) =>
  (...[a, b, bias]: Tensor[]): Tensor =>
    ({ relu, tanh })[activation](add(matmul(a, b, options), bias));

const product = (
  { M, N, K, aBatch = [], bBatch = [], activation }: Product,
  transposeA: boolean,
  transposeB: boolean,
): Case => ({
  shapes: [
    [...aBatch, ...(transposeA ? [K, M] : [M, K])],
    [...bBatch, ...(transposeB ? [N, K] : [K, N])],
    ...(activation ? [[N]] : []),
  ],
  args: [{ transposeA, transposeB, ...(activation && { activation }) }],
  ...(activation && { ranges: Array(3).fill(SMALL), composed: composition({ transposeA, transposeB, activation }) }),
});

/** A matrix product with either matrix stored either way: NN, NT, TN, TT. */
const layouts = (sizes: Product): readonly Case[] =>
  [false, true].flatMap((transposeA) => [false, true].map((transposeB) => product(sizes, transposeA, transposeB)));

/** Odd and aligned sizes, smaller and larger than a tile, K short, long and 0, batches that broadcast. */
const products: readonly Case[] = [
  ...layouts({ M: 45, N: 65, K: 33 }),
  ...layouts({ M: 68, N: 64, K: 36 }),
  ...layouts({ M: 131, N: 130, K: 18 }),
  ...layouts({ M: 1, N: 1, K: 1 }),
  ...layouts({ M: 3, N: 1, K: 1001 }),
  ...layouts({ M: 5, N: 7, K: 3, aBatch: [2, 3], bBatch: [2, 3] }),
  ...layouts({ M: 5, N: 7, K: 3, aBatch: [2, 3] }),
  ...layouts({ M: 4, N: 8, K: 4, bBatch: [3] }),
  ...layouts({ M: 5, N: 7, K: 3, aBatch: [2, 1, 3], bBatch: [4, 1] }),
  product({ M: 1, N: 131, K: 7 }, false, false),
  product({ M: 6, N: 5, K: 9 }, false, false),
  product({ M: 4, N: 8, K: 0 }, false, false),
  product({ M: 0, N: 8, K: 4 }, false, false),
];

/** Products that end with a bias and an activation. */
const ended: readonly Case[] = [
  ...layouts({ M: 45, N: 65, K: 33, activation: 'relu' }),
  ...layouts({ M: 36, N: 68, K: 20, activation: 'tanh' }),
  ...layouts({ M: 150, N: 9, K: 131, activation: 'tanh' }), // parts of K in both directions
  product({ M: 5, N: 7, K: 3, aBatch: [2, 3], activation: 'relu' }, false, false),
  product({ M: 5, N: 7, K: 203, aBatch: [2], bBatch: [2], activation: 'relu' }, false, false),
  product({ M: 4, N: 8, K: 0, activation: 'relu' }, false, false),
];

/** All layouts and alignments, for one kernel of each shader. */
const every: readonly Case[] = [...products, ...ended];

/**
 * Borders, batches, parts of K, aligned and not, for the other tiles of a shader. Few variants of the kernel: a GPU in
 * software takes seconds to compile a large tile, since it clears workgroup memory word by word.
 */
const few: readonly Case[] = [
  product({ M: 131, N: 130, K: 18 }, false, false),
  product({ M: 5, N: 7, K: 203, aBatch: [2], bBatch: [2] }, false, false),
  product({ M: 132, N: 136, K: 40, activation: 'tanh' }, false, false), // of so many sums one lies at the kink of relu
];

const THOROUGH: readonly MatmulChoice[] = ['tiled32', 'plain', 'lanes'];

/** One kernel of each shader, with parts of K too. */
const ONE_OF_EACH: readonly MatmulChoice[] = [...THOROUGH, 'tiled32/4'];

const choices: readonly MatmulChoice[] = [
  ...(Object.keys(matmulKernels) as MatmulKernelName[]),
  ...tiledNames.map((name) => `${name}/4` as const),
];

const casesOf = (choice: MatmulChoice | undefined): readonly Case[] => {
  if (choice === undefined) return ended;
  return THOROUGH.includes(choice) ? every : few;
};

const suiteOf = (choice?: MatmulChoice): Suite => ({
  name: choice === undefined ? 'matmul with bias' : `matmul ${choice}`,
  call: ([a, b, bias], [options]) => matmulBy(choice)(a, b, { ...(options as MatmulOptions), ...(bias && { bias }) }),
  accuracy: { ...MATMUL, roundings: (inputs) => longestSum(inputs) + (inputs.length > 2 ? TANH : 0) },
  cases: casesOf(choice),
});

/** Without a name the kernel that `matmul` chooses, and one of each shader that it may choose from. */
export const matmulFamily: readonly Suite[] = [suiteOf(), ...ONE_OF_EACH.map(suiteOf)];

/** The other tiles: those for hardware, which a GPU in software takes half a minute to compile. */
export const tileFamily: readonly Suite[] = choices.filter((choice) => !ONE_OF_EACH.includes(choice)).map(suiteOf);

// biome-ignore format: one case per line
export const matmulCases = {
  matmul: [
    MATMUL,
    ...products,
    { shapes: [[3], [3, 2]], throws: /matmul: got a \[3\] and b \[3, 2\]; expected rank 2 or more for both/ },
    { shapes: [[32, 784], [128, 10]], throws: /the last axis of a \(784\) to equal the second-to-last of b \(128\)/ },
  ],
} satisfies CaseTable;
