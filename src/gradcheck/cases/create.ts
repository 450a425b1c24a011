import { EXACT, ONE_STEP } from '../accuracy.ts';
import type { CaseTable } from '../case.ts';

// biome-ignore format: one case per line
export const createCases = {
  tensor: [
    EXACT,
    { args: [[[1, 2], [3, 4]]], y: [[1, 2], [3, 4]] },
    { args: [5], y: 5 },
    { args: [[[], []]], y: [[], []] },
    { args: [[1, 2, 3], { dtype: 'i32' }], y: [1, 2, 3] },
    { args: [[1, 2, 3, 4], { shape: [2, 2] }], y: [[1, 2], [3, 4]] },
  ],
  full: [
    EXACT,
    { args: [[2, 2], 7], y: [[7, 7], [7, 7]] }, { args: [[3], -7, { dtype: 'i32' }], y: [-7, -7, -7] },
  ],
  zeros: [EXACT, { args: [[2, 1]], y: [[0], [0]] }, { args: [[0]], y: [] }],
  ones: [EXACT, { args: [[]], y: 1 }],
  eye: [EXACT, { args: [2], y: [[1, 0], [0, 1]] }],
  arange: [
    ONE_STEP,
    { args: [0, 5, 2], y: [0, 2, 4] }, { args: [3, 0, -1], y: [3, 2, 1] }, { args: [0, 0], y: [] },
  ],
} satisfies CaseTable;
