import { type Check, checkValue } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { Generator } from '../core/random/generator.ts';
import { formatShape, sizeOf } from '../core/shape.ts';
import type { HostArray } from '../core/tensor/tensor.ts';
import { permutation } from '../ops/data/shuffle.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';

const arrayLike: Check = [(value) => typeof Object(value).length === 'number', 'an array of whole numbers'];

/**
 * Copies the samples at the given positions, in that order.
 * @param x samples, `[n, ...]`. @param positions whole numbers from 0 to n - 1; they can repeat.
 * @returns `[positions.length, ...]`, in the same type of array.
 * @throws ValueError if a position is out of range.
 */
export function samplesAt(x: HostNumbers, positions: ArrayLike<number>): HostArray {
  const { data, shape } = hostArrayOf('samplesAt', 'x', x);
  checkValue('samplesAt', 'positions', positions, arrayLike);
  const [count = 0, ...each] = shape;
  const position: Check = [
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < count,
    `a whole number of at least 0 and below ${count}, the number of samples`,
  ];
  const length = sizeOf(each);
  const Numbers = data.constructor as new (length: number) => typeof data; // the same type of array, which TypeScript can't express
  const picked = new Numbers(positions.length * length);
  for (let i = 0; i < positions.length; i++) {
    checkValue('samplesAt', 'position', positions[i], position);
    picked.set(data.subarray(positions[i] * length, (positions[i] + 1) * length), i * length);
  }
  return { data: picked, shape: [positions.length, ...each] };
}

/** The position of the largest number; the first, if several are equal. */
export function positionOfLargest(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[largest]) largest = i;
  return largest;
}

/** The numbers from 0 to count - 1, shuffled by a seed. */
export function randomOrder(count: number, seed: number): number[] {
  const positionOf = permutation(count, new Generator(seed));
  return Array.from({ length: count }, (_, place) => positionOf(place));
}

/** The class of each sample, numbered from 0 in ascending order of labels, and the size of each class. */
export interface Classes {
  readonly of: Uint32Array;
  readonly counts: readonly number[];
}

/** All samples in one class, for splits without stratification. */
export const oneClass = (count: number): Classes => ({ of: new Uint32Array(count), counts: [count] });

/**
 * The classes of labels.
 * @param least the number of samples that each class needs, one for each of the `parts` (in words).
 * @throws ShapeError if labels are not class indices; ValueError if a class has too few samples.
 */
export function classesOf(op: string, labels: HostArray, { least, parts }: { least: number; parts: string }): Classes {
  const { data, shape } = labels;
  if (shape.length !== 1 || !data.every(Number.isInteger)) {
    throw new ShapeError({
      op,
      got: `${data.constructor.name} of shape ${formatShape(shape)} as labels to stratify by`,
      expected: 'a class index for each sample, [samples]',
      fix: 'Pass class indices (the argmax of one-hot labels), or set stratify: false.',
    });
  }
  const found = [...new Set<number>(data)].sort((a, b) => a - b);
  const numbers = new Map(found.map((label, i) => [label, i]));
  const of = Uint32Array.from(data, (label: number) => numbers.get(label) ?? 0);
  const counts = found.map(() => 0);
  for (const each of of) counts[each]++;
  const scarce = counts.findIndex((count) => count < least);
  if (scarce >= 0) {
    throw new ValueError({
      op,
      got: `class ${found[scarce]} with ${counts[scarce]} ${counts[scarce] === 1 ? 'sample' : 'samples'}`,
      expected: `at least ${least}, one for each of ${parts}`,
      fix: 'Remove the class, add samples of it, make fewer parts, or set stratify: false.',
    });
  }
  return { of, counts };
}
