import { checkValues, func } from '../../options.ts';
import type { Callback } from '../callbacks.ts';

const HOOKS = {
  ...{ onTrainBegin: func, onTrainEnd: func },
  ...{ onEpochBegin: func, onEpochEnd: func },
  ...{ onBatchBegin: func, onBatchEnd: func },
};

/** A callback of single functions; unlike a plain object it has its hooks' names checked. @throws ValueError */
export function lambdaCallback(
  hooks: Omit<Callback, 'setModel' | 'memory' | 'wantsInspection' | 'onInspection'>,
): Callback {
  checkValues('lambdaCallback', hooks, HOOKS);
  return { ...hooks };
}
