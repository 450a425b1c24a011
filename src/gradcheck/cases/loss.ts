import { mul } from '../../ops/elementwise/binary.ts';
import { neg } from '../../ops/elementwise/unary.ts';
import { logSoftmax } from '../../ops/loss/softmax.ts';
import { oneHot } from '../../ops/movement/oneHot.ts';
import { sum } from '../../ops/reduce/reduce.ts';
import { LOG_SOFTMAX, SOFTMAX } from '../accuracy.ts';
import type { CaseTable } from '../case.ts';
import { alongAxis } from '../patterns.ts';

// biome-ignore format: one case per line
export const lossCases = {
  softmax: [
    SOFTMAX,
    ...alongAxis(), { shapes: [[5, 0]] }, { values: [[300, 0, -300]], y: [1, 0, 0], dx: [[0, 0, 0]] },
  ],
  logSoftmax: [
    LOG_SOFTMAX,
    ...alongAxis(), { shapes: [[5, 0]] }, { values: [[300, 0, -300]], y: [0, -300, -600], dx: [[-2, 1, 1]] },
  ],
  softmaxCrossEntropy: [
    LOG_SOFTMAX,
    { shapes: [[45, 65], [45]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 65]], composed: (x, t) => neg(sum(mul(logSoftmax(x), oneHot(t, 65)), { axis: -1 })) },
    { shapes: [[3, 4097], [3]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 4097]] },
    { shapes: [[2, 3, 5], [2, 3]], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [-1, 6]] }, // -1 and 5 are not classes
    { shapes: [[5], []], dtypes: ['f32', 'i32'], ranges: [[-2, 2], [0, 5]] },
    { shapes: [[45, 65], [45, 65]], ranges: [[-2, 2], [0, 1]], fixed: [1], composed: (x, t) => neg(sum(mul(logSoftmax(x), t), { axis: -1 })) },
    { shapes: [[0, 5], [0, 5]], fixed: [1] },
    { values: [[[300, 0, -300], [0, 0, 0]], [2, 7]], dtypes: ['f32', 'i32'], y: [600, 0], dx: [[[1, 0, -1], [0, 0, 0]]] },
    { shapes: [[4, 5], [5]], dtypes: ['f32', 'i32'], throws: /softmaxCrossEntropy: got logits \[4, 5\] and i32 targets \[5\]; expected targets of shape \[4\]/ },
    { shapes: [[4, 0], [4]], dtypes: ['f32', 'i32'], throws: /at least one class along the last axis/ },
  ],
} satisfies CaseTable;
