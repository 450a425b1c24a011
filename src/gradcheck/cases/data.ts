import type { AugmentAttributes } from '../../backends/cpu/reference/data/augment.ts';
import { drawOn } from '../../core/random/state.ts';
import type { Shape } from '../../core/shape.ts';
import { augment } from '../../ops/data/augment.ts';
import type { Case, Suite } from '../case.ts';

type Changes = Omit<AugmentAttributes, 'imageShape'>;

const NONE: Changes = {
  ...{ translation: 0, rotation: 0, zoom: 0, shear: 0, brightness: 0, contrast: 0, erasing: 0 },
  ...{ mirrors: { horizontal: false, vertical: false }, fill: 0, stream: 11 },
};

const ALL: Changes = {
  ...{ translation: 0.2, rotation: 45, zoom: 0.3, shear: 0.3, brightness: 0.5, contrast: 0.5, erasing: 0.4 },
  ...{ mirrors: { horizontal: true, vertical: true }, fill: 1, stream: 12 },
};

const caseOf = (shape: Shape, changes: Partial<Changes>): Case => ({
  shapes: [shape],
  args: [{ ...NONE, ...changes, imageShape: shape.slice(1) }],
});

const changes: readonly Partial<Changes>[] = [
  { translation: 0.5 },
  { rotation: 180, fill: 2 },
  { zoom: 0.5 },
  { shear: 0.5 },
  { mirrors: ALL.mirrors },
  { brightness: 0.5, contrast: 0.5 },
  { erasing: 0.9 },
  ALL,
];

/** Images of several sizes, also with more pixels than a workgroup takes, and more images than a row of workgroups. */
const shapes: readonly Shape[] = [
  [3, 5, 7, 3],
  [2, 65, 70],
  [2, 1, 9, 4],
  [3, 1, 1, 1],
  [0, 4, 4, 1],
  [2, 0, 4, 1],
  [70000, 1, 1, 1],
];

export const augmentation: Suite = {
  name: 'augmentation',
  call: ([x], [attributes]) => augment(x, drawOn(x.device), attributes as AugmentAttributes), // as in its cases
  // Where a pixel comes from is off by some 20 roundings of a number like its image's longest side, and twice that where
  // the image shrinks. The value follows with what neighbours differ by, up to 4, along each of two axes.
  accuracy: { roundings: ([x]) => 20 + 2 * 20 * Math.max(...x.slice(1)) * 4 * 2, scale: 'unit' },
  differentiable: false,
  cases: [
    ...changes.map((each) => caseOf([5, 28, 28, 1], each)),
    ...shapes.map((shape) => caseOf(shape, ALL)),
    // Nothing to change leaves the bits as they are.
    {
      values: [
        [
          [1, 2.5],
          [-3, 2 ** 100],
        ],
      ],
      args: [{ ...NONE, imageShape: [1, 2] }],
      y: [
        [1, 2.5],
        [-3, 2 ** 100],
      ],
    },
  ],
};
