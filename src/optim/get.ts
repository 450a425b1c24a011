import { type Check, checkValue, lookUp } from '../core/checks.ts';
import type { Optimizer } from './optimizer.ts';
import * as rules from './rules/index.ts';

/** All optimizers by name, each a function of its options. */
export const optimizers: Readonly<Record<string, () => Optimizer>> = rules;

const OPTIMIZER: Check = [
  (value) => typeof value === 'object' && value !== null && 'apply' in value,
  "a name or the result of a function such as adam(): 'adam' or adam({ learningRate: 0.01 })",
];

/** The optimizer of this name with its default options, or the given object. @throws ValueError for an unknown name. */
export function getOptimizer(nameOrObject: string | Optimizer): Optimizer {
  if (typeof nameOrObject === 'string') return lookUp<() => Optimizer>('optimizer', optimizers, nameOrObject)();
  checkValue('compile', 'optimizer', nameOrObject, OPTIMIZER);
  return nameOrObject;
}
