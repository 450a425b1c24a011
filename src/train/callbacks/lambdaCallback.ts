import { checkValues, func } from '../../core/checks.ts';
import { type Callback, HOOKS } from './callback.ts';

/**
 * Makes a callback from functions: `lambdaCallback({ onEpochEnd: (epoch, logs) => ... })`.
 * @throws ValueError if a name is not a hook or a value is not a function.
 */
export function lambdaCallback(
  hooks: Omit<Callback, 'setModel' | 'memory' | 'wantsInspection' | 'onInspection'>,
): Callback {
  checkValues('lambdaCallback', hooks, Object.fromEntries(HOOKS.map((hook) => [hook, func])));
  return { ...hooks };
}
