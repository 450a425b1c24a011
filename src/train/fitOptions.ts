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

export interface FitOptions extends BatchOptions, SampleWeightOptions {
  /** The epoch to train up to, from `initialEpoch`; default 1. */
  readonly epochs?: number;
  /** The number of the first epoch, for callbacks that go by it; default 0. */
  readonly initialEpoch?: number;
  /** A new order in every epoch; default true. */
  readonly shuffle?: boolean;
  /** The share of the samples, taken from the end before any shuffle, to validate on instead of training; default 0. */
  readonly validationSplit?: number;
  /** Samples, labels and, where they are not all 1, weights of the samples to validate on after every epoch. */
  readonly validationData?: readonly [x: Samples, y: Samples, sampleWeight?: Samples];
  readonly callbacks?: readonly Callback[];
  /** What is shown of the run; default what `setVerbosity` says, and that is `auto`. */
  readonly verbose?: Verbosity;
  /**
   * Whether a loss that is not finite ends training, with an error that says what went bad first, and with the weights
   * from before; default true. It keeps the weights and the optimizer's slots twice more on the device.
   */
  readonly terminateOnNaN?: boolean;
  /** Saves the whole state of the run now and then, so that it can go on if it is interrupted. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * A `checkpoint.safetensors` to go on from. Model, data and options, callbacks included, have to be those of the run
   * that it is of; then weights and history end with the bits of a run that was not interrupted.
   */
  readonly resume?: Bytes;
  /**
   * Whether `resume` refuses to go on with another device or version of dawngrad than those of the run, as its end would
   * have other bits; default true.
   */
  readonly exactResume?: boolean;
  /**
   * When it is aborted, `fit` ends after the running step: it saves a checkpoint of that place, if `checkpoint` says where,
   * and rejects with the signal's reason.
   */
  readonly signal?: Signal;
}

/** Of an `AbortSignal`, what `fit` looks at. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
}

const isSignal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'aborted' in value && 'reason' in value;

/** What `fit` saw: the epochs, and for each name its value after each of them. */
export interface History {
  readonly epoch: readonly number[];
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

/** Refuses options that are misspelt, out of range, or contradict each other. @throws ValueError */
export function checkFitOptions(options: FitOptions): void {
  checkValues('fit', options, CHECKS);
  if (options.callbacks !== undefined) checkCallbacks(options.callbacks);
  if (options.checkpoint !== undefined) checkValues('checkpoint', options.checkpoint, CHECKPOINT);
  const { epochs = 1, initialEpoch = 0, validationSplit = 0, validationData } = options;
  if (initialEpoch >= epochs) {
    throw new ValueError({
      op: 'fit',
      got: `initialEpoch ${initialEpoch} and epochs ${epochs}`,
      expected: 'a first epoch before the last: epochs are counted from 0, up to the number `epochs`',
      fix: `Set epochs to ${initialEpoch} plus how many are to be trained.`,
    });
  }
  if (validationSplit > 0 && validationData !== undefined) {
    throw new ValueError({
      op: 'fit',
      got: 'validationSplit and validationData',
      expected: 'one of them',
      fix: 'Leave one of them out.',
    });
  }
}
