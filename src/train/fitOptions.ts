import { checkOptions, checkRange, checkWhole } from '../options.ts';
import type { Callback } from './callbacks.ts';
import type { CheckpointOptions } from './checkpoint.ts';
import type { Samples } from './dataset.ts';
import type { WeightOptions } from './sampleWeights.ts';

export interface FitOptions extends WeightOptions {
  /** The epoch to train up to, from `initialEpoch`; default 1. */
  readonly epochs?: number;
  /** The number of the first epoch, for callbacks that go by it; default 0. */
  readonly initialEpoch?: number;
  /** Samples per update; default 32. One larger than the data is one batch. */
  readonly batchSize?: number;
  /** A new order in every epoch; default true. */
  readonly shuffle?: boolean;
  /** The share of the samples, taken from the end before any shuffle, to validate on instead of training; default 0. */
  readonly validationSplit?: number;
  /** Samples, labels and, where they are not all 1, weights of the samples to validate on after every epoch. */
  readonly validationData?: readonly [x: Samples, y: Samples, sampleWeight?: Samples];
  readonly callbacks?: readonly Callback[];
  /**
   * Bytes of the device's memory that the samples of a data set may take; default as much as one tensor may have. Those
   * of a larger one stay with the host and pass through the device in chunks, with the same results.
   */
  readonly residentBytes?: number;
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
  readonly resume?: Uint8Array;
}

/** What `fit` saw: the epochs, and for each name its value after each of them. */
export interface History {
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** Refuses options that are misspelt or out of range. */
export function checkFitOptions(options: FitOptions): void {
  const known = [
    'epochs',
    'initialEpoch',
    'batchSize',
    'shuffle',
    'validationSplit',
    'validationData',
    'callbacks',
    'residentBytes',
    'terminateOnNaN',
    'checkpoint',
    'resume',
    'sampleWeight',
    'classWeight',
  ];
  checkOptions('fit', options, known);
  const { epochs = 1, initialEpoch = 0, batchSize = 32, validationSplit = 0, residentBytes = 1 } = options;
  checkWhole('fit', 'epochs', epochs, 1);
  checkWhole('fit', 'initialEpoch', initialEpoch, 0);
  checkWhole('fit', 'batchSize', batchSize, 1);
  checkWhole('fit', 'residentBytes', residentBytes, 1);
  checkRange('fit', 'validationSplit', validationSplit, { low: 0, high: 1 });
  if (options.checkpoint !== undefined) checkCheckpointOptions(options.checkpoint);
}

function checkCheckpointOptions(options: CheckpointOptions): void {
  checkOptions('checkpoint', options, ['everySteps', 'everySeconds', 'save']);
  const { everySteps = 1, everySeconds = 1 } = options;
  checkWhole('checkpoint', 'everySteps', everySteps, 1);
  checkRange('checkpoint', 'everySeconds', everySeconds, { low: 0, high: Number.POSITIVE_INFINITY });
}
