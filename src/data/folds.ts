import { checkValues, checkWhole, countFrom2, flag, seedValue } from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import { type HostNumbers, hostArrayOf } from './hostArray.ts';
import { classesOf, randomOrder } from './samples.ts';

export interface FoldOptions {
  /** How many; default 5. */
  readonly folds?: number;
  /** Whether the order is random; default true. */
  readonly shuffle?: boolean;
  /** Decides the order; default 0. */
  readonly seed?: number;
  /** Whether every fold has the same shares of the classes; default true for labels, which it needs. */
  readonly stratify?: boolean;
}

const CHECKS = { folds: countFrom2, shuffle: flag, seed: seedValue, stratify: flag };

/** Positions of samples: those to train on, and those to test on. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Cuts samples into folds of the same size, give or take one; each sample is tested on in one of them. Without classes a
 * fold is a run of neighbours in the order; with classes, each is dealt out in turn.
 * @param samples how many there are, or their labels, `[samples]`.
 * @throws ValueError for more folds than samples, or than a class has; ShapeError for labels that are no class numbers.
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
    // Each class goes on where the one before ended, so that the sizes of the folds stay equal.
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
    expected: 'the label of each sample',
    fix: 'Pass the labels instead of their number.',
  });
