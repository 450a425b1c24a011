import { lookUp } from '../options.ts';
import { adadelta } from './adadelta.ts';
import { adagrad } from './adagrad.ts';
import { adam, adamW } from './adam.ts';
import { adamax } from './adamax.ts';
import { nadam } from './nadam.ts';
import type { Optimizer } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

const factories: Readonly<Record<string, () => Optimizer>> = {
  sgd,
  rmsprop,
  adam,
  adamW,
  adagrad,
  adadelta,
  adamax,
  nadam,
};

/** The optimizer of that name with its default options, or the given one. @throws ValueError for an unknown name. */
export const getOptimizer = (nameOrObject: string | Optimizer): Optimizer =>
  typeof nameOrObject === 'string' ? lookUp('getOptimizer', factories, nameOrObject)() : nameOrObject;
