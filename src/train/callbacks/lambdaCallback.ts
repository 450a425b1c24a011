import { checkValues, func } from '../../core/checks.ts';
import { type Callback, HOOKS } from './callback.ts';

/**
 * Makes a callback of functions: `lambdaCallback({ onEpochEnd: (epoch, logs) => ... })`.
 * @throws ValueError for a name that is no hook, and for what is no function.
 */
export function lambdaCallback(
  hooks: Omit<Callback, 'setModel' | 'memory' | 'wantsInspection' | 'onInspection'>,
): Callback {
  checkValues('lambdaCallback', hooks, Object.fromEntries(HOOKS.map((hook) => [hook, func])));
  return { ...hooks };
}
