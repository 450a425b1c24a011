import { byName, type Checks, flag } from '../../core/checks.ts';
import type { Shape } from '../../core/shape.ts';
import type { ConstraintOption } from '../constraints.ts';
import type { Initializer } from '../initializers.ts';
import type { AddWeight } from '../network/layer.ts';
import type { RegularizerOption } from '../regularizers.ts';

// What dense layers and convolutions may be told of their kernel and bias.

export interface KernelOptions {
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: Initializer | string;
  /** A penalty on the kernel that is added to the loss: `l2(1e-4)`. Default none. */
  readonly kernelRegularizer?: RegularizerOption;
  /** What the kernel is brought back to after every step: `maxNorm({ maxValue: 3 })`. Default none. */
  readonly kernelConstraint?: ConstraintOption;
}

export interface BiasOptions {
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `zeros`. */
  readonly biasInitializer?: Initializer | string;
  readonly biasRegularizer?: RegularizerOption;
  readonly biasConstraint?: ConstraintOption;
}

export const KERNEL_CHECKS: Checks<keyof KernelOptions> = {
  kernelInitializer: byName,
  kernelRegularizer: byName,
  kernelConstraint: byName,
};
export const BIAS_CHECKS: Checks<keyof BiasOptions> = {
  useBias: flag,
  biasInitializer: byName,
  biasRegularizer: byName,
  biasConstraint: byName,
};

export function addKernel(addWeight: AddWeight, shape: Shape, options: KernelOptions): void {
  const { kernelInitializer = 'glorotUniform', kernelRegularizer, kernelConstraint } = options;
  addWeight('kernel', shape, kernelInitializer, { regularizer: kernelRegularizer, constraint: kernelConstraint });
}

export function addBias(addWeight: AddWeight, units: number, options: BiasOptions): void {
  const { useBias = true, biasInitializer = 'zeros', biasRegularizer, biasConstraint } = options;
  if (!useBias) return;
  addWeight('bias', [units], biasInitializer, { regularizer: biasRegularizer, constraint: biasConstraint });
}
