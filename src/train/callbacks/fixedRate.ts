import { ValueError } from '../../core/errors.ts';
import type { FittedModel } from './callback.ts';

/** The learning rate that a callback changes. @throws ValueError if it is a schedule, which the callback would overwrite. */
export function fixedRate(op: string, { optimizer }: FittedModel): number {
  const { learningRate } = optimizer;
  if (typeof learningRate === 'number') return learningRate;
  throw new ValueError({
    op,
    got: 'an optimizer with a schedule',
    expected: 'an optimizer whose learning rate is a number',
    fix: 'Remove the schedule or the callback.',
  });
}
