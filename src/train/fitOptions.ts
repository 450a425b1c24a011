import {
  type Checks,
  checkedLater,
  checkValues,
  count,
  countFrom0,
  flag,
  fraction,
  func,
  notNegative,
  required,
} from '../core/checks.ts';
import { ValueError } from '../core/errors.ts';
import type { Samples } from '../data/dataset/dataset.ts';
import type { SampleWeightOptions } from '../data/dataset/sampleWeights.ts';
import { type Bytes, FILE } from '../data/files/safetensors.ts';
import { BATCH_CHECKS, type BatchOptions, SAMPLE_WEIGHT_CHECKS } from './batchOptions.ts';
import { type Callback, checkCallbacks } from './callbacks/callback.ts';
import { type Verbosity, verbosity } from './callbacks/progress.ts';
import type { CheckpointOptions } from './loop/checkpoint.ts';

/** Options of `fit`. */
export interface FitOptions extends BatchOptions, SampleWeightOptions {
  /** The end of the run: epochs `initialEpoch` to `epochs - 1` are trained, as in Keras. Default 1. */
  readonly epochs?: number;
  /** The number of the first epoch; default 0. */
  readonly initialEpoch?: number;
  /** Whether to shuffle the samples before each epoch; default true. */
  readonly shuffle?: boolean;
  /** The fraction of the samples to validate on, taken from the end before shuffling; at least 0 and below 1, default 0. */
  readonly validationSplit?: number;
  /** Samples, labels and optional weights to validate on after every epoch; default none. */
  readonly validationData?: readonly [x: Samples, y: Samples, sampleWeight?: Samples];
  /** Callbacks, called in this order; default none. */
  readonly callbacks?: readonly Callback[];
  /** What to show during the run; default: the value of `setVerbosity`, initially `auto`. */
  readonly verbose?: Verbosity;
  /**
   * Whether a loss that is not finite ends training with an error that names the first layer that failed, and restores the
   * weights from before; default true. It keeps two more copies of weights and optimizer slots on the device.
   */
  readonly terminateOnNaN?: boolean;
  /** When and how to save checkpoints, from which an interrupted run can be resumed; default never. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * The bytes of the `checkpoint.safetensors` to resume from. With the model, data, options and callbacks of the saved run,
   * weights and history end with the same bits as without the interruption.
   */
  readonly resume?: Bytes;
  /**
   * Whether `resume` rejects a device or version of dawngrad other than the saved run's, which would lead to different bits;
   * default true.
   */
  readonly exactResume?: boolean;
  /**
   * An `AbortSignal`. When it is aborted, `fit` stops after the current step, saves a checkpoint if `checkpoint` is set, and
   * rejects with the signal's reason.
   */
  readonly signal?: Signal;
}

/** The part of an `AbortSignal` that `fit` reads. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
}

const isSignal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'reason' in value;

/** What `fit` returns. */
export interface History {
  /** The numbers of the epochs, from 0. */
  readonly epoch: readonly number[];
  /** One value per epoch for the loss, each metric and, with the prefix `val_`, their values on the validation data. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

const CHECKS: Checks<keyof FitOptions> = {
  epochs: count,
  initialEpoch: countFrom0,
  shuffle: flag,
  validationSplit: fraction,
  validationData: [
    (value) => Array.isArray(value) && (value.length === 2 || value.length === 3),
    'a list [x, y] or [x, y, sampleWeight]',
  ],
  callbacks: checkedLater,
  verbose: verbosity,
  terminateOnNaN: flag,
  checkpoint: [(value) => typeof value === 'object' && value !== null, 'an object { save, everySteps, everySeconds }'],
  resume: FILE,
  exactResume: flag,
  signal: [isSignal, 'an AbortSignal: new AbortController().signal'],
  ...BATCH_CHECKS,
  ...SAMPLE_WEIGHT_CHECKS,
};
const CHECKPOINT: Checks<keyof CheckpointOptions> = {
  everySteps: count,
  everySeconds: notNegative,
  save: required(func),
};

/** Rejects options that are unknown, out of range or contradictory. @throws ValueError */
export function checkFitOptions(options: FitOptions): void {
  checkValues('fit', options, CHECKS);
  if (options.callbacks !== undefined) checkCallbacks(options.callbacks);
  if (options.checkpoint !== undefined) checkValues('checkpoint', options.checkpoint, CHECKPOINT);
  const { epochs = 1, initialEpoch = 0, validationSplit = 0, validationData } = options;
  if (initialEpoch >= epochs) {
    throw new ValueError({
      op: 'fit',
      got: `initialEpoch ${initialEpoch} and epochs ${epochs}`,
      expected: 'an initialEpoch below epochs, because epochs initialEpoch to epochs - 1 are trained',
      fix: `Set epochs to ${initialEpoch} plus the number of epochs to train.`,
    });
  }
  if (validationSplit > 0 && validationData !== undefined) {
    throw new ValueError({
      op: 'fit',
      got: 'validationSplit and validationData',
      expected: 'at most one of them',
      fix: 'Leave one out.',
    });
  }
}
