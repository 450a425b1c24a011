import { checkValue } from '../checks.ts';
import { INSPECT, setScope, Tensor } from './tensor.ts';

/** A penalty on a weight, a scalar that training adds to the loss. */
export interface Regularizer {
  (w: Tensor): Tensor;
  /** Of a penalty `l1 sum(|w|) + l2 sum(w^2)`: its gradient then comes with the optimizer's own pass. */
  readonly strengths?: { readonly l1: number; readonly l2: number };
}

/** Takes a weight to the nearest one that is allowed, after every step. */
export type Constraint = (w: Tensor) => Tensor;

export interface ParameterOptions {
  /** For messages and files. */
  readonly name?: string;
  /** Default true. */
  readonly trainable?: boolean;
  readonly regularizer?: Regularizer | undefined;
  readonly constraint?: Constraint | undefined;
}

/** A leaf whose gradient is wanted: it outlives scopes, has a name, and optimizers update it in place. */
export class Parameter extends Tensor {
  readonly name: string;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
  /** Whether `fit` and optimizers change it. Running statistics are parameters that they do not. */
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

/** Makes a parameter from a tensor and takes the tensor over: use the parameter from then on. */
export function parameter(source: Tensor, options: ParameterOptions = {}): Parameter {
  checkValue('parameter', 'the source', source, [
    (given) => given instanceof Tensor,
    'a tensor: tensor(...) makes one',
  ]);
  const made = new Parameter(source, options);
  source.dispose();
  return made;
}
