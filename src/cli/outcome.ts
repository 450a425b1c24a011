import type { TypedArray } from '../core/tensor/storage.ts';
import { positionOfLargest } from '../data/samples.ts';

/** The class that a model predicts for an image, and its probability. */
export interface Prediction {
  readonly label: number;
  readonly confidence: number;
}

/** A misclassified image. */
export interface Mistake {
  readonly index: number;
  readonly label: number;
  readonly prediction: Prediction;
}

/** How predictions compare with the labels. */
export interface Outcome {
  readonly correct: number;
  /** Counts, `[class][predicted class]`. */
  readonly confusion: readonly (readonly number[])[];
  /** The most confident first. */
  readonly mistakes: readonly Mistake[];
}

/** The most probable class of each row of `[n, classes]`. */
export function choose(probabilities: TypedArray, classes: number): Prediction[] {
  return Array.from({ length: probabilities.length / classes }, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const label = positionOfLargest(row);
    return { label, confidence: row[label] };
  });
}

/** Compares predictions with labels; labels are below `classes`. */
export function judge(predictions: readonly Prediction[], labels: ArrayLike<number>, classes: number): Outcome {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  predictions.forEach((prediction, index) => {
    const label = labels[index];
    confusion[label][prediction.label]++;
    if (prediction.label !== label) mistakes.push({ index, label, prediction });
  });
  mistakes.sort((a, b) => b.prediction.confidence - a.prediction.confidence);
  return { correct: predictions.length - mistakes.length, confusion, mistakes };
}
