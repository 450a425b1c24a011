import { type Check, checkValues, flag, seedValue } from '../core/checks.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { HostArray } from '../core/tensor/tensor.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';
import { type Classes, classesOf, oneClass, randomOrder, samplesAt } from './samples.ts';

/** Options of `trainTestSplit`. */
export interface SplitOptions {
  /** Size of the test set: a fraction between 0 and 1, or a number of samples; default 0.25. */
  readonly testSize?: number;
  /** Size of the validation set, in the same form; default none. */
  readonly validationSize?: number;
  /** Whether every part has the same proportions of classes, up to rounding; default false. */
  readonly stratify?: boolean;
  /** Seed of the split, a 32-bit integer; default 0. */
  readonly seed?: number;
}

const size: Check = [
  (value) => typeof value === 'number' && value > 0 && (value < 1 || Number.isInteger(value)),
  'a fraction between 0 and 1, or a number of samples',
];
const CHECKS = { testSize: size, validationSize: size, stratify: flag, seed: seedValue };

/** Samples `x` and their labels `y`. */
export interface Labelled {
  readonly x: HostArray;
  readonly y: HostArray;
}

/** What `trainTestSplit` returns. */
export interface Split {
  readonly train: Labelled;
  readonly test: Labelled;
}

/**
 * Splits samples and labels at random into a training set, a test set and, with `validationSize`, a validation set. The parts are
 * copies, in random order.
 * @param x samples, `[n, ...]`. @param y labels, one per sample; for `stratify` class indices, `[n]`.
 * @throws ShapeError unless there is one label per sample, a class index if stratified; ValueError if an option is out of range, a
 * part is empty, or a class has too few samples.
 */
export function trainTestSplit(
  x: HostNumbers,
  y: HostNumbers,
  options: SplitOptions & { readonly validationSize: number },
): Split & { readonly validation: Labelled };
export function trainTestSplit(x: HostNumbers, y: HostNumbers, options?: SplitOptions): Split;
export function trainTestSplit(
  x: HostNumbers,
  y: HostNumbers,
  options: SplitOptions = {},
): Split & { readonly validation?: Labelled } {
  checkValues('trainTestSplit', options, CHECKS);
  const { testSize = 0.25, validationSize, stratify = false, seed = 0 } = options;
  const samples = hostArrayOf('trainTestSplit', 'x', x);
  const labels = hostArrayOf('trainTestSplit', 'y', y);
  const [count] = samples.shape;
  checkLabelCount('trainTestSplit', samples, labels);
  const validates = validationSize !== undefined;
  const sizes = [testSize, validationSize ?? 0].map((size) => (size < 1 ? Math.round(size * count) : size));
  const parts = validates ? 3 : 2;
  const classes = stratify
    ? classesOf('trainTestSplit', labels, { least: parts, parts: `${parts} parts` })
    : oneClass(count);
  checkSizes(sizes, { count, classes: classes.counts.length });
  const [test, validation, train] = partition(classes, sizes, seed).map((positions) => ({
    x: samplesAt(samples, positions),
    y: samplesAt(labels, positions),
  }));
  return { train, test, ...(validates && { validation }) };
}

/** The positions of parts of the given sizes, and of the rest; each class is split in proportion. */
function partition({ of, counts }: Classes, sizes: readonly number[], seed: number): number[][] {
  let left = counts;
  const quotas = sizes.map((size) => {
    const quota = apportion(left, size);
    left = left.map((count, i) => count - quota[i]);
    return quota;
  });
  const parts: number[][] = [...sizes, 0].map(() => []);
  for (const position of randomOrder(of.length, seed)) {
    const own = quotas.findIndex((quota) => quota[of[position]] > 0);
    if (own >= 0) quotas[own][of[position]]--;
    parts.at(own)?.push(position); // -1 is the rest
  }
  return parts;
}

/** Splits a total into whole numbers in proportion to counts, by the method of largest remainders. */
function apportion(counts: readonly number[], total: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (total * count) / all);
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((sum, each) => sum + each, 0);
  const byRemainder = counts.map((_, i) => i).sort((a, b) => exact[b] - whole[b] - (exact[a] - whole[a]));
  for (const i of byRemainder.slice(0, missing)) whole[i]++;
  return whole;
}

/** Rejects sizes that leave a part with fewer samples than there are classes. */
function checkSizes(
  [test, validation]: readonly number[],
  { count, classes }: { readonly count: number; readonly classes: number },
): void {
  const train = count - test - validation;
  const smallest = Math.min(train, test, validation || test);
  if (smallest >= classes) return;
  throw new ValueError({
    op: 'trainTestSplit',
    got: `${train} samples to train on, ${test} to test and ${validation} to validate on`,
    expected:
      classes === 1 ? 'one or more in each part' : `${classes} or more in each part, as there are ${classes} classes`,
    fix: `Change testSize or validationSize: there are ${count} samples.`,
  });
}

/** Rejects a number of labels that differs from the number of samples. */
export function checkLabelCount(op: string, x: HostArray, y: HostArray): void {
  if (x.shape.length > 0 && x.shape[0] === y.shape[0]) return;
  throw new ShapeError({
    op,
    got: `x of shape ${formatShape(x.shape)} and y of shape ${formatShape(y.shape)}`,
    expected: 'as many labels as samples along the first axis',
    fix: 'Pass a label for each sample.',
  });
}
