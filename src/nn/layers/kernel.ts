import { byName, type Checks, flag } from '../../core/checks.ts';
import type { Shape } from '../../core/shape.ts';
import type { ConstraintOption } from '../constraints.ts';
import type { Initializer } from '../initializers.ts';
import type { AddWeight } from '../network/layer.ts';
import type { RegularizerOption } from '../regularizers.ts';

/** Options of layers with a kernel. */
export interface KernelOptions {
  /** Initial values: the name of an initializer, or one; default `glorotUniform`. */
  readonly kernelInitializer?: Initializer | string;
  /** A penalty on the kernel, added to the loss: `l2(1e-4)`. Default none. */
  readonly kernelRegularizer?: RegularizerOption;
  /** A projection of the kernel after every step: `maxNorm({ maxValue: 3 })`. Default none. */
  readonly kernelConstraint?: ConstraintOption;
}

/** Options of layers with a bias. */
export interface BiasOptions {
  /** Whether to add a bias; default true. */
  readonly useBias?: boolean;
  /** Initial values of the bias; default `zeros`. */
  readonly biasInitializer?: Initializer | string;
  /** A penalty on the bias, added to the loss; default none. */
  readonly biasRegularizer?: RegularizerOption;
  /** A projection of the bias after every step; default none. */
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
