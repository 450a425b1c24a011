import type { CaseTable } from '../case.ts';

// biome-ignore format: one case per line
export const randomCases = {
  // log is 2^-21 off near 1, where the radius is its root; 8 deviations of 2^-22 for the angle.
  gaussianNoise: [
    { roundings: 2 ** 10, gradient: 0, scale: 'unit' },
    { shapes: [[45, 65]], args: [{ stddev: 0.5, stream: 7 }] },
    { shapes: [[3]], args: [{ stddev: 2, stream: 9 }] },
    { shapes: [[0, 3]], args: [{ stddev: 0.5, stream: 9 }] },
    { values: [[1, 2, 3]], args: [{ stddev: 0 }], y: [1, 2, 3], dx: [[1, 1, 1]] },
    { shapes: [[3]], args: [{ stddev: -1 }], throws: /gaussianNoise: got stddev -1; expected a finite number of 0 or more/ },
  ],
  dropout: [
    { roundings: 4, scale: 'value' },
    { shapes: [[45, 65]], args: [{ rate: 0.5, stream: 7 }] },
    { shapes: [[45, 65]], args: [{ rate: 0.3, stream: 8 }] },
    { shapes: [[3]], args: [{ rate: 0.9, stream: 9 }] },
    { shapes: [[0, 3]], args: [{ rate: 0.5, stream: 9 }] },
    { values: [[1, 2, 3]], args: [{ rate: 0 }], y: [1, 2, 3], dx: [[1, 1, 1]] },
    { shapes: [[3]], args: [{ rate: 1 }], throws: /dropout: got rate 1; expected a number of at least 0 and below 1/ },
  ],
} satisfies CaseTable;
