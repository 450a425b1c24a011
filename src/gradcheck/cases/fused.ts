import { sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { div, greater, maximum, pow, sub } from '../../ops/elementwise/binary.ts';
import { softmaxCrossEntropy } from '../../ops/loss/crossEntropy.ts';
import { meanCrossEntropy } from '../../ops/loss/meanCrossEntropy.ts';
import { batchNormTraining } from '../../ops/normalize/batchNorm.ts';
import { batchNormLayer } from '../../ops/normalize/batchNormFused.ts';
import { dropout } from '../../ops/random/dropout.ts';
import { mean } from '../../ops/reduce/reduce.ts';
import type { Suite } from '../case.ts';

type Normalised = Parameters<typeof batchNormLayer>[3];

/** Batch normalisation, ReLU and dropout one after the other. */
const oneByOne =
  ({ dropout: dropped, ...options }: Normalised) =>
  (...[x, gamma, beta]: Tensor[]): Tensor => {
    const y = batchNormTraining(x, gamma, beta, options);
    return dropped ? dropout(y, dropped) : y;
  };

const layers: readonly Normalised[] = [
  { activation: 'relu', dropout: { rate: 0.5, stream: 3 } },
  { dropout: { rate: 0.25, stream: 4 } },
];

const WIDE: readonly [number, number] = [-2, 2];
const UNIT: readonly [number, number] = [0, 1];
const classRange = (classes: number): readonly (readonly [number, number])[] => [WIDE, [0, classes]];

/** The mean loss from the losses of the rows, and the accuracy. */
const meanOfRows = (...[logits, targets]: Tensor[]): Tensor => mean(softmaxCrossEntropy(logits, targets));

/** Operations that mind which operand is the number. */
const numberFirst = [
  ['sub', sub],
  ['div', div],
  ['pow', pow],
  ['maximum', maximum],
  ['greater', greater],
] as const;

const LOG = 8;
const EXP_OF_DIFFERENCE = 22;

/** What fuses operations, each the equal of its composition. */
export const fused: readonly Suite[] = [
  {
    name: 'batchNorm, ReLU and dropout',
    call: ([x, gamma, beta], [options]) => batchNormLayer(x, gamma, beta, options as Normalised)[0], // its own cases
    accuracy: { roundings: ([x]) => sizeOf(x) / x[x.length - 1] + 24, scale: 'unit' },
    cases: layers.flatMap((options) =>
      [
        [45, 64],
        [45, 65],
        [1100, 12],
        [9, 5, 8],
      ].map((shape) => ({
        shapes: [shape, shape.slice(-1), shape.slice(-1)],
        args: [options],
        composed: oneByOne(options),
      })),
    ),
  },
  {
    name: 'mean of softmaxCrossEntropy',
    call: ([logits, targets]) => meanCrossEntropy.outputs(logits, targets),
    // The longest row, the mean over the rows, and what a logarithm and an exponential are off.
    accuracy: { roundings: ([x]) => sizeOf(x) + LOG + EXP_OF_DIFFERENCE, scale: 'unit' },
    cases: [
      ...[
        [45, 65],
        [3, 1001],
        [130, 3],
      ].flatMap(([rows, classes]) => [
        {
          shapes: [[rows, classes], [rows]],
          dtypes: ['f32', 'i32'] as const,
          ranges: classRange(classes),
          composed: meanOfRows,
        },
        {
          shapes: [
            [rows, classes],
            [rows, classes],
          ],
          ranges: [WIDE, UNIT],
          fixed: [1],
          composed: meanOfRows,
        },
      ]),
      {
        values: [
          [
            [1, 5, 2],
            [7, 7, 0],
            [0, 0, 1],
          ],
          [1, 1, 0],
        ],
        dtypes: ['f32', 'i32'] as const,
      },
    ],
  },
  ...numberFirst.map(
    ([name, operation]): Suite => ({
      name: `${name} of a number`,
      call: ([x]) => operation(1.5, x),
      accuracy: { roundings: 24, scale: 'value' },
      cases: [{ shapes: [[45, 65]], ranges: [[0.25, 2]] }, { values: [[1.5, 3, 0.5]] }],
    }),
  ),
];
