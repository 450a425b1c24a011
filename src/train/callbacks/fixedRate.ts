import { ValueError } from '../../core/errors.ts';
import type { FittedModel } from './callback.ts';

/** Refuses an optimizer with a schedule, as a callback would overwrite its rate. */
export function checkFixedRate(op: string, model: FittedModel | undefined): void {
  if (typeof model?.optimizer.learningRate !== 'function') return;
  throw new ValueError({
    op,
    got: 'an optimizer with a schedule',
    expected: 'one whose learning rate is a number',
    fix: 'Remove the schedule or the callback.',
  });
}
