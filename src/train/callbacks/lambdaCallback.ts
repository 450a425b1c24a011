import { checkOptions } from '../../options.ts';
import type { Callback } from '../callbacks.ts';

const HOOKS = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd'];

/** A callback of single functions; unlike a plain object it has its hooks' names checked. @throws ValueError */
export function lambdaCallback(
  hooks: Omit<Callback, 'setModel' | 'memory' | 'wantsInspection' | 'onInspection'>,
): Callback {
  checkOptions('lambdaCallback', hooks, HOOKS);
  return { ...hooks };
}
