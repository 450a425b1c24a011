import { type Check, checkValue, lookUp } from '../core/checks.ts';
import type { Optimizer } from './optimizer.ts';
import * as rules from './rules/index.ts';

/** All optimizers by their names, each a function of its options. */
export const optimizers = rules satisfies Record<string, () => Optimizer>;

export type OptimizerName = keyof typeof optimizers;

const OPTIMIZER: Check = [
  (value) => typeof value === 'object' && value !== null && 'apply' in value,
  "a name or an optimizer: 'adam' or adam({ learningRate: 0.01 })",
];

/** The optimizer of a name, with default options, or the given one. @throws ValueError for an unknown name. */
export function getOptimizer(nameOrObject: string | Optimizer): Optimizer {
  if (typeof nameOrObject === 'string') return lookUp<() => Optimizer>('optimizer', optimizers, nameOrObject)();
  checkValue('compile', 'optimizer', nameOrObject, OPTIMIZER);
  return nameOrObject;
}
