// Keras's losses and penalties.
import type { Loss } from '../../src/nn/losses/defineLoss.ts';
import { losses } from '../../src/nn/losses/get.ts';
import * as regularizers from '../../src/nn/regularizers.ts';
import { scope, type Tensor } from '../../src/node.ts';
import { Case, camelCase, outputsOf, type RawCase, type Translation } from './case.ts';

/** The function that a Keras class is in the engine: the same name but for the case of letters. */
function find<T>(table: Readonly<Record<string, T>>, kerasClass: unknown): T | undefined {
  const name = Object.keys(table).find((key) => key.toLowerCase() === String(kerasClass).toLowerCase());
  return name === undefined ? undefined : table[name];
}

/** Keras's config in our names; null is its word for no reduction, and for an option left out. */
function optionsOf({ attrs }: RawCase): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attrs.config ?? {})) {
    if (name === 'reduction') options.reduction = value === null ? 'none' : camelCase(value);
    else if (value !== null && !(name === 'axis' && value === -1)) options[camelCase(name)] = value;
  }
  return options;
}

export const runLossCase: Translation = async (given) => {
  // Each loss has options of its own, and checks them itself.
  const make = find(losses as Readonly<Record<string, (options: object) => Loss>>, given.attrs.loss);
  if (make === undefined) return null;
  const c = new Case(given);
  return scope(() => {
    const loss = make(optionsOf(given));
    const yTrue = c.tensor('y_true', loss.name.startsWith('sparse') ? 'i32' : 'f32');
    const options = c.has('sample_weight') ? { sampleWeight: c.tensor('sample_weight', 'f32') } : {};
    return outputsOf({ loss: loss(yTrue, c.tensor('y_pred', 'f32'), options) });
  });
};

export const runPenaltyCase: Translation = async (given) => {
  const { l1 = 0, l2 = 0 } = optionsOf(given);
  const penalties: Readonly<Record<string, (w: Tensor) => Tensor>> = {
    L1: regularizers.l1(Number(l1)),
    L2: regularizers.l2(Number(l2)),
    L1L2: regularizers.l1l2({ l1: Number(l1), l2: Number(l2) }),
  };
  const penalty = penalties[String(given.attrs.penalty)];
  return scope(() => outputsOf({ penalty: penalty(new Case(given).tensor('x')) }));
};
