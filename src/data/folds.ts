import { checkValues, checkWhole, countFrom2, flag, seedValue } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';
import { classesOf, randomOrder } from './samples.ts';

/** Options of `kFold`. */
export interface FoldOptions {
  /** Number of folds, 2 or more; default 5. */
  readonly folds?: number;
  /** Whether samples are assigned to folds at random; default true. */
  readonly shuffle?: boolean;
  /** Seed of the assignment, a 32-bit integer; default 0. */
  readonly seed?: number;
  /** Whether every fold has the same proportions of classes; default true if labels are given, which it requires. */
  readonly stratify?: boolean;
}

const CHECKS = { folds: countFrom2, shuffle: flag, seed: seedValue, stratify: flag };

/** A fold, as positions of samples. */
export interface Fold {
  /** The samples to train on. */
  readonly train: Int32Array;
  /** The samples to test on. */
  readonly test: Int32Array;
}

/**
 * Splits samples into k folds whose sizes differ by at most one. Each sample is in the test part of exactly one fold. Without
 * stratification the test part is a contiguous piece of the order; with it, the samples of each class are dealt to folds in turn.
 * @param samples the number of samples, or their class indices, `[n]`.
 * @throws ValueError if an option is out of range, or there are more folds than samples (of a class, if stratified); ShapeError if
 * labels are not class indices.
 */
export function kFold(samples: number | HostNumbers, options: FoldOptions = {}): readonly Fold[] {
  checkValues('kFold', options, CHECKS);
  const { folds = 5, shuffle = true, seed = 0, stratify = typeof samples !== 'number' } = options;
  const labels = typeof samples === 'number' ? undefined : hostArrayOf('kFold', 'samples', samples);
  const count = labels?.shape[0] ?? Number(samples);
  checkWhole('kFold', 'samples', count, 1);
  if (folds > count) {
    throw new ValueError({
      op: 'kFold',
      got: `${folds} folds of ${count} samples`,
      expected: 'at least one sample in each',
      fix: `Set folds to ${count} or less.`,
    });
  }
  const order = shuffle ? randomOrder(count, seed) : Array.from({ length: count }, (_, i) => i);
  const foldOf = new Uint32Array(count);
  if (stratify) {
    if (labels === undefined) throw labelsMissing();
    const { of, counts } = classesOf('kFold', labels, { least: folds, parts: `${folds} folds` });
    // Each class continues at the fold where the last one ended, so that the sizes stay equal.
    const next = counts.map((_, i) => counts.slice(0, i).reduce((sum, each) => sum + each, 0));
    for (const position of order) foldOf[position] = next[of[position]]++ % folds;
  } else {
    for (const [place, position] of order.entries()) foldOf[position] = Math.floor((place * folds) / count);
  }
  return Array.from({ length: folds }, (_, fold) => ({
    train: Int32Array.from(order.filter((position) => foldOf[position] !== fold)),
    test: Int32Array.from(order.filter((position) => foldOf[position] === fold)),
  }));
}

const labelsMissing = (): ValueError =>
  new ValueError({
    op: 'kFold',
    got: 'stratify: true and a number of samples',
    expected: 'the labels of the samples',
    fix: 'Pass the labels instead of the number.',
  });
