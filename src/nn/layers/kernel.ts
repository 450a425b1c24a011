import { byName, type Checks, flag } from '../../core/checks.ts';
import type { Shape } from '../../core/shape.ts';
import type { ConstraintOption } from '../constraints.ts';
import type { Initializer } from '../initializers.ts';
import type { AddWeight } from '../network/layer.ts';
import type { RegularizerOption } from '../regularizers.ts';

// The options of kernel and bias that dense layers and convolutions share.

export interface KernelOptions {
  /** Makes the first values: a name or a function; default `glorotUniform`. */
  readonly kernelInitializer?: Initializer | string;
  /** A penalty on the kernel, added to the loss: `l2(1e-4)`. Default none. */
  readonly kernelRegularizer?: RegularizerOption;
  /** Applied to the kernel after every step: `maxNorm({ maxValue: 3 })`. Default none. */
  readonly kernelConstraint?: ConstraintOption;
}

export interface BiasOptions {
  /** Whether a bias is added; default true. */
  readonly useBias?: boolean;
  /** Makes the first values of the bias; default `zeros`. */
  readonly biasInitializer?: Initializer | string;
  /** A penalty on the bias, added to the loss; default none. */
  readonly biasRegularizer?: RegularizerOption;
  /** Applied to the bias after every step; default none. */
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
