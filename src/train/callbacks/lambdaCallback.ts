import { checkValues, func } from '../../core/checks.ts';
import { type Callback, HOOKS } from './callback.ts';

/** A callback of single functions; unlike a plain object it has its hooks' names checked. @throws ValueError */
export function lambdaCallback(
  hooks: Omit<Callback, 'setModel' | 'memory' | 'wantsInspection' | 'onInspection'>,
): Callback {
  checkValues('lambdaCallback', hooks, Object.fromEntries(HOOKS.map((hook) => [hook, func])));
  return { ...hooks };
}
