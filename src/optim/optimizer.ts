import type { References } from '../backends/cpu/device.ts';
import type { OptimizerArrays } from '../backends/cpu/reference/optim/rules.ts';
import type { Constants, Source } from '../core/kernel.ts';
import type { Parameter, Tensor } from '../core/tensor.ts';
import type { Schedule } from './schedules.ts';

export interface ApplyOptions {
  /** Whether gradients lack those of the parameters' L1 and L2 penalties, which the step then adds; default false. */
  readonly regularize?: boolean;
}

/** Updates parameters in place, along their gradients. */
export interface Optimizer {
  readonly name: string;
  /** Number of updates of the weights. */
  readonly iterations: number;
  /** Number of calls of `apply`: more than `iterations` if gradients accumulate. Set when a checkpoint is restored. */
  calls: number;
  /** A number or a schedule. Can be set between steps. */
  learningRate: number | Schedule;
  /** The rate of the next update. */
  readonly currentLearningRate: number;
  /** The parameters that it was built for. */
  readonly parameters: readonly Parameter[];
  /** Its state by role (moments, `average`, `accumulated`), in the order of the parameters; empty before `build`. */
  readonly slots: Readonly<Record<string, readonly Tensor[]>>;
  /** Number of updates before each parameter joined: above 0 for those that were frozen at first. */
  joined: readonly number[];
  /**
   * Moves the parameters to one allocation and makes their state, all 0; the first `apply` does so if it was not called. Called with
   * other parameters later, it keeps the state of those that stay, and releases the others.
   * @param names the names that `parameterGroups` match; default the parameters' own.
   * @throws ValueError for parameters that are not trainable, and for a group without parameters.
   */
  build(parameters: readonly Parameter[], names?: readonly string[]): void;
  /**
   * Takes one step, and lets the device enter the next training step, in which dropout draws new masks.
   * @param gradients one per parameter, f32. @param parameters the same, in the same order, in every call.
   * @throws ValueError for other parameters; ShapeError, DTypeError for gradients that do not fit.
   */
  apply(gradients: readonly Tensor[], parameters: readonly Parameter[], options?: ApplyOptions): void;
  /** Number of accumulated gradients that wait for an update. */
  readonly waiting: number;
  /** Updates the weights by the mean of the waiting gradients, if there are any. */
  flush(options?: ApplyOptions): void;
  /** Drops the waiting gradients. */
  discard(): void;
  /** The loss times `lossScaleFactor`; `apply` divides the gradients by it. */
  scaleLoss(loss: Tensor): Tensor;
  /** Ends a training run: with `useEma` it replaces the weights by their moving averages, if there was an update. */
  finalize(): void;
  /** Name and options, for JSON; of your own function as a schedule only its name. */
  config(): Record<string, unknown>;
  /** Frees its state. The parameters stay, and it can be built for others. */
  dispose(): void;
}

/** What an optimizer computes; everything else is in {@link FusedOptimizer}. */
export interface Rule {
  readonly name: string;
  /** `updated` and `struct Rule`, for the scaffold shaders/optim/update.wgsl. */
  readonly shader: Source;
  readonly constants?: Constants;
  /** The moments, in the order of the shader's bindings, and whether the options need them. */
  readonly moments: Readonly<Record<string, boolean>>;
  /** The first values of moments that do not start at 0. */
  readonly start?: Readonly<Record<string, number>>;
  /** The fields of `struct Rule`, in order, for step t = 1, 2, ... */
  readonly numbers: (rate: number, t: number) => readonly number[];
  readonly reference: (references: References, arrays: OptimizerArrays, rate: number, t: number) => void;
  /** Whether weight decay is decoupled from the gradient in every convention. */
  readonly decoupled?: boolean;
}
