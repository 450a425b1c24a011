import { checkValue } from '../checks.ts';
import { INSPECT, setScope, Tensor } from './tensor.ts';

/** A penalty on a weight: a scalar that training adds to the loss. */
export interface Regularizer {
  (w: Tensor): Tensor;
  /** The strengths of a penalty `l1 sum(|w|) + l2 sum(w^2)`; the optimizer's own pass then adds its gradient. */
  readonly strengths?: { readonly l1: number; readonly l2: number };
}

/** Projects a weight onto the nearest allowed value after every step. */
export type Constraint = (w: Tensor) => Tensor;

/** Options of `parameter`. */
export interface ParameterOptions {
  /** The name in messages and files; default `parameter`. */
  readonly name?: string;
  /** Whether `fit` and optimizers change it; default true. */
  readonly trainable?: boolean;
  /** Penalty that training adds to the loss; default none. */
  readonly regularizer?: Regularizer | undefined;
  /** Projection applied after every step; default none. */
  readonly constraint?: Constraint | undefined;
}

/** A named, trainable tensor (a leaf of the graph). It outlives scopes, and optimizers update it in place. */
export class Parameter extends Tensor {
  readonly name: string;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
  /** Whether `fit` and optimizers change it. False for running statistics. */
  trainable: boolean;

  constructor(source: Tensor, { name = 'parameter', trainable = true, regularizer, constraint }: ParameterOptions) {
    super(source.device, source.storage.retain(), source.shape, source.dtype);
    this.name = name;
    this.trainable = trainable;
    this.regularizer = regularizer;
    this.constraint = constraint;
    setScope(this, undefined);
  }

  override [INSPECT](): string {
    return this.describe(`Parameter '${this.name}'`);
  }
}

/**
 * Makes a parameter from a tensor and disposes the tensor: use the parameter instead.
 * @throws ValueError if `source` is not a tensor.
 */
export function parameter(source: Tensor, options: ParameterOptions = {}): Parameter {
  checkValue('parameter', 'the source', source, [
    (given) => given instanceof Tensor,
    'a tensor: tensor(...) makes one',
  ]);
  const made = new Parameter(source, options);
  source.dispose();
  return made;
}
