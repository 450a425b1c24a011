import type { LabelledImages } from '../../data/files/mnist.ts';
import type { Outcome } from '../outcome.ts';
import type { EpochRecord, RunConfig } from '../run.ts';

/** The contents of a report. */
export interface Report {
  readonly config: RunConfig;
  /** The table of the model's layers. */
  readonly summary: string;
  readonly parameters: number;
  readonly epochs: readonly EpochRecord[];
  /** The epoch whose weights were kept, from 1. */
  readonly best: number;
  readonly interrupted: boolean;
  readonly testLoss: number;
  readonly outcome: Outcome;
  readonly test: LabelledImages;
}
