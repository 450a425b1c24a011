import type { References } from '../backends/cpu/device.ts';
import type { OptimizerArrays } from '../backends/cpu/reference/optim/rules.ts';
import type { Constants, Source } from '../core/kernel.ts';
import type { Parameter } from '../core/tensor/parameter.ts';
import type { Tensor } from '../core/tensor/tensor.ts';
import type { Schedule } from './schedules.ts';

/** Options of `Optimizer.apply` and `flush`. */
export interface ApplyOptions {
  /** Adds the gradients of the parameters' L1 and L2 penalties in the same pass; default false. */
  readonly regularize?: boolean;
}

/** Updates parameters from their gradients, in place. */
export interface Optimizer {
  /** The name, such as `adam`. */
  readonly name: string;
  /** Number of weight updates so far. */
  readonly iterations: number;
  /**
   * Number of calls of `apply`, more than `iterations` if gradients accumulate; set it to continue from a checkpoint.
   */
  calls: number;
  /** A number or a schedule; can be changed between steps. */
  learningRate: number | Schedule;
  /** The learning rate of the next update. */
  readonly currentLearningRate: number;
  /** The parameters it was built for. */
  readonly parameters: readonly Parameter[];
  /**
   * The optimizer's state, by role and in the order of the parameters: moments, `average`, `accumulated`. Empty before
   * `build`.
   */
  readonly slots: Readonly<Record<string, readonly Tensor[]>>;
  /**
   * For each parameter, the number of weight updates before it joined: 0, except for parameters that were frozen
   * before.
   */
  joined: readonly number[];
  /**
   * Gathers the parameters in one allocation and makes the slots, all 0; by default the first `apply` does this. A
   * later call with other parameters keeps the slots of those that remain, starts new ones empty, and releases the
   * others.
   * @param names the names that `parameterGroups` match; default the parameters' own.
   */
  build(parameters: readonly Parameter[], names?: readonly string[]): void;
  /**
   * One step: `gradients[i]` belongs to `parameters[i]`, with the same parameters in the same order in every call. Then
   * the device enters the next training step, in which dropout draws new masks.
   * @throws ValueError, ShapeError or DTypeError if parameters or gradients do not match those of the first step.
   */
  apply(gradients: readonly Tensor[], parameters: readonly Parameter[], options?: ApplyOptions): void;
  /** Number of gradients accumulated since the last update, below `gradientAccumulationSteps`. */
  readonly waiting: number;
  /** Updates the weights by the mean of the waiting gradients, if there are any. */
  flush(options?: ApplyOptions): void;
  /** Drops the waiting gradients. */
  discard(): void;
  /** Returns the loss times `lossScaleFactor`, by which `apply` divides the gradients. */
  scaleLoss(loss: Tensor): Tensor;
  /** Ends a training run: with `useEma`, the weights become their moving averages, if there was an update. */
  finalize(): void;
  /** The optimizer's name and options as JSON values; a schedule that is a plain function is given by its name. */
  config(): Record<string, unknown>;
  /** Frees the slots. The parameters stay, and the optimizer can be built again. */
  dispose(): void;
}

/** One update of a group of parameters. */
export interface Step {
  /** 1 for the first update. */
  readonly t: number;
  /** The learning rate. */
  readonly rate: number;
  /** The learning rate of the next update. */
  readonly nextRate: number;
}

/** The part that differs between optimizers; {@link FusedOptimizer} does the rest. */
export interface Rule {
  readonly name: string;
  /** `updated` and `struct Rule`, for the scaffold shaders/optim/update.wgsl. */
  readonly shader: Source;
  readonly constants?: Constants;
  /** The moments, in the order of the shader's bindings, and whether the options need them. */
  readonly moments: Readonly<Record<string, boolean>>;
  /** Initial values of moments that do not start at 0. */
  readonly start?: Readonly<Record<string, number>>;
  /** The fields of `struct Rule`, in order. */
  readonly numbers: (step: Step) => readonly number[];
  readonly reference: (references: References, arrays: OptimizerArrays, step: Step) => void;
  /** Whether weight decay bypasses the gradient in every convention. */
  readonly decoupled?: boolean;
}
