import { type Check, checkValue, lookUp } from '../core/checks.ts';
import type { Optimizer } from './optimizer.ts';
import { adadelta } from './rules/adadelta.ts';
import { adagrad } from './rules/adagrad.ts';
import { adam, adamW } from './rules/adam.ts';
import { adamax } from './rules/adamax.ts';
import { nadam } from './rules/nadam.ts';
import { rmsprop } from './rules/rmsprop.ts';
import { sgd } from './rules/sgd.ts';

/** All optimizers by their names, each a function of its options. */
export const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd,
  rmsprop,
  adam,
  adamW,
  adagrad,
  adadelta,
  adamax,
  nadam,
};

const OPTIMIZER: Check = [
  (value) => typeof value === 'object' && value !== null && 'apply' in value,
  "a name, or what a function such as adam() returns: 'adam' or adam({ learningRate: 0.01 })",
];

/** The optimizer of that name with its default options, or the given one. @throws ValueError for an unknown name. */
export function getOptimizer(nameOrObject: string | Optimizer): Optimizer {
  if (typeof nameOrObject === 'string') return lookUp('optimizer', optimizers, nameOrObject)();
  checkValue('compile', 'optimizer', nameOrObject, OPTIMIZER);
  return nameOrObject;
}
