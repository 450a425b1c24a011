import { sizeOf } from '../../core/shape.ts';
import type { CaseTable } from '../case.ts';
import { EXACT } from './accuracy.ts';
import { integers } from './patterns.ts';

// biome-ignore format: one case per line
export const movementCases = {
  transpose: {
    accuracy: EXACT,
    cases: [
      { shapes: [[45, 65]] },
      { shapes: [[45, 65]], args: [[1, 0]] },
      { shapes: [[]] },
      { shapes: [[0, 3]] },
      { shapes: [[36, 68]] },
      { shapes: [[2, 33, 5, 7]], args: [[0, 2, 3, 1]] },
      { shapes: [[3, 4, 2, 40]], args: [[0, 3, 1, 2]] },
      { shapes: [[2, 1, 3, 4, 2, 5]], args: [[5, 0, 3, 1, 4, 2]] },
      { values: [[[1, 2, 3], [4, 5, 6]]], y: [[1, 4], [2, 5], [3, 6]] },
      integers([[5, 7]]),
      integers([[8, 12]]),
      { shapes: [[2, 3]], args: [[0, 0]], throws: /permutation \[0, 0\].*each of the 2 axes once/ },
    ],
  },
  broadcastTo: {
    accuracy: EXACT,
    cases: [
      { shapes: [[65]], args: [[45, 65]] },
      { shapes: [[45, 1]], args: [[45, 65]] },
      { shapes: [[]], args: [[2, 3]] },
      { shapes: [[2, 1, 1, 5]], args: [[2, 3, 2, 4, 1, 5]] },
      { shapes: [[1]], args: [[0]] },
      integers([[5]], [[3, 5]]),
      { shapes: [[2, 3]], args: [[3]], throws: /broadcastTo: got shape \[2, 3\]; expected a shape that broadcasts to exactly \[3\]/ },
    ],
  },
  reshape: {
    accuracy: EXACT,
    cases: [
      { shapes: [[45, 65]], args: [[65, -1]] },
      { shapes: [[6]], args: [[1, 2, 1, 3, 1, 1]] },
      { shapes: [[1]], args: [[]] },
      { shapes: [[0, 3]], args: [[3, 0]] },
      integers([[6]], [[2, 3]]),
      { shapes: [[6]], args: [[4, -1]], throws: /reshape: got the shape \[4, -1\] for a tensor of shape \[6\]; expected 6 elements/ },
    ],
  },
  slice: {
    accuracy: EXACT,
    cases: [
      { shapes: [[45, 65]], args: [[{ start: 3, stop: 40 }, { start: -60 }]] },
      { shapes: [[45, 65]], args: [[{}, { step: -1 }]] },
      { shapes: [[45, 65]], args: [[{ step: 7 }, { start: 60, stop: 2, step: -3 }]] },
      { shapes: [[2, 1, 3, 4, 2, 5]], args: [[{ start: 1 }, {}, { step: 2 }, { stop: -1 }, { step: -1 }, { start: 4, stop: 5 }]] },
      { shapes: [[5]], args: [[{ start: 4, stop: 2 }]] },
      { shapes: [[0, 3]], args: [[{}, { stop: 2 }]] },
      { values: [[0, 1, 2, 3, 4]], args: [[{ start: 1, stop: -1, step: 2 }]], y: [1, 3], dx: [[0, 1, 0, 1, 0]] },
      integers([[5, 7]], [[{ start: 2 }]]),
      { shapes: [[5]], args: [[{}, {}]], throws: /slice: got 2 ranges for shape \[5\]; expected at most 1/ },
      { shapes: [[5]], args: [[{ step: 0 }]], throws: /slice: got step 0/ },
      { shapes: [[5]], args: [[1]], throws: /slice: got the range 1; expected an object { start, stop, step }/ },
      { shapes: [[5]], args: [[{ start: 0.5 }]], throws: /slice: got the range \{"start":0.5\}/ },
    ],
  },
  pad: {
    accuracy: EXACT,
    cases: [
      { shapes: [[45, 65]], args: [[[1, 2], [0, 3]]] },
      { shapes: [[2, 3, 4]], args: [[[0, 0], [1, 0], [0, 2]], 7] },
      { shapes: [[]], args: [[]] },
      { shapes: [[0, 2]], args: [[[1, 1], [0, 1]]] },
      { values: [[1, 2]], args: [[[1, 2]], 9], y: [9, 1, 2, 9, 9], dx: [[1, 1]] },
      integers([[2, 3]], [[[1, 1], [1, 1]], -1]),
      { shapes: [[2]], args: [[[-1, 0]]], throws: /pad: got widths \[\[-1,0\]\] for shape \[2\]/ },
    ],
  },
  concat: {
    accuracy: EXACT,
    cases: [
      { shapes: [[45, 65], [3, 65]] },
      { shapes: [[45, 5], [45, 1], [45, 7]], args: [{ axis: -1 }] },
      { shapes: [[2, 1, 3], [2, 4, 3]], args: [{ axis: 1 }] },
      { shapes: [[0, 3], [2, 3]] },
      { shapes: [[3]] },
      integers([[2, 3], [1, 3]]),
      { shapes: [], throws: /concat: got no tensors/ },
      { shapes: [[2, 3], [2, 4]], throws: /concat: got shapes \[2, 3\], \[2, 4\]; expected shapes that differ only along axis 0/ },
    ],
  },
  // sums what was picked repeatedly
  gather: {
    accuracy: { roundings: 0, gradient: ([, indices]) => sizeOf(indices), scale: 'value' },
    cases: [
      { shapes: [[45, 65], [90]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [-45, 45]] },
      { shapes: [[45, 65], [3, 4]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 65]], args: [{ axis: -1 }] },
      { shapes: [[2, 5, 3], []], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 5]], args: [{ axis: 1 }] },
      { shapes: [[5, 3], [0]], dtypes: ['f32', 'i32'] },
      integers([[5, 3], [7]]),
      { values: [[1, 2, 3], [0, -1, 2, 7, -9]], dtypes: ['f32', 'i32'], y: [1, 3, 3, 3, 1], dx: [[2, 0, 3]] }, // out of range: the nearest end
      { shapes: [[0, 3], [2]], dtypes: ['f32', 'i32'], throws: /gather: got x of shape \[0, 3\]; expected at least one element along axis 0/ },
    ],
  },
  oneHot: {
    accuracy: EXACT,
    cases: [
      { shapes: [[45]], dtypes: ['i32'], ranges: [[-1, 66]], args: [65] },
      { shapes: [[2, 3]], dtypes: ['i32'], ranges: [[0, 5]], args: [5, { axis: 1, on: 2, off: -0.5 }] },
      { shapes: [[0]], dtypes: ['i32'], args: [5] },
      { values: [2], dtypes: ['i32'], args: [3], y: [0, 0, 1] },
      { shapes: [[2]], dtypes: ['i32'], args: [-1], throws: /oneHot: got depth -1; expected a whole number of 0 or more/ },
    ],
  },
} satisfies CaseTable;
