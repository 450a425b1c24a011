import { currentScope, runInnerScope, runInScope, Scope } from '../scope.ts';
import { setScope, Tensor } from './tensor.ts';

/**
 * Runs `body` and frees every tensor made inside, except those it returns (alone, in arrays or in plain objects)
 * and parameters. An async `body` is awaited first: in Node what it makes after an await belongs to its scope, and what other
 * code makes meanwhile does not; a page can't tell them apart, and counts that as made inside.
 */
export function scope<R>(body: () => R): R {
  const made = new Scope(currentScope());
  let result: R;
  try {
    result = runInScope(made, body);
  } catch (error) {
    leave(made);
    throw error;
  }
  if (result instanceof Promise) {
    const settled = result.then(
      (value: unknown) => {
        leave(made, value);
        return value;
      },
      (error: unknown) => {
        leave(made);
        throw error;
      },
    );
    return settled as R; // the same promise type: only the freeing was added
  }
  leave(made, result);
  return result;
}

/** The same for a synchronous `body` of the engine's own: cheaper. */
export function innerScope<R>(body: () => R): R {
  const made = new Scope(currentScope());
  let result: R | undefined;
  try {
    result = runInnerScope(made, body);
    return result;
  } finally {
    leave(made, result);
  }
}

/** Ends a scope: what is returned belongs to the one around it, all else is freed. */
function leave(ended: Scope, result?: unknown): void {
  ended.isOpen = false;
  let { outer } = ended;
  while (outer !== undefined && !outer.isOpen) outer = outer.outer;
  const seen = new Set<unknown>(); // it may hold itself
  const hand = (part: unknown): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (part instanceof Tensor) {
      if (ended.made.has(part)) setScope(part, outer);
    } else if (Array.isArray(part)) part.forEach(hand);
    else if (isPlainObject(part)) Object.values(part).forEach(hand);
  };
  try {
    hand(result);
  } finally {
    for (const t of ended.made) t.dispose();
  }
}

/** The same arrays and plain objects with each tensor in them replaced; what else they hold stays. */
export function mapTensors<Value>(value: Value, replace: (t: Tensor) => Tensor): Value {
  const map = (part: unknown): unknown => {
    if (part instanceof Tensor) return replace(part);
    if (Array.isArray(part)) return part.map(map);
    if (!isPlainObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, map(item)]));
  };
  return map(value) as Value; // of the same form
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
