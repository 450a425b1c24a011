import type { References } from '../backends/cpu/device.ts';
import type { OptimizerArrays } from '../backends/cpu/reference/optim/rules.ts';
import type { Constants, Source } from '../core/kernel.ts';
import type { Parameter, Tensor } from '../core/tensor.ts';
import type { Schedule } from './schedules.ts';

export interface ApplyOptions {
  readonly regularize?: boolean;
}

/** Changes parameters along their gradients, in place. */
export interface Optimizer {
  readonly name: string;
  /** How often the weights were changed. */
  readonly iterations: number;
  /** Calls of `apply`, more than `iterations` where gradients accumulate; set to go on from a checkpoint. */
  calls: number;
  /** A number or a schedule; can be set between steps. */
  learningRate: number | Schedule;
  /** The rate that the next change takes. */
  readonly currentLearningRate: number;
  /** Those that it was built for. */
  readonly parameters: readonly Parameter[];
  /** What it remembers, by role and in the order of the parameters: moments, `average`, `accumulated`. Empty before `build`. */
  readonly slots: Readonly<Record<string, readonly Tensor[]>>;
  /** How often the weights had been changed when each parameter joined: 0, but for those that were frozen before. */
  joined: readonly number[];
  /**
   * Gathers the parameters in one allocation and makes the slots, all 0; the first `apply` does it if nobody did. Given other
   * parameters later, those that stay keep their slots, those that are new begin with none, and the others are let go.
   * @param names what `parameterGroups` match; default their own.
   */
  build(parameters: readonly Parameter[], names?: readonly string[]): void;
  /**
   * One step: `gradients[i]` belongs to `parameters[i]`; the same parameters, in the same order, in every call. Then the
   * device enters the next training step, in which dropout draws new masks.
   * @param options `regularize`: the gradients lack those of the parameters' L1 and L2 penalties, which are to be added in
   * the same pass; default false.
   */
  apply(gradients: readonly Tensor[], parameters: readonly Parameter[], options?: ApplyOptions): void;
  /** Gradients that wait to be as many as `gradientAccumulationSteps`. */
  readonly waiting: number;
  /** Changes the weights by the mean of the gradients that wait, if some do. */
  flush(options?: ApplyOptions): void;
  /** Drops the gradients that wait. */
  discard(): void;
  /** The loss times `lossScaleFactor`, by which `apply` divides the gradients. */
  scaleLoss(loss: Tensor): Tensor;
  /** Ends a training run: with `useEma`, the weights become their moving averages, if there was an update at all. */
  finalize(): void;
  /** Name and options that it was made with, as JSON can hold them; of a function as schedule its name. */
  config(): Record<string, unknown>;
  /** Frees the slots; the parameters stay, and it can be built for others. */
  dispose(): void;
}

/** What makes one optimizer different from another: everything else is {@link FusedOptimizer}. */
export interface Rule {
  readonly name: string;
  /** `updated` and `struct Rule`, for the scaffold shaders/optim/update.wgsl. */
  readonly shader: Source;
  readonly constants?: Constants;
  /** The moments, in the order of the shader's bindings, and whether the options need them. */
  readonly moments: Readonly<Record<string, boolean>>;
  /** Where moments start that do not start at 0. */
  readonly start?: Readonly<Record<string, number>>;
  /** The fields of `struct Rule`, in order, for step t = 1, 2, ... */
  readonly numbers: (rate: number, t: number) => readonly number[];
  readonly reference: (references: References, arrays: OptimizerArrays, rate: number, t: number) => void;
  /** Weight decay beside the gradient, in every convention. */
  readonly decoupled?: boolean;
}
